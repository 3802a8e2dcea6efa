/**
 * Adds further poll and notify queues, as many as the parameters `pollQueues` and `notifyQueues` say. serverless.yml
 * defines the first queue of each kind. Each further queue is a copy of the first, with a number in its name. It has
 * the same settings, the same dead-letter queue and the same policy. It feeds the same function. Its URL joins each
 * list that has the URL of the first.
 */
import type { FunctionDefinition, Resource } from './serverless.ts';
import type { Settings } from './settings.ts';
import { arnOf, refTo } from './template.ts';

type Kind = {
  /** The logical id of the first queue of the kind. */
  readonly id: string;
  /** The end of the first queue's name, without the name of the deployment. */
  readonly name: 'poll-aliyun' | 'poll-huawei' | 'notify';
  readonly parameter: 'pollQueues' | 'notifyQueues';
  /** The name of the function that reads the queues of this kind. */
  readonly consumer: string;
  /** The environment variable with the URLs of the queues of this kind. */
  readonly variable: string;
};

const KINDS: readonly Kind[] = [
  {
    id: 'PollQueueAliyun',
    name: 'poll-aliyun',
    parameter: 'pollQueues',
    consumer: 'pollerAliyun',
    variable: 'POLL_QUEUE_URLS_ALIYUN',
  },
  {
    id: 'PollQueueHuawei',
    name: 'poll-huawei',
    parameter: 'pollQueues',
    consumer: 'pollerHuawei',
    variable: 'POLL_QUEUE_URLS_HUAWEI',
  },
  {
    id: 'NotifyQueue',
    name: 'notify',
    parameter: 'notifyQueues',
    consumer: 'notifier',
    variable: 'NOTIFY_QUEUE_URLS',
  },
];

type Counts = Pick<Settings, 'pollQueues' | 'notifyQueues'>;

const numbers = ({ parameter }: Kind, counts: Counts): number[] =>
  Array.from({ length: counts[parameter] }, (_, i) => i + 1);
/**
 * The first queue has no number in its id. So a deployment with more queues later keeps its first queue and the
 * messages in it.
 */
const idOf = ({ id }: Kind, number: number): string => (number === 1 ? id : `${id}${number}`);
const suffixed = (name: string, number: number): string => (number === 1 ? name : `${name}-${number}`);

const idsOf = (kind: Kind, counts: Counts): string[] => numbers(kind, counts).map((number) => idOf(kind, number));

/** Returns the ARNs of all queues of one kind. `first` is the id of the kind's first queue. */
export const arnsOf = (first: string, counts: Counts): object[] =>
  KINDS.filter(({ id }) => id === first).flatMap((kind) => idsOf(kind, counts).map(arnOf));

/** Returns the ends of the names of all poll and notify queues, without the name of the deployment. */
export const workQueues = (counts: Counts): string[] =>
  KINDS.flatMap((kind) => numbers(kind, counts).map((number) => suffixed(kind.name, number)));

type Service = {
  readonly functions: Readonly<Record<string, FunctionDefinition>>;
  readonly resources: { readonly Resources: Record<string, Resource> };
};

type Properties = Readonly<Record<string, unknown>>;

/** Adds the further queues to the service that osls has read from serverless.yml. */
export const addQueues = (service: Service, counts: Counts): void => {
  for (const kind of KINDS.filter(({ parameter }) => counts[parameter] > 1)) addKind(service, kind, counts);
};

const addKind = ({ functions, resources: { Resources } }: Service, kind: Kind, counts: Counts): void => {
  const first = Resources[kind.id] as Resource & { readonly Properties: Properties };
  for (const number of numbers(kind, counts).slice(1)) {
    const QueueName = suffixed(String(first.Properties.QueueName), number);
    Resources[idOf(kind, number)] = { ...first, Properties: { ...first.Properties, QueueName } };
  }
  const ids = idsOf(kind, counts);
  for (const policy of Object.values(Resources).filter(({ Type }) => Type === 'AWS::SQS::QueuePolicy')) {
    (policy.Properties as { readonly Queues: unknown[] }).Queues.push(...ids.slice(1).map(refTo));
  }
  for (const definition of Object.values(functions)) {
    const { environment = {} } = definition;
    if (kind.variable in environment) environment[kind.variable] = { 'Fn::Join': [',', ids.map(refTo)] };
  }
  const consumer = functions[kind.consumer] as FunctionDefinition;
  consumer.events = consumer.events.flatMap((event) =>
    event.sqs ? ids.map((id) => ({ sqs: { ...(event.sqs as Properties), arn: arnOf(id) } })) : [event],
  );
  // Each event source mapping calls the function up to its own maximum.
  if (typeof consumer.reservedConcurrency === 'number') consumer.reservedConcurrency *= ids.length;
};
