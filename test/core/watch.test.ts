import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Missed } from '../../lib/core/deadline.ts';
import { decide, waited } from '../../lib/core/decide.ts';
import { Misconfigured, NotAllowed, NotConfigured, Refused, RetryLater, Throttled } from '../../lib/core/errors.ts';
import { dueBy, projectNextLook } from '../../lib/core/next-look.ts';
import type { CloudStatus, Observation } from '../../lib/core/observation.ts';
import { DEFAULT_GAP } from '../../lib/core/schedule.ts';
import {
  answersFor,
  isOver,
  join,
  type LookPolicy,
  reportedRuns,
  STATUSES,
  type Status,
  settle,
  stop,
  type Watch,
} from '../../lib/core/watch.ts';
import { HOUR, T0, watchWith } from '../samples.ts';

const policy: LookPolicy = { graceMs: 120_000, missesUntilLost: 3, gap: DEFAULT_GAP };

const fresh = watchWith({ notify: ['chat', 'ci'] });

type Seen = Observation & { kind: 'seen' };
const seen = (status: CloudStatus, word: string, more: Partial<Seen> = {}): Seen => ({
  kind: 'seen',
  status,
  word,
  known: true,
  ...more,
});
const absent: Observation = { kind: 'absent', shows: 'OperationNotFound: not found' };
const unanswered = (error = new RetryLater({ code: 'timeout', message: 'no answer' })): Observation => ({
  kind: 'unanswered',
  error,
});

const OUTCOMES = STATUSES.filter(isOver);

/** One look after the other, ten seconds apart. */
const looked = (watch: Watch, ...looks: readonly Observation[]): Watch =>
  looks.reduce((current, look, i) => decide(current, look, T0 + (i + 1) * 10_000, policy), watch);

describe('what the cloud says', () => {
  test.each<[CloudStatus, string, boolean]>([
    ['pending', 'INIT', false],
    ['running', 'IN_PROGRESS', false],
    ['attention', 'HUMAN_PROCESSING', false],
    ['succeeded', 'COMPLETED', true],
    ['partial', 'PARTIAL_COMPLETED', true],
    ['failed', 'FAILED', true],
    ['canceled', 'TERMINATED', true],
  ])('%s is taken as it is, with the word %s', (status, word, over) => {
    const watch = decide(fresh, seen(status, word), T0 + 5_000, policy);
    expect(watch).toMatchObject({ status, word, seenAt: T0 + 5_000, lookedAt: T0 + 5_000, misses: 0 });
    expect(isOver(watch.status)).toBe(over);
    expect(watch.endedAt).toBe(over ? T0 + 5_000 : undefined);
  });

  test('an end owes its announcement, to everybody, from the same write', () => {
    const watch = decide(
      fresh,
      seen('failed', 'FAILED', { facts: { reasonCode: 'NoStock', reasonMessage: 'sold out' } }),
      T0 + 7_000,
      policy,
    );
    expect(watch.owed).toEqual([{ event: 'failed', at: T0 + 7_000, word: 'FAILED' }]);
    expect(watch.facts).toEqual({ reasonCode: 'NoStock', reasonMessage: 'sold out' });
    expect(watch.history.at(-1)).toEqual({ at: T0 + 7_000, status: 'failed', word: 'FAILED' });
  });

  test('facts are added to those known before, progress and memo replace them', () => {
    const watch = looked(
      fresh,
      seen('running', 'RUNNING', {
        facts: { operationType: 'CREATE_CLUSTER', startedAt: T0 - 1_000 },
        progress: { done: 1, total: 4 },
        memo: { a: '1' },
      }),
      seen('running', 'RUNNING', { facts: { requestId: 'R-2' }, progress: { percent: 40 }, memo: { b: '2' } }),
      seen('running', 'RUNNING'),
    );
    expect(watch.facts).toEqual({ operationType: 'CREATE_CLUSTER', startedAt: T0 - 1_000, requestId: 'R-2' });
    expect(watch.progress).toEqual({ percent: 40 });
    expect(watch.memo).toEqual({ b: '2' });
  });

  test.each<[string, CloudStatus, Partial<Seen>, object | undefined]>([
    ['is kept where something stopped short', 'failed', {}, { percent: 80 }],
    ['is dropped where all of it was done', 'succeeded', {}, undefined],
    ['is what the cloud says last, also of what is done', 'succeeded', { progress: { percent: 99 } }, { percent: 99 }],
  ])('at the end, progress %s', (_, status, more, progress) => {
    const half = looked(fresh, seen('running', 'RUNNING', { progress: { percent: 80 } }));
    expect(looked(half, seen(status, 'END', more)).progress).toEqual(progress);
  });

  test('what a second witness told is marked as inferred', () => {
    expect(decide(fresh, seen('succeeded', 'AVAILABLE', { evidence: 'inferred' }), T0, policy).evidence).toBe(
      'inferred',
    );
  });

  test('states may go backwards while the operation is under way [F34]', () => {
    const watch = looked(fresh, seen('running', 'RUNNING'), seen('pending', 'INIT'), seen('running', 'RUNNING'));
    expect(watch.history.map(({ status }) => status)).toEqual(['pending', 'running', 'pending', 'running']);
  });

  test('of a long to and fro the middle is dropped, never the beginning', () => {
    const looks = Array.from({ length: 60 }, (_, i) => seen('running', `STEP_${i}`));
    const { history } = looked(fresh, ...looks);
    expect(history).toHaveLength(20);
    expect(history[0]).toEqual({ at: T0, status: 'pending' });
    expect(history.at(-1)?.word).toBe('STEP_59');
  });

  test('what it makes us keep is bounded, in bytes [S9]', () => {
    const long = '界'.repeat(10_000);
    const facts = {
      operationType: long,
      reasonCode: long,
      reasonMessage: long,
      result: long,
      error: long,
      requestId: long,
    };
    const watch = decide(fresh, seen('failed', long, { facts }), T0, policy);
    const bytes = Object.fromEntries(
      Object.entries({ ...watch.facts, word: watch.word }).map(([name, text]) => [
        name,
        Buffer.byteLength(String(text)),
      ]),
    );
    expect(bytes.word).toBeLessThanOrEqual(128);
    for (const name of ['operationType', 'reasonCode', 'requestId']) expect(bytes[name]).toBeLessThanOrEqual(128);
    for (const name of ['reasonMessage', 'result', 'error']) {
      expect(bytes[name]).toBeLessThanOrEqual(1_024);
      expect(bytes[name]).toBeGreaterThan(1_000);
    }
  });

  test('a request id is bounded also where the cloud knows nothing', () => {
    const watch = decide(fresh, { ...absent, requestId: 'r'.repeat(5_000) }, T0, policy);
    expect(Buffer.byteLength(watch.facts.requestId ?? '')).toBeLessThanOrEqual(128);
  });
});

describe('facts belong to the state they were told with', () => {
  const reason = { reasonCode: 'OutOfStock', reasonMessage: 'sold out', error: 'E', result: 'R', message: 'M' };
  const stays = { operationType: 'CREATE', startedAt: T0 - 1_000, requestId: 'R-1' };

  test.each<[string, Seen, Seen, object]>([
    [
      'none but kind, start and request id outlives it',
      seen('attention', 'HUMAN_PROCESSING', { facts: { ...reason, ...stays } }),
      seen('failed', 'FAILED'),
      stays,
    ],
    [
      'the same state keeps what it told before',
      seen('attention', 'HUMAN_PROCESSING', { facts: reason }),
      seen('attention', 'HUMAN_PROCESSING'),
      reason,
    ],
    [
      'another word is another state',
      seen('running', 'CREATING', { facts: { reasonMessage: 'waits for stock' } }),
      seen('running', 'STARTING'),
      {},
    ],
    [
      'an end told beside a state that goes on is none',
      seen('running', 'IN_PROGRESS', { facts: { startedAt: T0 - 1_000, endedAt: T0 - 500 } }),
      seen('failed', 'FAILED'),
      { startedAt: T0 - 1_000 },
    ],
    [
      'a success has no cause, and the cause before it is gone',
      seen('attention', 'HUMAN_PROCESSING', { facts: reason }),
      seen('succeeded', 'COMPLETED', { facts: { endedAt: T0 } }),
      { endedAt: T0 },
    ],
    [
      'words where causes stand are the message of a success',
      seen('running', 'RUNNING'),
      seen('succeeded', 'COMPLETED', {
        facts: { reasonCode: '200', reasonMessage: 'all nodes are up', error: 'none' },
      }),
      { message: '200: all nodes are up' },
    ],
    [
      'a part that was done keeps its cause',
      seen('running', 'RUNNING'),
      seen('partial', 'PARTIAL_COMPLETED', { facts: { reasonMessage: '3 of 5' } }),
      { reasonMessage: '3 of 5' },
    ],
  ])('%s', (_, first, second, facts) => {
    expect(looked(fresh, first, second).facts).toStrictEqual(facts);
  });

  test.each<[string]>([['[]'], ['{}'], ['null'], ['""'], ['" "'], [' '], ['\n'], ['[null]'], ['{"a":[]}'], ['"[]"']])(
    '%j is no fact',
    (text) => {
      const facts = { reasonCode: text, reasonMessage: text, error: text, result: text, message: text };
      expect(looked(fresh, seen('failed', 'FAILED', { facts })).facts).toStrictEqual({});
      expect(looked(fresh, seen('succeeded', 'COMPLETED', { facts })).facts).toStrictEqual({});
    },
  );

  test.each<[string]>([['0'], ['false'], ['[0]'], ['none'], ['{"a":"b"}'], ['[']])('%j is one', (result) => {
    expect(looked(fresh, seen('succeeded', 'COMPLETED', { facts: { result } })).facts).toStrictEqual({ result });
  });

  test.each<[string, object, object]>([
    ['epoch seconds', { startedAt: T0 / 1_000, endedAt: T0 / 1_000 }, {}],
    ['microseconds', { startedAt: T0 * 1_000, endedAt: T0 * 1_000 }, {}],
    ['no number', { startedAt: Number.NaN, endedAt: Number.POSITIVE_INFINITY }, {}],
    ['an end in the future', { startedAt: T0, endedAt: T0 + HOUR }, { startedAt: T0 }],
    ['an end before its start', { startedAt: T0, endedAt: T0 - 60_000 }, { startedAt: T0 }],
    [
      'clocks that differ a little',
      { startedAt: T0 + 60_000, endedAt: T0 + 70_000 },
      { startedAt: T0 + 60_000, endedAt: T0 + 70_000 },
    ],
    [
      'a start in ms and its end in whole seconds',
      { startedAt: T0 + 900, endedAt: T0 },
      { startedAt: T0 + 900, endedAt: T0 },
    ],
    ['a start long ago', { startedAt: T0 - 9_000 * HOUR, endedAt: T0 }, { startedAt: T0 - 9_000 * HOUR, endedAt: T0 }],
  ])('of times only those that can be true are kept: %s', (_, facts, kept) => {
    expect(looked(fresh, seen('failed', 'FAILED', { facts })).facts).toStrictEqual(kept);
  });
});

describe('runs', () => {
  const earlier = { ...fresh, earlierRuns: [{ watch: 'w_before', run: 'A' }] };
  const note = 'the cloud shows DONE of a run that watch w_before has reported';
  const looking = (watch: Watch, look: Observation, ms: number) => decide(watch, look, T0 + ms, policy);

  test('a watch is bound to the run that it saw first', () => {
    const watch = looked(fresh, seen('running', 'RUNNING'), seen('running', 'RUNNING', { run: 'B' }));
    expect(watch.run).toBe('B');
    expect(looked(watch, seen('succeeded', 'DONE', { run: 'B' }))).toMatchObject({ status: 'succeeded', run: 'B' });
  });

  test('the end of a run that an earlier watch has reported is not seen', () => {
    const watch = looked(earlier, seen('succeeded', 'DONE', { run: 'A', memo: { a: '1' }, facts: { requestId: 'R' } }));
    expect(watch).toMatchObject({ status: 'pending', misses: 0, memo: {}, facts: { requestId: 'R' }, owed: [] });
    expect(watch).not.toHaveProperty('seenAt');
    expect(watch).not.toHaveProperty('run');
  });

  test('after the grace time such a watch is lost, and its note names the earlier watch', () => {
    const early = looking(earlier, seen('succeeded', 'DONE', { run: 'A' }), 1_000);
    const watch = looking(early, seen('succeeded', 'DONE', { run: 'A' }), policy.graceMs);
    expect(watch).toMatchObject({ status: 'lost', note, owed: [{ event: 'lost' }] });
  });

  test('it takes the next run, whatever it saw of the earlier one', () => {
    const watch = looked(
      earlier,
      seen('failed', 'FAILED', { run: 'A' }),
      seen('running', 'RUNNING', { run: 'B' }),
      seen('failed', 'FAILED', { run: 'B' }),
    );
    expect(watch).toMatchObject({ status: 'failed', run: 'B' });
  });

  test.each<[string, Watch]>([
    ['another run', looked(fresh, seen('running', 'RUNNING', { run: 'B' }))],
    ['a run that was reported', looked(earlier, seen('running', 'RUNNING', { run: 'B' }))],
  ])('once a run was seen, an end of %s is a miss, and misses in a row lose it', (_, watch) => {
    const end = seen('succeeded', 'DONE', { run: 'A' });
    const missed = looked(watch, end, end);
    expect(missed).toMatchObject({ status: 'running', misses: 2, run: 'B' });
    expect(looked(missed, end)).toMatchObject({
      status: 'lost',
      note: expect.stringContaining('the cloud shows DONE of'),
    });
    expect(looked(missed, seen('failed', 'FAILED', { run: 'B' })).status).toBe('failed');
  });

  test('what a person should know about an end is kept with it, and its evidence', () => {
    const told = { note: 'the stack was deleted meanwhile', evidence: 'untied' } as const;
    const watch = looked(fresh, seen('running', 'RUNNING', told));
    expect(watch).not.toHaveProperty('note');
    expect(watch).not.toHaveProperty('evidence');
    expect(looked(watch, seen('canceled', 'DELETED', told))).toMatchObject(told);
  });
});

describe('an unknown word', () => {
  const odd = seen('running', 'REBALANCING', { known: false });

  test('keeps the watch running and is noted once [F33]', () => {
    const watch = looked(fresh, odd, odd, odd);
    expect(watch).toMatchObject({ status: 'running', word: 'REBALANCING', unknownWords: ['REBALANCING'] });
  });

  test('five of them are remembered', () => {
    const words = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
    expect(looked(fresh, ...words.map((word) => seen('running', word, { known: false }))).unknownWords).toEqual([
      'C',
      'D',
      'E',
      'F',
      'G',
    ]);
  });
});

describe('attention', () => {
  test('is announced when it begins, and again only when it begins again', () => {
    const waiting = seen('attention', 'HUMAN_PROCESSING');
    const once = looked(fresh, waiting, waiting, waiting);
    expect(once.owed).toEqual([{ event: 'attention', at: T0 + 10_000, word: 'HUMAN_PROCESSING' }]);
    const twice = looked(fresh, waiting, seen('running', 'IN_PROGRESS'), waiting);
    const begun = twice.owed.filter(({ event }) => event === 'attention');
    expect(begun.map(({ at }) => at)).toEqual([T0 + 10_000, T0 + 30_000]);
  });
});

describe('absence', () => {
  test.each([
    ['within the grace time', 119_999, 'pending'],
    ['after it', 120_000, 'lost'],
  ] as const)('of what was never seen, %s [F36]', (_, ms, status) => {
    const missed = decide(fresh, absent, T0 + 1_000, policy);
    expect(decide(missed, absent, T0 + ms, policy).status).toBe(status);
  });

  test.each([
    ['is not known', absent],
    ['is forgotten', { ...absent, forgotten: true }],
  ] as const)(
    'that one answer alone tells, that the operation %s, ends no watch: the next answer does [F36]',
    (_, answer) => {
      const late = T0 + HOUR;
      const silent = decide(decide(fresh, unanswered(), T0 + 1_000, policy), unanswered(), T0 + 120_000, policy);
      const once = decide(silent, answer, late, policy);
      expect(once).toMatchObject({ status: 'pending', owed: [] });
      expect(decide(once, answer, once.nextLookAt, policy).status).toBe('lost');
      expect(decide(once, seen('succeeded', 'COMPLETED'), once.nextLookAt, policy).status).toBe('succeeded');
      const between = decide(once, unanswered(), once.nextLookAt, policy);
      expect(decide(between, answer, between.nextLookAt, policy).status).toBe('lost');
    },
  );

  test('of what was seen counts as lost after three looks in a row [F36]', () => {
    const watch = looked(fresh, seen('running', 'RUNNING'), absent, absent);
    expect(watch).toMatchObject({ status: 'running', misses: 2 });
    const lost = decide(watch, absent, T0 + 50_000, policy);
    expect(lost).toMatchObject({ status: 'lost', note: 'OperationNotFound: not found', endedAt: T0 + 50_000 });
    expect(lost.owed).toEqual([{ event: 'lost', at: T0 + 50_000, word: 'RUNNING' }]);
  });

  test('keeps what the adapter noted, and the request id for the support of the cloud', () => {
    const noted = looked(fresh, { ...absent, requestId: 'R-9', memo: { failureBefore: 'none' } }, absent);
    expect(noted).toMatchObject({ misses: 0, memo: { failureBefore: 'none' }, facts: { requestId: 'R-9' } });
  });

  test('is forgiven when the operation is seen again', () => {
    const watch = looked(fresh, seen('running', 'RUNNING'), absent, absent, seen('running', 'RUNNING'), absent, absent);
    expect(watch).toMatchObject({ status: 'running', misses: 2 });
  });

  test('a look that was not answered is no miss', () => {
    const watch = looked(fresh, seen('running', 'RUNNING'), absent, unanswered(), unanswered(), absent, unanswered());
    expect(watch).toMatchObject({ status: 'running', misses: 2 });
  });

  test('is final at once where the cloud is known to have forgotten, but not within the grace time of what was never seen', () => {
    const forgotten: Observation = { kind: 'absent', shows: 'kept for one hour', forgotten: true };
    expect(looked(fresh, seen('running', 'RUNNING'), forgotten).status).toBe('lost');
    const early = decide(fresh, forgotten, T0 + 10_000, policy);
    expect(early.status).toBe('pending');
    expect(decide(early, forgotten, T0 + 120_000, policy).status).toBe('lost');
  });
});

describe('waiting behind something else', () => {
  const busy: Observation = { kind: 'absent', shows: 'the cluster is busy', waits: true };
  const minutes = (...looks: readonly (readonly [minute: number, look: Observation])[]): Watch =>
    looks.reduce((watch, [minute, look]) => decide(watch, look, T0 + minute * 60_000, policy), fresh);
  const running = seen('running', 'RUNNING');

  test.each<[string, Status, readonly (readonly [number, Observation])[]]>([
    [
      'the grace time does not run',
      'pending',
      [
        [1, busy],
        [5, busy],
        [60, busy],
      ],
    ],
    [
      'the grace time begins at rest',
      'pending',
      [
        [1, busy],
        [60, busy],
        [61, absent],
        [62, absent],
      ],
    ],
    [
      'the grace time ends after rest',
      'lost',
      [
        [1, busy],
        [60, busy],
        [61, absent],
        [63, absent],
      ],
    ],
    [
      'it begins anew after another wait',
      'pending',
      [
        [60, busy],
        [61, absent],
        [62, busy],
        [70, absent],
        [71, absent],
      ],
    ],
    [
      'what begins after the wait is watched',
      'running',
      [
        [60, busy],
        [61, absent],
        [62, running],
        [90, absent],
      ],
    ],
    [
      'no miss is counted',
      'running',
      [
        [1, running],
        [2, busy],
        [3, busy],
        [4, busy],
        [5, busy],
      ],
    ],
    [
      'misses count after the grace time',
      'lost',
      [
        [1, running],
        [2, busy],
        [3, absent],
        [5, absent],
        [6, absent],
        [7, absent],
      ],
    ],
    [
      'not within it',
      'running',
      [
        [1, running],
        [2, busy],
        [3, absent],
        [4, absent],
        [4.5, absent],
        [4.9, absent],
      ],
    ],
  ])('%s: %s', (_, status, looks) => {
    expect(minutes(...looks).status).toBe(status);
  });

  test('a later run ends what was seen at once, grace time or not', () => {
    expect(minutes([1, running], [2, busy], [3, { ...absent, forgotten: true }]).status).toBe('lost');
  });

  test('a wait that goes on changes nothing that is written down', () => {
    const written = ({ lookedAt: _l, nextLookAt: _n, heard: _h, ...rest }: Watch) => rest;
    expect(written(minutes([1, busy], [9, busy]))).toEqual(written(minutes([1, busy])));
  });
});

describe('no answer', () => {
  test('says nothing about the operation, and when it began is kept [F29]', () => {
    const watch = looked(
      fresh,
      seen('running', 'RUNNING'),
      unanswered(),
      unanswered(new Misconfigured({ code: 'InvalidRegionId', message: 'no such region' })),
    );
    expect(watch).toMatchObject({ status: 'running', word: 'RUNNING' });
    expect(watch.trouble).toEqual({ since: T0 + 20_000, code: 'InvalidRegionId', message: 'no such region' });
    expect(looked(watch, seen('running', 'RUNNING')).trouble).toBeUndefined();
  });

  test('waits as long as it has lasted, from the usual gap up to five minutes', () => {
    const at = (ms: number) =>
      decide({ ...fresh, trouble: { since: T0, code: 'x', message: 'x' } }, unanswered(), T0 + ms, policy).nextLookAt -
      (T0 + ms);
    expect(at(0)).toBe(5_000);
    expect(at(40_000)).toBe(40_000);
    expect(at(4 * HOUR)).toBe(300_000);
  });

  test.each([
    ['90 s', 90_000, 90_000],
    ['a day, obeyed for an hour', 86_400_000, 3_600_000],
    ['1 s, less than the usual gap', 1_000, 5_000],
  ])('the wish of the cloud for a later look: %s', (_, afterMs, waitMs) => {
    const watch = decide(
      fresh,
      unanswered(new Throttled({ code: 'Throttling', message: 'later' }, afterMs)),
      T0,
      policy,
    );
    expect(watch.nextLookAt).toBe(T0 + waitMs);
  });
});

describe('the deadline', () => {
  const late = T0 + 24 * HOUR;
  const under = looked(fresh, seen('running', 'RUNNING'));
  const noAnswer = unanswered();
  const isoOf = (at: number) => new Date(at).toISOString();

  test('the last look is made there and may still bring the outcome [F40]', () => {
    expect(decide(fresh, seen('running', 'RUNNING'), late - 60_000, policy).nextLookAt).toBe(late);
    expect(decide(fresh, seen('succeeded', 'COMPLETED'), late, policy).status).toBe('succeeded');
    expect(decide(fresh, seen('running', 'RUNNING'), late, policy)).toMatchObject({
      status: 'timed_out',
      note: 'The deadline passed. The last look, at 2026-01-06T08:00:00.000Z, found it not over: RUNNING.',
    });
  });

  test.each<[string, number]>([
    ['at the deadline', 0],
    ['an hour late', HOUR],
    ['three days late', 72 * HOUR],
  ])('an end that the last look brings is the end, %s [F40]', (_, delay) => {
    expect(decide(under, seen('failed', 'FAILED'), late + delay, policy)).toMatchObject({
      status: 'failed',
      owed: [{ event: 'failed' }],
    });
  });

  test('a last look that does not find it says what the cloud showed', () => {
    expect(decide(under, absent, late, policy)).toMatchObject({
      status: 'timed_out',
      note: 'The deadline passed. The last look, at 2026-01-06T08:00:00.000Z, did not find it: OperationNotFound: not found',
    });
  });

  /** Receipts after the deadline, each at its minute: an observation, or why there was none. */
  const received = (
    watch: Watch,
    ...receipts: readonly (readonly [minute: number, what: Observation | Missed['cause']])[]
  ) =>
    receipts.reduce((current, [minute, what]) => {
      const now = late + minute * 60_000;
      if (typeof what !== 'string') return decide(current, what, now, policy);
      return waited(current, { cause: what, code: 'code', message: 'words' }, now + 3 * 60_000, now);
    }, watch);

  const rejected = unanswered(new Misconfigured({ code: 'InvalidRegionId', message: 'no such region' }));
  const gone = unanswered(new NotConfigured({ code: 'no_connection', message: 'names no connection' }));
  const every = <W>(minutes: number, count: number, what: W): (readonly [number, W])[] =>
    Array.from({ length: count }, (_, i) => [i * minutes, what] as const);

  test.each<[string, readonly (readonly [number, Observation | Missed['cause']])[], string]>([
    ['the cloud does not answer once', [[0, noAnswer]], 'running'],
    ['it does not answer for 14 minutes', every(2, 8, noAnswer), 'running'],
    ['it does not answer for 15 minutes', every(5, 4, noAnswer), 'timed_out'],
    ['it refuses the request for 15 minutes', every(5, 4, rejected), 'timed_out'],
    ['it refuses the credentials for 15 minutes', every(3, 6, 'refused' as const), 'timed_out'],
    ['it wants fewer calls for 15 minutes', every(3, 6, 'paused' as const), 'timed_out'],
    [
      'it refuses now and does not answer then',
      [
        [0, noAnswer],
        [5, 'refused'],
        [10, rejected],
        [15, 'paused'],
      ],
      'timed_out',
    ],
    ['it answers in the end', [...every(5, 3, noAnswer), [15, seen('succeeded', 'COMPLETED')]], 'succeeded'],
    [
      'opwatch is away meanwhile, and then there is no answer',
      [
        [0, noAnswer],
        [60, noAnswer],
      ],
      'running',
    ],
    [
      'opwatch is away meanwhile, and then no answer for 15 minutes',
      [
        [0, noAnswer],
        [60, noAnswer],
        [65, noAnswer],
        [70, noAnswer],
        [75, noAnswer],
      ],
      'timed_out',
    ],
    ['the lane is full for hours', every(60, 23, 'full' as const), 'running'],
    ['the lane is full for a day', every(60, 25, 'full' as const), 'timed_out'],
    ['opwatch has a fault for hours', every(60, 23, 'fault' as const), 'running'],
    ['opwatch cannot read the credentials for hours', every(60, 23, 'no_secret' as const), 'running'],
    ['opwatch cannot read the credentials for a day', every(60, 25, 'no_secret' as const), 'timed_out'],
    ['the configuration lacks the connection for hours', every(60, 23, gone), 'running'],
    [
      'the lane is full for hours, and then the end is seen',
      [...every(60, 20, 'full' as const), [1_201, seen('succeeded', 'COMPLETED')]],
      'succeeded',
    ],
    [
      'the cloud is silent only after hours of a full lane',
      [...every(60, 5, 'full' as const), [245, noAnswer]],
      'running',
    ],
  ])('%s [F40]', (_, receipts, status) => {
    expect(received(under, ...receipts).status).toBe(status);
  });

  test('the time of the first receipt is written down, and waiting never goes beyond its end', () => {
    const first = received(fresh, [7, noAnswer]);
    expect(first.overdue?.since).toBe(late + 7 * 60_000);
    expect(received(fresh, [7, noAnswer], [20, noAnswer]).nextLookAt).toBeLessThanOrEqual(
      late + 22 * 60_000 + 13 * 60_000,
    );
    expect(received(fresh, [7, noAnswer], [9, noAnswer], [13, noAnswer], [18, noAnswer]).nextLookAt).toBe(
      late + 22 * 60_000,
    );
  });

  test('the note says that nothing was heard, of a watch that was never answered', () => {
    const { note } = received(fresh, ...every(5, 4, noAnswer));
    expect(note).toBe(
      'The deadline passed without a last answer. No answer of the cloud is on record. ' +
        `From ${isoOf(late)} to ${isoOf(late + 15 * 60_000)} the cloud did not answer: timeout: no answer`,
    );
  });

  test.each<[string, Watch, string]>([
    ['the word it saw', under, 'The last answer on record, of 2026-01-05T08:00:10.000Z: RUNNING.'],
    [
      'that it was not found',
      looked(under, absent),
      'The last answer on record, of 2026-01-05T08:00:10.000Z: not found (OperationNotFound: not found).',
    ],
    [
      'the word in its history, of a watch from an earlier version',
      (({ heard: _, ...rest }) => rest)(under),
      'The last answer on record, of 2026-01-05T08:00:10.000Z: RUNNING.',
    ],
  ])('the note says when the cloud was last heard, and what it said: %s', (_, watch, sentence) => {
    expect(received(watch, ...every(3, 6, 'refused' as const)).note).toBe(
      `The deadline passed without a last answer. ${sentence} ` +
        `From ${isoOf(late)} to ${isoOf(late + 15 * 60_000)} the cloud refused: code: words`,
    );
  });

  test.each<[Missed['cause'], string]>([
    ['full', 'the connection had no call to spare'],
    ['no_secret', 'opwatch could not read the credentials'],
    ['fault', 'opwatch had a fault'],
  ])('the note of a day of %s says whose fault it was', (cause, words) => {
    const { note } = received(fresh, ...every(60, 25, cause));
    expect(note).toContain(`From ${isoOf(late)} to ${isoOf(late + 24 * HOUR)} ${words}: code: words`);
  });

  test('a watch whose deadline is moved away waits no longer for its last look', () => {
    const waiting = received(under, [0, noAnswer]);
    const moved = dueBy(waiting, late + HOUR, late + 60_000, policy);
    expect(moved).toMatchObject({ deadline: late + HOUR });
    expect(moved).not.toHaveProperty('overdue');
  });

  test('before the deadline, only a fault of our own is noted in the watch', () => {
    const missed = { code: 'code', message: 'words' };
    for (const cause of ['refused', 'paused', 'full', 'no_secret'] as const) {
      expect(waited(under, { cause, ...missed }, T0 + HOUR, T0 + 60_000)).toBe(under);
    }
    const faulty = waited(under, { cause: 'fault', ...missed }, T0 + HOUR, T0 + 60_000);
    expect(faulty.trouble).toEqual({ since: T0 + 60_000, ...missed });
    expect(decide(faulty, seen('running', 'RUNNING'), T0 + 70_000, policy)).not.toHaveProperty('trouble');
  });
});

describe('a refusal that repeating cannot help', () => {
  const denied = unanswered(new NotAllowed({ code: 'Forbidden.RAM', message: 'not authorized' }));
  const invalid = unanswered(new Misconfigured({ code: 'InvalidRegionId', message: 'no such region' }));
  const gone = unanswered(new NotConfigured({ code: 'no_connection', message: 'names no connection' }));
  const keys = unanswered(new Refused({ code: 'InvalidAccessKeyId', message: 'not found' }));

  /** Looks at their seconds. */
  const at = (watch: Watch, ...looks: readonly (readonly [second: number, Observation])[]) =>
    looks.reduce((current, [second, look]) => decide(current, look, T0 + second * 1_000, policy), watch);
  const running = at(fresh, [1, seen('running', 'RUNNING')]);
  const blockedNow = at(running, [10, denied], [60, denied], [130, denied]);
  const eventsOf = ({ owed }: Watch) => owed.map(({ event }) => event);

  test.each<[string, readonly (readonly [number, Observation])[], readonly string[]]>([
    [
      'two refused looks',
      [
        [0, denied],
        [200, denied],
      ],
      [],
    ],
    [
      'three within two minutes',
      [
        [0, denied],
        [60, denied],
        [119, denied],
      ],
      [],
    ],
    [
      'three over two minutes',
      [
        [0, denied],
        [60, denied],
        [120, denied],
      ],
      ['blocked'],
    ],
    [
      'three of a request that is wrong',
      [
        [0, invalid],
        [60, invalid],
        [120, invalid],
      ],
      ['blocked'],
    ],
    [
      'three without a configuration',
      [
        [0, gone],
        [60, gone],
        [120, gone],
      ],
      ['blocked'],
    ],
    [
      'both kinds together',
      [
        [0, denied],
        [60, invalid],
        [120, denied],
      ],
      ['blocked'],
    ],
    [
      'three refusals of the keys',
      [
        [0, keys],
        [60, keys],
        [120, keys],
        [180, keys],
      ],
      [],
    ],
    [
      'three time-outs',
      [
        [0, unanswered()],
        [60, unanswered()],
        [120, unanswered()],
      ],
      [],
    ],
    [
      'a time-out between them',
      [
        [0, denied],
        [60, unanswered()],
        [90, denied],
        [120, denied],
      ],
      ['blocked'],
    ],
    [
      'an answer between them',
      [
        [0, denied],
        [60, seen('running', 'RUNNING')],
        [90, denied],
        [120, denied],
      ],
      [],
    ],
    [
      'many',
      [
        [0, denied],
        [60, denied],
        [120, denied],
        [300, denied],
        [600, denied],
        [900, denied],
      ],
      ['blocked'],
    ],
    [
      'many, and then time-outs',
      [
        [0, denied],
        [60, denied],
        [120, denied],
        [300, unanswered()],
        [600, denied],
      ],
      ['blocked'],
    ],
  ])('%s', (_, looks, events) => {
    expect(eventsOf(at(fresh, ...looks))).toEqual(events);
  });

  test('is counted in the watch, and told with the words of the cloud', () => {
    expect(at(running, [10, denied], [60, denied]).refusals).toEqual({ since: T0 + 10_000, count: 2 });
    const blocked = { since: T0 + 10_000, kind: 'not_allowed', code: 'Forbidden.RAM', message: 'not authorized' };
    expect(blockedNow).toMatchObject({ status: 'running', blocked });
    expect(blockedNow.owed).toEqual([
      { event: 'blocked', at: T0 + 130_000, status: 'running', word: 'RUNNING', blocked },
    ]);
  });

  test('has its third look after two minutes at the latest, and goes on rarely', () => {
    const third = at(fresh, [0, denied], [80, denied]);
    expect(third.nextLookAt).toBe(T0 + 120_000);
    const later = at(fresh, [0, denied], [60, denied], [120, denied], [600, denied]);
    expect(later.nextLookAt).toBe(T0 + 900_000);
  });

  test('is over with the next answer: told once, also to those who joined meanwhile', () => {
    const joined = join(blockedNow, ['late'], T0 + 140_000);
    expect(joined.owed.at(-1)).toMatchObject({ event: 'blocked', at: T0 + 140_000, to: ['late'] });
    const free = at(joined, [200, seen('running', 'RUNNING')], [230, seen('running', 'RUNNING')]);
    expect(free.owed.slice(2)).toEqual([{ event: 'unblocked', at: T0 + 200_000, status: 'running', word: 'RUNNING' }]);
    expect(free).not.toHaveProperty('blocked');
    expect(free).not.toHaveProperty('refusals');
    expect(eventsOf(at(blockedNow, [200, absent]))).toEqual(['blocked', 'unblocked']);
  });

  test('that comes again is told again', () => {
    const again = at(blockedNow, [200, seen('running', 'RUNNING')], [300, denied], [400, denied], [500, denied]);
    expect(eventsOf(again)).toEqual(['blocked', 'unblocked', 'blocked']);
  });

  test.each<[string, Watch, string]>([
    ['by the cloud', at(blockedNow, [200, seen('succeeded', 'COMPLETED')]), 'succeeded'],
    ['by request', stop(blockedNow, T0 + 200_000), 'stopped'],
    ['at its deadline', at(blockedNow, ...[0, 5, 10, 15].map((m) => [86_400 + m * 60, denied] as const)), 'timed_out'],
  ])('does not outlive an end %s, and nothing but the end is told', (_, over, status) => {
    expect(over.status).toBe(status);
    expect(over).not.toHaveProperty('blocked');
    expect(eventsOf(over)).toEqual(['blocked', status]);
  });

  test('keeps the deadline: timed out after fifteen minutes more, with the words of the cloud', () => {
    const over = at(blockedNow, ...[0, 5, 10, 15].map((m) => [86_400 + m * 60, denied] as const));
    expect(over.note).toContain('the cloud refused: Forbidden.RAM: not authorized');
  });
});

describe('attention that passes', () => {
  const waiting = looked(fresh, seen('attention', 'HUMAN_PROCESSING'));

  test('is told as attention was: the operation goes on', () => {
    const { owed } = looked(waiting, seen('running', 'RUNNING'), seen('running', 'RUNNING'));
    expect(owed).toEqual([
      { event: 'attention', at: T0 + 10_000, word: 'HUMAN_PROCESSING' },
      { event: 'resumed', at: T0 + 10_000, status: 'running', word: 'RUNNING' },
    ]);
  });

  test('needs no word where the end tells it', () => {
    const { owed } = looked(waiting, seen('succeeded', 'COMPLETED'));
    expect(owed.map(({ event }) => event)).toEqual(['attention', 'succeeded']);
  });

  test('is told to those who follow the operation by its progress', () => {
    const following = { ...policy, followers: ['chat'] };
    const { owed } = decide(waiting, seen('running', 'RUNNING'), T0 + 60_000, following);
    expect(owed.slice(1)).toEqual([
      { event: 'progress', at: T0 + 60_000, to: ['chat'] },
      { event: 'resumed', at: T0 + 60_000, status: 'running', word: 'RUNNING', to: ['ci'] },
    ]);
  });

  test('is told to whoever joins while it lasts, as of when it began', () => {
    const again = decide(waiting, seen('attention', 'STILL_WAITING'), T0 + 60_000, policy);
    expect(join(again, ['late'], T0 + 70_000).owed.at(-1)).toEqual({
      event: 'attention',
      at: T0 + 10_000,
      word: 'STILL_WAITING',
      to: ['late'],
    });
  });
});

describe('stop', () => {
  test('ends the watch, not the operation, and is announced', () => {
    expect(stop(fresh, T0 + 1)).toStrictEqual({
      ...fresh,
      status: 'stopped',
      endedAt: T0 + 1,
      note: 'Stopped on request.',
      history: [...fresh.history, { at: T0 + 1, status: 'stopped' }],
      owed: [{ event: 'stopped', at: T0 + 1 }],
    });
  });
});

describe('an end is final', () => {
  const over = decide(fresh, seen('succeeded', 'COMPLETED'), T0 + 9_000, policy);
  const status = fc.constantFrom<CloudStatus>(
    'pending',
    'running',
    'attention',
    'succeeded',
    'partial',
    'failed',
    'canceled',
  );
  const observation: fc.Arbitrary<Observation> = fc.oneof(
    fc.record({ kind: fc.constant('seen' as const), status, word: fc.string(), known: fc.boolean() }),
    fc.record({ kind: fc.constant('absent' as const), shows: fc.string(), forgotten: fc.boolean() }),
    fc.constant(unanswered()),
  );

  test('no look changes it [F35]', () => {
    fc.assert(fc.property(observation, fc.nat(), (look, ms) => decide(over, look, T0 + ms, policy) === over));
  });

  test('neither does a stop or the deadline', () => {
    expect(stop(over, T0 + 10_000)).toBe(over);
    expect(waited(over, { cause: 'fault', code: 'code', message: 'words' }, T0 + 48 * HOUR, T0 + 48 * HOUR)).toBe(over);
  });

  test('whatever the looks, at most one end is reached and owed, and its status never changes again [F35] [F40]', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(observation, fc.integer({ min: 1, max: 4 * HOUR })), { maxLength: 40 }),
        (looks) => {
          let watch = fresh;
          let now = T0;
          let end: Status | undefined;
          for (const [look, ms] of looks) {
            now += ms;
            watch = decide(watch, look, now, policy);
            if (end !== undefined) expect(watch.status).toBe(end);
            if (isOver(watch.status)) end = watch.status;
          }
          expect(watch.owed.filter(({ event }) => (OUTCOMES as readonly string[]).includes(event))).toHaveLength(
            end === undefined ? 0 : 1,
          );
        },
      ),
    );
  });

  test('only the words of the cloud make it succeeded, partial, failed or canceled', () => {
    const silent = fc.array(fc.constantFrom(absent, unanswered(), seen('running', 'RUNNING')), { maxLength: 30 });
    fc.assert(
      fc.property(silent, (looks) => {
        const watch = looks.reduce<Watch>((current, look, i) => decide(current, look, T0 + i * HOUR, policy), fresh);
        expect(['pending', 'running', 'lost', 'timed_out']).toContain(watch.status);
      }),
    );
  });

  test('the next look lies ahead and never after the deadline', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 0, max: 24 * HOUR - 1 }), (look, ms) => {
        const watch = decide(fresh, look, T0 + ms, policy);
        if (isOver(watch.status)) return;
        expect(watch.nextLookAt).toBeGreaterThan(T0 + ms);
        expect(watch.nextLookAt).toBeLessThanOrEqual(fresh.deadline);
      }),
    );
  });

  test('the same look again changes no status and owes nothing new', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 0, max: 25 * HOUR }), (look, ms) => {
        const once = decide(fresh, look, T0 + ms, policy);
        const twice = decide(once, look, T0 + ms, policy);
        expect([twice.status, twice.owed, twice.history, twice.unknownWords]).toEqual([
          once.status,
          once.owed,
          once.history,
          once.unknownWords,
        ]);
      }),
    );
  });
});

describe('the age of an operation', () => {
  const gapAfter = (startedAt: number): number =>
    decide(fresh, seen('running', 'RUNNING', { facts: { startedAt } }), T0, policy).nextLookAt - T0;

  test('counts from its start in the cloud, where that is credible', () => {
    expect(gapAfter(T0 - 100_000)).toBe(20_000);
    expect(gapAfter(T0 + 1)).toBe(5_000);
    expect(gapAfter(T0 - 7 * 24 * HOUR + 1_000)).toBeGreaterThan(260_000);
    expect(gapAfter(T0 - 7 * 24 * HOUR)).toBe(5_000);
    expect(gapAfter(T0 - 8 * 24 * HOUR)).toBe(5_000);
  });

  test('counts from its submission, where the cloud says that it began later', () => {
    const watch = decide(
      fresh,
      seen('running', 'RUNNING', { facts: { startedAt: T0 + 50_000 } }),
      T0 + 100_000,
      policy,
    );
    expect(watch.nextLookAt).toBe(T0 + 120_000);
  });

  test.each([1_000, 600_000])('a gap that is set to %i ms is kept to, where the cloud answers', (ms) => {
    const gap = { factor: 0, minMs: ms, maxMs: ms };
    expect(decide(fresh, seen('running', 'RUNNING'), T0, { ...policy, gap }).nextLookAt).toBe(T0 + ms);
  });

  test('a cloud that forgets is asked at least twice in the time it remembers', () => {
    const forgetful = { ...policy, forgetsAfterMs: 60_000 };
    const old = { ...fresh, submittedAt: T0 - 20 * HOUR };
    const gap = decide(old, seen('running', 'RUNNING'), T0, forgetful).nextLookAt - T0;
    expect(gap).toBeLessThanOrEqual(30_000);
    expect(gap).toBeGreaterThan(26_000);
  });
});

describe('targets that join', () => {
  const over = { ...decide(fresh, seen('failed', 'FAILED'), T0 + 9_000, policy), owed: [] };

  test('while it runs, they are told with the others', () => {
    expect(join(fresh, ['ops', 'chat'], T0)).toMatchObject({ notify: ['chat', 'ci', 'ops'], owed: [] });
  });

  test('when it is over, they are owed its outcome as it was, alone', () => {
    expect(join(over, ['ops', 'ops', 'ci'], T0 + 99_000).owed).toEqual([
      { event: 'failed', at: T0 + 9_000, word: 'FAILED', to: ['ops'] },
    ]);
  });

  test('a watch that ended without a word of the cloud owes none', () => {
    expect(join({ ...stop(fresh, T0 + 1), owed: [] }, ['ops'], T0 + 2).owed).toStrictEqual([
      { event: 'stopped', at: T0 + 1, to: ['ops'] },
    ]);
  });

  test('those already there change nothing', () => {
    expect(join(over, ['ci', 'chat'], T0)).toBe(over);
  });
});

describe('settling', () => {
  const first = { event: 'attention', at: 1, word: 'A' } as const;
  const late = { event: 'failed', at: 2, to: ['ops'] } as const;

  test('takes off what was paid, and leaves what came in meanwhile', () => {
    expect(settle({ ...fresh, owed: [first, late] }, [first]).owed).toEqual([late]);
    expect(settle({ ...fresh, owed: [late, { ...late, to: ['dev'] }] }, [late]).owed).toEqual([
      { ...late, to: ['dev'] },
    ]);
    expect(settle({ ...fresh, owed: [] }, [first]).owed).toEqual([]);
  });

  test('tells debts apart by what they are, when they arose and whom they are owed to', () => {
    const again = { ...first, at: 3 };
    const other = { ...first, event: 'failed' } as const;
    const alone = { ...first, to: ['ops'] };
    expect(settle({ ...fresh, owed: [first, again, other, alone] }, [first]).owed).toEqual([again, other, alone]);
    expect(settle({ ...fresh, owed: [first, again, other] }, [first, other]).owed).toEqual([again]);
  });
});

describe('the next look', () => {
  test('goes on along the schedule where looks were not written down', () => {
    const watch = decide(fresh, seen('running', 'RUNNING'), T0, policy);
    expect(projectNextLook(watch, T0 + 4_999, policy)).toBe(T0 + 5_000);
    expect(projectNextLook(watch, T0 + 5_000, policy)).toBe(T0 + 10_000);
    expect(projectNextLook(watch, T0 + 100_000, policy)).toBeGreaterThan(T0 + 100_000);
  });

  test('is worked out in ten thousand steps at most, however short the gap', () => {
    const hasty = { ...policy, gap: { factor: 0, minMs: 1, maxMs: 1 } };
    expect(projectNextLook(fresh, T0 + HOUR, hasty)).toBe(T0 + 10_000);
  });

  test('of a watch that is over there is none', () => {
    expect(projectNextLook({ ...fresh, status: 'lost' }, T0 + HOUR, policy)).toBeUndefined();
  });

  test('comes with a nearer deadline, where that is sooner', () => {
    const watch = decide(fresh, seen('running', 'RUNNING'), T0, policy);
    expect(dueBy(watch, T0 + 3_000, T0 + 1_000, policy)).toMatchObject({
      deadline: T0 + 3_000,
      nextLookAt: T0 + 3_000,
    });
    expect(dueBy(watch, T0 + 9_000, T0 + 1_000, policy)).toMatchObject({
      deadline: T0 + 9_000,
      nextLookAt: T0 + 5_000,
    });
  });
});

test('all but three statuses are ends', () => {
  expect(STATUSES.filter((status) => !isOver(status))).toEqual(['pending', 'running', 'attention']);
});

describe('a second submission', () => {
  test.each<[Status, boolean, boolean]>([
    ['pending', true, true],
    ['running', true, true],
    ['attention', true, true],
    ['succeeded', true, false],
    ['partial', true, false],
    ['failed', true, false],
    ['canceled', true, false],
    ['lost', false, false],
    ['timed_out', false, false],
    ['stopped', false, false],
  ])('is answered by a watch that is %s: %s; where names recur: %s', (status, byId, byName) => {
    expect(answersFor({ ...fresh, status })).toBe(byId);
    expect(answersFor({ ...fresh, status }, () => false)).toBe(byId);
    expect(answersFor({ ...fresh, status }, () => true)).toBe(byName);
  });

  test('is answered by the end that the name cannot have twice', () => {
    const once = (end: CloudStatus) => end !== 'succeeded';
    expect(answersFor({ ...fresh, status: 'succeeded' }, once)).toBe(true);
    expect(answersFor({ ...fresh, status: 'failed' }, once)).toBe(false);
    expect(answersFor({ ...fresh, status: 'lost' }, once)).toBe(false);
  });

  const A = { watch: 'w_before', run: 'A' };
  test.each<[string, Partial<Watch>, readonly object[]]>([
    ['the run of an end that the cloud told', { run: 'B', status: 'failed' }, [A, { watch: fresh.id, run: 'B' }]],
    ['no run that goes on', { run: 'B', status: 'running' }, [A]],
    ['no run whose end opwatch did not see', { run: 'B', status: 'lost' }, [A]],
    ['no run where none is known', { status: 'succeeded' }, [A]],
  ])('is told of runs that are reported: %s', (_, more, runs) => {
    expect(reportedRuns({ ...fresh, earlierRuns: [A], ...more })).toEqual(runs);
  });

  test('is told of the twenty newest runs', () => {
    let last: Watch = { ...fresh, run: '0', status: 'succeeded' };
    for (let i = 1; i < 30; i += 1) last = { ...last, run: `${i}`, earlierRuns: reportedRuns(last) };
    expect(reportedRuns(last).map(({ run }) => Number(run))).toEqual(Array.from({ length: 20 }, (_, i) => i + 10));
  });
});

describe('who follows it', () => {
  const followed: LookPolicy = { ...policy, followers: ['follower'] };
  const steps = (...looks: readonly (readonly [seconds: number, observation: Observation])[]): Watch =>
    looks.reduce((watch, [seconds, look]) => decide(watch, look, T0 + seconds * 1_000, followed), fresh);
  const owed = (watch: Watch) => watch.owed.map(({ event, at, to }) => [event, (at - T0) / 1_000, to]);
  const running = (done: number): Observation => seen('running', 'IN_PROGRESS', { progress: { done, total: 9 } });

  test('is told how far it has got when that is news, and not more often than every ten seconds', () => {
    const watch = steps([5, running(1)], [10, running(2)], [15, running(2)], [30, running(2)], [45, running(3)]);
    expect(owed(watch)).toEqual([
      ['progress', 5, ['follower']],
      ['progress', 15, ['follower']],
      ['progress', 45, ['follower']],
    ]);
  });

  test('is told by its own event that it waits for a person, and then that it goes on', () => {
    const waiting = seen('attention', 'HUMAN_PROCESSING');
    const watch = steps([5, running(1)], [30, waiting], [60, waiting], [90, running(1)]);
    expect(owed(watch)).toEqual([
      ['progress', 5, ['follower']],
      ['attention', 30, undefined],
      ['progress', 90, ['follower']],
      ['resumed', 90, ['chat', 'ci']],
    ]);
  });

  test('is told nothing of what is over, but its end', () => {
    expect(owed(steps([5, seen('succeeded', 'COMPLETED')]))).toEqual([['succeeded', 5, undefined]]);
  });

  test('is told what was told before it came', () => {
    const before = decide(fresh, running(1), T0 + 5_000, followed);
    const joined = join(before, ['late'], T0 + 6_000);
    const after = decide(joined, running(1), T0 + 8_000, { ...policy, followers: ['follower', 'late'] });
    expect(owed(after)).toEqual([
      ['progress', 5, ['follower']],
      ['progress', 8, ['follower', 'late']],
    ]);
  });

  test('costs a watch that nobody follows nothing', () => {
    const watch = decide(fresh, running(1), T0 + 5_000, policy);
    expect(watch.owed).toEqual([]);
    expect(watch).not.toHaveProperty('told');
  });
});
