/** The event source mapping: what opwatch's whole way of waiting stands on. Played with the probe's function. */
import { randomUUID } from 'node:crypto';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { queueOf } from '../../../lib/store/queue.ts';
import { type Check, fails, verdict } from '../check.ts';
import { type Play, type Receipt, runKey, type Step } from '../probe/mapped.ts';
import { askUntil, type Site } from '../site.ts';

type Run = {
  readonly run: string;
  readonly receipts: (seconds: number, enough: number) => Promise<readonly Receipt[]>;
};

/** Sends one message for each list of steps. `receipts` waits for that many, of all messages, in the order they were made. */
const start = async (site: Site, ...scripts: Step[][]): Promise<Run> => {
  const { sqs, queues, table } = site;
  const run = randomUUID();
  for (let i = 0; i < scripts.length; i += 10) {
    const Entries = scripts.slice(i, i + 10).map((steps, j) => {
      const play: Play = { run, message: i + j, steps };
      return { Id: String(j), MessageBody: JSON.stringify(play) };
    });
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queues.mapped, Entries }));
  }
  const made = async () =>
    (await table.partition(runKey(run))).map(({ body }) => body as Receipt).sort((a, b) => a.at - b.at);
  return {
    run,
    receipts: (seconds, enough) => askUntil(site, seconds, made, ({ length }) => length >= enough),
  };
};

/** Seconds after which a message that nobody has hidden comes back. */
const visibilitySeconds = async ({ sqs, queues }: Site): Promise<number> => {
  const command = new GetQueueAttributesCommand({ QueueUrl: queues.mapped, AttributeNames: ['VisibilityTimeout'] });
  return Number((await sqs.send(command)).Attributes?.VisibilityTimeout);
};

const FIRST_SECONDS = 60;
/** "To the second or so": the mapping's own receive, and a function that starts, take their time as well. */
const LATE_SECONDS = 4;
const lateSeconds = ({ patience = 1 }: Site): number => LATE_SECONDS * patience;

const gapSeconds = ([first, second]: readonly Receipt[]): number | undefined =>
  first && second && (second.at - first.until) / 1_000;

/** Hides a message once and tells how long it stayed away. */
const hideOnce = async (site: Site, seconds: number, queueSeconds: number) => {
  const { receipts } = await start(site, [{ hide: seconds }, { answer: 'an empty list' }]);
  await receipts(FIRST_SECONDS, 1);
  const gap = gapSeconds(await receipts(seconds + queueSeconds + 2 * LATE_SECONDS, 2));
  if (gap === undefined) return fails(`hidden for ${seconds} s, it did not come back`);
  const told = `hidden for ${seconds} s by the function (the queue’s own: ${queueSeconds} s), back after ${gap.toFixed(1)} s`;
  // SQS counts whole seconds.
  return verdict(gap < seconds - 1 || gap > seconds + lateSeconds(site) ? [told] : [], told);
};

const LOOKS = 20;

/** How many invocations were at work at the same time, at the most. */
export const mostAtOnce = (receipts: readonly Receipt[]): number => {
  const spans = [...new Map(receipts.map((receipt) => [receipt.invocation, receipt])).values()];
  return Math.max(0, ...spans.map(({ at }) => spans.filter((other) => other.at <= at && at < other.until).length));
};

export const mappingChecks: readonly Check[] = [
  {
    name: 'mapping-leaves-visibility-alone',
    run: async (site) => {
      const own = await visibilitySeconds(site);
      return hideOnce(site, own + lateSeconds(site) + 1, own);
    },
  },
  {
    name: 'hidden-comes-back-by-itself',
    run: async (site) => {
      const own = await visibilitySeconds(site);
      return hideOnce(site, Math.max(1, own - lateSeconds(site) - 4), own);
    },
  },
  {
    name: 'hidden-twenty-times',
    run: async (site) => {
      const hides = Array.from({ length: LOOKS }, () => ({ hide: 1 }));
      const { receipts } = await start(site, [...hides, { answer: 'an empty list' }]);
      const made = await receipts(FIRST_SECONDS + LOOKS * (1 + LATE_SECONDS), LOOKS + 1);
      const counts = made.map(({ receives }) => receives);
      const isWhole = counts.join() === Array.from({ length: LOOKS + 1 }, (_, i) => i + 1).join();
      const told = `hidden ${LOOKS} times, handed over ${made.length} times, counted ${counts.at(0)} to ${counts.at(-1)}`;
      return verdict(isWhole ? [] : [`${told}: ${counts.join(', ')}`], told);
    },
  },
  {
    name: 'hiding-is-no-round',
    notOffline: 'the embedded stack has no recursive-loop detection',
    runOnAws: async (site) => {
      const { mappedFunction, recursion, metric } = site;
      const of = (name: string) =>
        metric({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName: mappedFunction } });
      const setting = await recursion(mappedFunction);
      // Metrics lag behind: only what counts the invocations of hidden-twenty-times has seen what was dropped then.
      const invocations = await askUntil(
        site,
        300,
        () => of('Invocations'),
        (sum = 0) => sum > LOOKS,
      );
      const dropped = (await of('RecursiveInvocationsDropped')) ?? 0;
      const wrong = [
        ...(setting === 'Terminate' ? [] : [`loop detection is set to ${setting}`]),
        ...((invocations ?? 0) > LOOKS ? [] : [`only ${invocations ?? 0} invocations were counted within 5 minutes`]),
        ...(dropped === 0 ? [] : [`${dropped} invocations were dropped as recursive`]),
      ];
      return verdict(wrong, `loop detection ${setting}, ${invocations} invocations, none dropped as recursive`);
    },
  },
  {
    name: 'partial-batch-answers',
    run: async (site) => {
      const own = await visibilitySeconds(site);
      const cases: readonly [Step, expected: number][] = [
        [{ answer: 'an empty list' }, 1],
        [{ answer: 'nothing' }, 1],
        [{ fail: 'an unknown id' }, 2],
        [{ fail: 'an error' }, 2],
      ];
      // One after the other, so that none shares its batch.
      const runs: Run[] = [];
      for (const [step] of cases) {
        const run = await start(site, [step, { answer: 'an empty list' }]);
        await run.receipts(FIRST_SECONDS, 1);
        runs.push(run);
      }
      await runs[2]?.receipts(2 * own + LATE_SECONDS, 2);
      await runs[3]?.receipts(2 * own + LATE_SECONDS, 2);
      const counts = await Promise.all(runs.map(async ({ receipts }) => (await receipts(0, 1)).length));
      const told = cases.map(([step], i) => `${Object.values(step)[0]}: ${counts[i]}`).join(', ');
      const isRight = cases.every(([, expected], i) => counts[i] === expected);
      return verdict(isRight ? [] : [`receipts by answer: ${told}`], `receipts by answer: ${told}`);
    },
  },
  {
    name: 'records-name-their-queue',
    run: async (site) => {
      const { receipts } = await start(site, [{ answer: 'an empty list' }]);
      const [made] = await receipts(FIRST_SECONDS, 1);
      if (!made) return fails('a message that was sent was not handed over');
      const url = queueOf({ eventSourceARN: made.queueArn }, [`${site.queues.plain}`, site.queues.mapped]);
      const wrong = [
        ...(url === site.queues.mapped ? [] : [`${made.queueArn} leads to ${url}`]),
        ...(made.receives === 1 ? [] : [`the first receipt is counted ${made.receives}`]),
        ...(Math.abs(made.at - made.sentAt) < 120_000 ? [] : [`SentTimestamp is ${made.sentAt} at ${made.at}`]),
      ];
      return verdict(wrong, `${made.queueArn}, receive 1, sent ${made.at - made.sentAt} ms before`);
    },
  },
  {
    name: 'maximum-concurrency',
    run: async (site) => {
      const scripts = Array.from({ length: 40 }, (): Step[] => [{ work: 1_000 }]);
      const { receipts } = await start(site, ...scripts);
      const made = await receipts(FIRST_SECONDS + 60, scripts.length);
      const most = mostAtOnce(made);
      const told = `${made.length} messages of 1 s each: ${most} batches at a time, 2 being allowed`;
      return verdict(most > 2 || made.length < scripts.length ? [told] : [], told);
    },
  },
  {
    name: 'mappings-as-deployed',
    notOffline: 'the settings are Lambda’s own; the template’s are tested',
    runOnAws: async ({ mappings, opwatchQueues }) => {
      const made = await mappings();
      const wrong = Object.values(opwatchQueues)
        .flat()
        .flatMap((url) => {
          const name = url.split('/').at(-1) ?? '';
          const mapping = made.find(({ queue }) => queue.endsWith(`:${name}`));
          if (!mapping) return [`${name} is mapped to nothing`];
          const { batchSize, maximumConcurrency, responseTypes } = mapping;
          const told = `${name}: batches of ${batchSize}, ${maximumConcurrency} at a time, ${responseTypes.join()}`;
          return batchSize === 10 && maximumConcurrency === 10 && responseTypes.join() === 'ReportBatchItemFailures'
            ? []
            : [told];
        });
      return verdict(wrong, `${made.length} mappings: batches of 10, 10 at a time, ReportBatchItemFailures`);
    },
  },
];
