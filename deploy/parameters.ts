/**
 * The parameters of serverless.yml: their defaults, and in their place what opwatch.config.ts has under `deploy`. `--param`
 * goes before both. They are words and numbers, as a command line gives them.
 */
import type { Deployment } from '../lib/config/deployment.ts';

type Parameters = Readonly<Record<string, string | number | boolean>>;

const DEFAULTS: Parameters = {
  // Who may call the HTTP API: `token` (bearer tokens, checked by the authorizer function) or `iam` (requests signed
  // with AWS credentials). There is no open mode: any other word stops the deployment.
  auth: 'token',
  // What becomes of the table when the stack is removed: Delete or Retain.
  retention: 'Delete',
  deletionProtection: false,
  // Who hears of alarms, each where it is set: by e-mail, at an https endpoint, in a channel of a Slack workspace that
  // AWS's chat applications (formerly AWS Chatbot) have been let into.
  alarmEmail: '',
  alarmUrl: '',
  alarmSlackWorkspace: '',
  alarmSlackChannel: '',
  // Where targets of type `eventbridge` and `sns` may publish as the notifier: ARNs, apart by commas.
  eventBuses: '',
  topics: '',
  // Secrets of Secrets Manager that `secret:` references may name: ARNs, apart by commas.
  secrets: '',
  // For `npm run verify-aws` alone: a parameter of its own that the pollers may read.
  checkParameter: '',
  // Whether opwatch watches operations of its own, through each poll and notify queue, every five minutes, and rings an
  // alarm where its outcome is not delivered in time: `yes` or `no` (docs/operations.md, Canary; docs/cost.md has the price).
  canary: 'no',
  // How many poll queues each cloud has, and how many notify queues there are: one for each 120,000 messages (queues.ts).
  pollQueues: 1,
  notifyQueues: 1,
  // How many batches of ten of each of its queues a poller, and the notifier, works on at a time.
  pollerConcurrency: 10,
  notifierConcurrency: 10,
  // How many HTTP requests a second are let in, by all callers together, and twice as many at once; beyond, API Gateway
  // answers 429 and no function runs.
  requestsPerSecond: 100,
  requestsAtOnce: 200,
  // The same for each route that asks for no token: links to watches, public keys, the description of the API.
  linksPerSecond: 20,
  linksAtOnce: 40,
  // Whether that much of the account's concurrency is set aside for them. AWS refuses it in a new account, whose limit is
  // ten: so nothing is set aside until somebody says `yes`.
  reserve: 'no',
};

/** A production stage keeps its table. */
const OF_STAGES: Readonly<Record<string, Parameters>> = { prod: { retention: 'Retain', deletionProtection: true } };

const YES_OR_NO = ['canary', 'reserve'];

const wordOf = (name: string, value: string | number | boolean | readonly string[]): string | number | boolean => {
  if (typeof value === 'boolean' && YES_OR_NO.includes(name)) return value ? 'yes' : 'no';
  return typeof value === 'object' ? value.join(',') : value;
};

/** The parameters of a stage. */
export const parametersOf = (stage: string, deploy: Deployment): Parameters => {
  const given = Object.entries(deploy).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, wordOf(name, value)] as const],
  );
  return { ...DEFAULTS, ...OF_STAGES[stage], ...Object.fromEntries(given) };
};
