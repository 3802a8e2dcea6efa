/** The parameters of a deployment that the files of this folder use (serverless.yml, `custom.deploy`). */
import * as v from 'valibot';
import { Arn, Email, HttpsUrl, QUEUES_MAX, SecretArn, SlackChannel, SlackWorkspace } from '../lib/config/deployment.ts';

/** Returns a schema for a list in one text, with commas between the entries. The default is an empty list. */
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

/** A number, or a number as text. The command line gives texts. */
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
    /** The number of poll queues of each vendor, and the number of notify queues. */
    pollQueues: numberOfQueues,
    notifyQueues: numberOfQueues,
    /** Whether opwatch watches operations of its own to show that it works. */
    canary: v.optional(
      v.pipe(
        v.picklist(['yes', 'no'], 'must be yes or no'),
        v.transform((word) => word === 'yes'),
      ),
      'no',
    ),
    stage: v.optional(v.string(), 'dev'),
    /** The event buses and topics to which the notifier may publish with its own role. */
    eventBuses: listOf(Arn('events')),
    /**
     * The secrets that the configuration may name. A function may read only those that the configuration names for its
     * work.
     */
    secrets: listOf(SecretArn),
    topics: listOf(Arn('sns')),
    /** One more parameter that the pollers may read. `npm run verify-aws` uses it. */
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
    'alarmSlackWorkspace and alarmSlackChannel: set both or neither',
  ),
);

export type Settings = Readonly<v.InferOutput<typeof Settings>>;

/**
 * Reads the settings. Throws one error that names every wrong parameter. A wrong address of a subscriber would
 * otherwise stay unnoticed.
 */
export const readSettings = (given: unknown): Settings => {
  const read = v.safeParse(Settings, given);
  if (read.success) return read.output;
  throw new Error(
    read.issues.map((issue) => [v.getDotPath(issue), issue.message].filter(Boolean).join(' ')).join('; '),
  );
};
