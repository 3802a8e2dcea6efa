/** Names the CloudWatch metrics of the functions, queues and API of a deployment. */
import { refTo } from './template.ts';

export type Metric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimension: string;
  readonly of: string | { readonly Ref: string };
  /** The name of a queue, as a second dimension. Only metrics of opwatch itself have it. */
  readonly queue?: string;
};

export const FUNCTIONS = [
  'trigger',
  'pollerAliyun',
  'pollerHuawei',
  'notifier',
  'sweep',
  'api',
  'link',
  'keys',
  'openapi',
  'authorizer',
] as const;
export const CONSUMERS = ['pollerAliyun', 'pollerHuawei', 'notifier'] as const;
export const DEAD_LETTERS = ['poll-aliyun-dead', 'poll-huawei-dead', 'notify-dead', 'submissions-dead'] as const;

export type FunctionName = (typeof FUNCTIONS)[number];

export const metricsOf = (deployment: string) => ({
  /** Returns a metric that the log lines of the functions carry (lib/core/log.ts). */
  own: (name: string): Metric => ({ namespace: 'opwatch', name, dimension: 'deployment', of: deployment }),
  /**
   * Returns a metric that the functions' log lines carry for one work queue. `which` is the end of the queue's name,
   * without the name of the deployment.
   */
  ownOf: (which: string, name: string): Metric => ({
    namespace: 'opwatch',
    name,
    dimension: 'deployment',
    of: deployment,
    queue: `${deployment}-${which}`,
  }),
  function: (which: FunctionName, name: string): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimension: 'FunctionName',
    of: `${deployment}-${which}`,
  }),
  /** Returns a metric of a queue. `which` is the end of the queue's name, without the name of the deployment. */
  queue: (which: string, name: string): Metric => ({
    namespace: 'AWS/SQS',
    name,
    dimension: 'QueueName',
    of: `${deployment}-${which}`,
  }),
  api: (name: string): Metric => ({ namespace: 'AWS/ApiGateway', name, dimension: 'ApiId', of: refTo('HttpApi') }),
});
