/** The parameters of a deployment. opwatch.config.ts holds them under `deploy`. docs/deploy.md describes them. */
import * as v from 'valibot';

/** Returns a schema for the ARNs of one service. */
export const Arn = (service: string) =>
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^arn:aws[\\w-]*:${service}:[a-z0-9-]+:\\d{12}:[\\w./-]+$`), `must be an ARN of ${service}`),
  );

/**
 * The ARN of a secret must contain the six characters that Secrets Manager adds to the name. An ARN without them could
 * match a second secret.
 */
export const SecretArn = v.pipe(
  v.string(),
  v.regex(/^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}$/, 'must be the ARN of a secret'),
);

export const Email = v.pipe(v.string(), v.email('must be an email address'));
export const HttpsUrl = v.pipe(v.string(), v.regex(/^https:\/\/\S+$/, 'must begin with https://'));
export const SlackWorkspace = v.pipe(v.string(), v.regex(/^T[A-Z0-9]+$/, 'must be the id of a workspace, T…'));
export const SlackChannel = v.pipe(v.string(), v.regex(/^[CG][A-Z0-9]+$/, 'must be the id of a channel, C…'));

export const QUEUES_MAX = 20;

const whole = (from: number, to: number) => {
  const words = `must be a whole number from ${from} to ${to}`;
  return v.optional(v.pipe(v.number(), v.integer(words), v.minValue(from, words), v.maxValue(to, words)));
};

const Parameters = v.strictObject({
  auth: v.optional(v.picklist(['token', 'iam'])),
  retention: v.optional(v.picklist(['Delete', 'Retain'])),
  deletionProtection: v.optional(v.boolean()),
  pollQueues: whole(1, QUEUES_MAX),
  notifyQueues: whole(1, QUEUES_MAX),
  canary: v.optional(v.boolean()),
  reserve: v.optional(v.boolean()),
  /** Lambda accepts 2 to 1,000 as the maximum concurrency of an event source mapping. */
  pollerConcurrency: whole(2, 1_000),
  notifierConcurrency: whole(2, 1_000),
  requestsPerSecond: whole(1, 10_000),
  requestsAtOnce: whole(1, 5_000),
  linksPerSecond: whole(1, 10_000),
  linksAtOnce: whole(1, 5_000),
  alarmEmail: v.optional(Email),
  alarmUrl: v.optional(HttpsUrl),
  alarmSlackWorkspace: v.optional(SlackWorkspace),
  alarmSlackChannel: v.optional(SlackChannel),
  eventBuses: v.optional(v.array(Arn('events'))),
  topics: v.optional(v.array(Arn('sns'))),
  secrets: v.optional(v.array(SecretArn)),
});

export const Deployment = v.pipe(
  Parameters,
  v.partialCheck(
    [['alarmSlackWorkspace'], ['alarmSlackChannel']],
    ({ alarmSlackWorkspace, alarmSlackChannel }) =>
      (alarmSlackWorkspace === undefined) === (alarmSlackChannel === undefined),
    'must have both alarmSlackWorkspace and alarmSlackChannel, or neither',
  ),
);

export type Deployment = v.InferOutput<typeof Parameters>;
