/** The checks of queues, mapping and table hold where AWS behaves as documented, and do not where it does not. */
import {
  ChangeMessageVisibilityBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../checks/verify-aws/check.ts';
import { mappingChecks, mostAtOnce } from '../../checks/verify-aws/checks/mapping.ts';
import { queueChecks } from '../../checks/verify-aws/checks/queues.ts';
import { tableChecks } from '../../checks/verify-aws/checks/table.ts';
import type { Receipt } from '../../checks/verify-aws/probe/mapped.ts';
import type { Table } from '../../lib/store/store.ts';
import { type Bend, createVirtualSite, stayingOf } from './virtual-site.ts';

const checks = [...queueChecks, ...mappingChecks, ...tableChecks].flatMap((check) => ('run' in check ? [check] : []));

const verdictOf = async (name: string, bend?: Bend): Promise<Verdict> => {
  const check = checks.find((each) => each.name === name);
  if (!check) throw new Error(`no check ${name}`);
  return check.run(createVirtualSite(bend));
};

test.each(checks.map(({ name }) => name))('%s holds where all is as documented', async (name) => {
  expect(await verdictOf(name)).toEqual({ holds: true, evidence: expect.any(String) });
});

type Input = { readonly Entries?: readonly Readonly<Record<string, unknown>>[]; readonly QueueUrl?: string };
type Answer = { Failed?: readonly { Id: string }[]; Messages?: readonly Record<string, unknown>[] };

/** A client whose answers, or requests, are others. */
const bent =
  (change: (command: { readonly input: Input }, send: (command: unknown) => Promise<Answer>) => Promise<unknown>) =>
  (client: SQSClient): SQSClient =>
    ({
      send: (command: { input: Input }) => change(command, (it) => client.send(it as never) as Promise<Answer>),
    }) as unknown as SQSClient;

const attributesAre = (change: (attributes: Record<string, string>, n: number) => Record<string, string>) => {
  let received = 0;
  return bent(async (command, send) => {
    const answer = await send(command);
    if (!(command instanceof ReceiveMessageCommand) || !answer.Messages) return answer;
    received += 1;
    const changed = answer.Messages.map((message) => ({
      ...message,
      Attributes: change(message.Attributes as Record<string, string>, received),
    }));
    return { Messages: changed };
  });
};

const withTable = (change: Partial<Table> | ((table: Table) => Partial<Table>)): Bend => ({
  table: (table) => ({ ...table, ...(typeof change === 'function' ? change(table) : change) }),
});

/** Every message visible at once after its batch, whatever the function wanted. */
const meddling: Bend = {
  staying: async (batch) => {
    const staying = await stayingOf(batch);
    const entries = batch.records.map(({ receiptHandle }, i) => ({
      Id: String(i),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }));
    batch.sqs.hide(batch.queueUrl, entries);
    return staying;
  },
};

const hidesAreLonger = (seconds: number) =>
  bent(async (command, send) => {
    if (!(command instanceof ChangeMessageVisibilityBatchCommand)) return send(command);
    const { QueueUrl, Entries = [] } = (command as ChangeMessageVisibilityBatchCommand).input;
    const longer = Entries.map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
    return send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: longer }));
  });

const BENDS: readonly (readonly [check: string, how: string, bend: Bend, evidence: RegExp])[] = [
  [
    'twelve-hours-at-most',
    'takes any hide',
    {
      sqs: bent(async (command, send) => (command instanceof ChangeMessageVisibilityBatchCommand ? {} : send(command))),
    },
    /43201 s were taken/,
  ],
  [
    'twelve-hours-at-most',
    'takes an hour at most',
    { sqs: hidesAreLonger(43_201) },
    /42900 s, opwatch’s longest, were refused/,
  ],
  ['twelve-hours-from-receipt', 'counts from now', { sqs: hidesAreLonger(43_100) }, /43200 s were taken/],
  [
    'a-thousand-receives',
    'knows a hundred at most',
    { attributes: { RedrivePolicy: '{"maxReceiveCount":100}' } },
    /maxReceiveCount is 100/,
  ],
  [
    'a-thousand-receives',
    'counts by two',
    { sqs: attributesAre((given, n) => ({ ...given, ApproximateReceiveCount: String(2 * n) })) },
    /counted 2, 4, 6, 8/,
  ],
  [
    'sent-timestamp-stays',
    'gives the time of the receipt',
    { sqs: attributesAre((given, n) => ({ ...given, SentTimestamp: String(n) })) },
    /it changed/,
  ],
  [
    'one-bad-handle-spares-the-rest',
    'refuses the whole batch',
    {
      sqs: bent(async (command, send) => {
        const isBad =
          command instanceof ChangeMessageVisibilityBatchCommand && (command.input.Entries?.length ?? 0) > 1;
        if (isBad) throw new Error('ReceiptHandleIsInvalid');
        return send(command);
      }),
    },
    /the whole batch was refused/,
  ],
  [
    'answers-name-what-was-not-sent',
    'keeps silent',
    {
      sqs: bent(async (command, send) => {
        const answer = await send(command);
        return command instanceof SendMessageBatchCommand ? {} : answer;
      }),
    },
    /Failed names nothing/,
  ],
  [
    'dead-letters-keep-the-reason',
    'loses attributes',
    {
      sqs: bent(async (command, send) => {
        const { Messages, ...answer } = await send(command);
        return Messages ? { Messages: Messages.map(({ MessageAttributes: _, ...rest }) => rest) } : answer;
      }),
    },
    /the reason is undefined/,
  ],
  ['mapping-leaves-visibility-alone', 'makes failed messages visible', meddling, /back after 0\.\d s/],
  ['hidden-comes-back-by-itself', 'makes failed messages visible', meddling, /back after 0\.\d s/],
  [
    'hidden-comes-back-by-itself',
    'deletes what failed',
    { staying: async ({ run }) => run().then(() => new Set()) },
    /it did not come back/,
  ],
  [
    'hidden-twenty-times',
    'cuts it off after 16 rounds',
    {
      staying: async (batch) => {
        const isCut = batch.records.some(({ attributes }) => Number(attributes.ApproximateReceiveCount) > 16);
        return isCut ? new Set(batch.records.map(({ messageId }) => messageId)) : stayingOf(batch);
      },
    },
    /handed over 16 times/,
  ],
  [
    'partial-batch-answers',
    'takes an error for success',
    {
      staying: async ({ run }) =>
        run().then(
          () => new Set<string>(),
          () => new Set<string>(),
        ),
    },
    /an unknown id: 1, an error: 1/,
  ],
  [
    'partial-batch-answers',
    'takes silence for failure',
    {
      staying: async (batch) => {
        const answer = await batch.run().catch(() => undefined);
        return answer === undefined
          ? new Set(batch.records.map(({ messageId }) => messageId))
          : stayingOf({ ...batch, run: async () => answer });
      },
    },
    /nothing: 2/,
  ],
  ['conditional-writes', 'writes over anything', withTable({ replace: async () => true }), /20 of 20 rivals/],
  [
    'conditional-writes',
    'inserts twice',
    withTable({ insert: async () => true }),
    /inserting twice answered true, true/,
  ],
  [
    'consistent-batch-reads',
    'reads what was',
    withTable((table) => {
      const first = new Map<string, Awaited<ReturnType<Table['get']>>>();
      return {
        get: async (keys) => {
          const name = keys.map(({ pk }) => pk).join();
          const kept = first.get(name) ?? (await table.get(keys));
          first.set(name, kept);
          return kept;
        },
      };
    }),
    /23 of 24 reads/,
  ],
  ['index-catches-up', 'never does', withTable({ lapsed: async () => [] }), /was not in the index/],
  [
    'pages-newest-first',
    'begins with the oldest',
    withTable((table) => ({
      listed: async (day, limit, after) => {
        const page = await table.listed(day, limit, after);
        return { ...page, keys: page.keys.toReversed() };
      },
    })),
    /pages of 2 and 3: 10:00, 11:00/,
  ],
  [
    'partitions-in-order',
    'answers in any order',
    withTable((table) => ({ partition: async (pk) => (await table.partition(pk)).toReversed() })),
    /read watch, delivery#b/,
  ],
];

describe('does not hold', () => {
  test.each(BENDS)('%s, where AWS %s', async (name, _, bend, evidence) => {
    expect(await verdictOf(name, bend)).toEqual({ holds: false, evidence: expect.stringMatching(evidence) });
  });
});

const spans = (...list: readonly (readonly [at: number, until: number, invocation?: string])[]): Receipt[] =>
  list.map(([at, until, invocation = String(at)]) => ({
    message: 0,
    receives: 1,
    sentAt: 0,
    queueArn: '',
    at,
    until,
    invocation,
  }));

describe('how many batches were worked on at a time', () => {
  test.each([
    ['none', spans(), 0],
    ['one after the other', spans([0, 10], [10, 20]), 1],
    ['two that overlap', spans([0, 10], [9, 20]), 2],
    ['three within one', spans([0, 100], [10, 20], [12, 15], [30, 40]), 3],
    ['messages of one batch count once', spans([0, 10, 'a'], [0, 10, 'a']), 1],
  ])('%s', (_, receipts, most) => {
    expect(mostAtOnce(receipts)).toBe(most);
  });
});
