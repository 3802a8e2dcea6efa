/** What of a deployment's parameters (serverless.yml, `custom.deploy`) the tables of this folder are told. */
import * as v from 'valibot';
import { Arn, Email, HttpsUrl, QUEUES_MAX, SecretArn, SlackChannel, SlackWorkspace } from '../lib/config/deployment.ts';

/** Texts apart by commas, none by default. */
const listOf = (entry: v.GenericSchema<string>) =>
  v.pipe(
    v.string(),
    v.transform((text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    ),
    v.array(entry),
  );

const NUMBER_OF_QUEUES = `must be a whole number from 1 to ${QUEUES_MAX}`;

/** A number, or its text as the command line gives it. */
const numberOfQueues = v.pipe(
  v.union([v.number(), v.string()], NUMBER_OF_QUEUES),
  v.transform((given) => (String(given).trim() === '' ? Number.NaN : Number(given))),
  v.number(NUMBER_OF_QUEUES),
  v.integer(NUMBER_OF_QUEUES),
  v.minValue(1, NUMBER_OF_QUEUES),
  v.maxValue(QUEUES_MAX, NUMBER_OF_QUEUES),
);

const optional = (entry: v.GenericSchema<string>) => v.union([v.literal(''), entry]);

const Settings = v.pipe(
  v.strictObject({
    name: v.string(),
    /** Poll queues of each vendor, and notify queues. */
    pollQueues: numberOfQueues,
    notifyQueues: numberOfQueues,
    /** Whether opwatch watches operations of its own, to see that it works. */
    canary: v.optional(
      v.pipe(
        v.picklist(['yes', 'no'], 'must be yes or no'),
        v.transform((word) => word === 'yes'),
      ),
      'no',
    ),
    stage: v.optional(v.string(), 'dev'),
    /** Where the notifier may publish with its own role. */
    eventBuses: listOf(Arn('events')),
    /** Secrets that the configuration may name: each is read by the functions that it is named for. */
    secrets: listOf(SecretArn),
    topics: listOf(Arn('sns')),
    /** A parameter beside those of the configuration that the pollers may read: `npm run verify-aws` reads one of its own. */
    checkParameter: v.optional(
      optional(v.pipe(v.string(), v.regex(/^ssm:\/[\w.\-/]+$/, 'must be ssm:/ and a name'))),
      '',
    ),
    alarmEmail: optional(Email),
    alarmUrl: optional(HttpsUrl),
    alarmSlackWorkspace: optional(SlackWorkspace),
    alarmSlackChannel: optional(SlackChannel),
  }),
  v.check(
    ({ alarmSlackWorkspace, alarmSlackChannel }) => (alarmSlackWorkspace === '') === (alarmSlackChannel === ''),
    'alarmSlackWorkspace and alarmSlackChannel go together',
  ),
);

export type Settings = Readonly<v.InferOutput<typeof Settings>>;

/** Throws one error that names every parameter that is wrong: a subscriber nobody can reach would go unnoticed. */
export const readSettings = (given: unknown): Settings => {
  const read = v.safeParse(Settings, given);
  if (read.success) return read.output;
  throw new Error(
    read.issues.map((issue) => [v.getDotPath(issue), issue.message].filter(Boolean).join(' ')).join('; '),
  );
};
