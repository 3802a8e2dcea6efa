/**
 * The parameters of serverless.yml, as words and numbers. The settings under `deploy` in opwatch.config.ts replace the
 * defaults. `--param` on the command line replaces both.
 */
import type { Deployment } from '../lib/config/deployment.ts';

type Parameters = Readonly<Record<string, string | number | boolean>>;

const DEFAULTS: Parameters = {
  // The access to the HTTP API: `token` (the authorizer function checks bearer tokens) or `iam` (callers sign with AWS
  // credentials). There is no open access. Any other word stops the deployment.
  auth: 'token',
  // What CloudFormation does with the table when somebody removes the stack: Delete or Retain.
  retention: 'Delete',
  deletionProtection: false,
  // The subscribers of the alarms: an e-mail address, an https endpoint, or a channel of a Slack workspace. For Slack,
  // the workspace must have authorized AWS's chat applications (formerly AWS Chatbot).
  alarmEmail: '',
  alarmUrl: '',
  alarmSlackWorkspace: '',
  alarmSlackChannel: '',
  // The event buses and topics for targets of type `eventbridge` and `sns`, as ARNs with commas between them. The role
  // of the notifier may publish there.
  eventBuses: '',
  topics: '',
  // The secrets of Secrets Manager that `secret:` references may name, as ARNs with commas between them.
  secrets: '',
  // A parameter that the pollers may read for `npm run verify-aws`. Nothing else uses it.
  checkParameter: '',
  // Whether opwatch runs a canary, `yes` or `no`. Every five minutes opwatch then watches operations of its own through
  // each poll and notify queue. An alarm rings if an outcome is not delivered in time (docs/operations.md, Canary;
  // docs/cost.md has the price).
  canary: 'no',
  // The number of poll queues of each cloud, and the number of notify queues. Each queue has room for 120,000 messages
  // (queues.ts).
  pollQueues: 1,
  notifyQueues: 1,
  // The number of batches (ten messages each) that a poller, or the notifier, handles at a time from each of its
  // queues.
  pollerConcurrency: 10,
  notifierConcurrency: 10,
  // The number of HTTP requests that API Gateway accepts in a second, from all callers together. A burst may have twice
  // as many. To further requests API Gateway answers 429, and no function runs.
  requestsPerSecond: 100,
  requestsAtOnce: 200,
  // The limit of requests in a second for each route without a token: links to watches, public keys, and the
  // description of the API.
  linksPerSecond: 20,
  linksAtOnce: 40,
  // Whether the deployment reserves a part of the account's concurrency for the pollers and the notifier. In a new
  // account the limit is ten, and AWS refuses to reserve any. So the default is `no`.
  reserve: 'no',
};

/** The stage `prod` keeps its table when somebody removes the stack. */
const OF_STAGES: Readonly<Record<string, Parameters>> = { prod: { retention: 'Retain', deletionProtection: true } };

const YES_OR_NO = ['canary', 'reserve'];

const wordOf = (name: string, value: string | number | boolean | readonly string[]): string | number | boolean => {
  if (typeof value === 'boolean' && YES_OR_NO.includes(name)) return value ? 'yes' : 'no';
  return typeof value === 'object' ? value.join(',') : value;
};

/** Returns the parameters of a stage. */
export const parametersOf = (stage: string, deploy: Deployment): Parameters => {
  const given = Object.entries(deploy).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, wordOf(name, value)] as const],
  );
  return { ...DEFAULTS, ...OF_STAGES[stage], ...Object.fromEntries(given) };
};
