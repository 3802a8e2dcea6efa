/** Metrics by the names that functions, queues and the API of a deployment have in CloudWatch. */
import { refTo } from './template.ts';

export type Metric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimension: string;
  readonly of: string | { readonly Ref: string };
  /** A second dimension, of opwatch's own metrics alone: the name of a queue. */
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
  /** Those that the functions' log lines carry (lib/core/log.ts). */
  own: (name: string): Metric => ({ namespace: 'opwatch', name, dimension: 'deployment', of: deployment }),
  /** The same, of one queue of work, by what follows the deployment's name in the queue's. */
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
  /** By what follows the deployment's name in the queue's. */
  queue: (which: string, name: string): Metric => ({
    namespace: 'AWS/SQS',
    name,
    dimension: 'QueueName',
    of: `${deployment}-${which}`,
  }),
  api: (name: string): Metric => ({ namespace: 'AWS/ApiGateway', name, dimension: 'ApiId', of: refTo('HttpApi') }),
});
