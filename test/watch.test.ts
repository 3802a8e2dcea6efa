import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Misconfigured, RetryLater, Throttled } from '../lib/errors.ts';
import type { CloudStatus, Observation } from '../lib/observation.ts';
import { DEFAULT_GAP } from '../lib/schedule.ts';
import {
  answersFor,
  decide,
  expire,
  graceIsOver,
  type Habits,
  isOver,
  join,
  projectLooks,
  STATUSES,
  type Status,
  settle,
  stop,
  type Watch,
} from '../lib/watch.ts';
import { HOUR, T0, watchWith } from './samples.ts';

const habits: Habits = { graceMs: 120_000, missesUntilLost: 3, gap: DEFAULT_GAP };

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

/** One look after the other, ten seconds apart. */
const looked = (watch: Watch, ...looks: readonly Observation[]): Watch =>
  looks.reduce((current, look, i) => decide(current, look, T0 + (i + 1) * 10_000, habits), watch);

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
    const watch = decide(fresh, seen(status, word), T0 + 5_000, habits);
    expect(watch).toMatchObject({ status, word, seenAt: T0 + 5_000, lookedAt: T0 + 5_000, misses: 0 });
    expect(isOver(watch.status)).toBe(over);
    expect(watch.endedAt).toBe(over ? T0 + 5_000 : undefined);
  });

  test('an end owes its announcement, to everybody, from the same write', () => {
    const watch = decide(
      fresh,
      seen('failed', 'FAILED', { facts: { reasonCode: 'NoStock', reasonMessage: 'sold out' } }),
      T0 + 7_000,
      habits,
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
    expect(decide(fresh, seen('succeeded', 'AVAILABLE', { evidence: 'inferred' }), T0, habits).evidence).toBe(
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
    const watch = decide(fresh, seen('failed', long, { facts }), T0, habits);
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
    const watch = decide(fresh, { ...absent, requestId: 'r'.repeat(5_000) }, T0, habits);
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
  const after = (watch: Watch, look: Observation, ms: number) => decide(watch, look, T0 + ms, habits);

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
    const watch = after(earlier, seen('succeeded', 'DONE', { run: 'A' }), habits.graceMs);
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
    expect(twice.owed.map(({ at }) => at)).toEqual([T0 + 10_000, T0 + 30_000]);
  });
});

describe('absence', () => {
  test.each([
    ['within the grace time', 119_999, 'pending'],
    ['after it', 120_000, 'lost'],
  ] as const)('of what was never seen, %s [F36]', (_, ms, status) => {
    expect(decide(fresh, absent, T0 + ms, habits).status).toBe(status);
  });

  test('of what was seen counts as lost after three looks in a row [F36]', () => {
    const watch = looked(fresh, seen('running', 'RUNNING'), absent, absent);
    expect(watch).toMatchObject({ status: 'running', misses: 2 });
    const lost = decide(watch, absent, T0 + 50_000, habits);
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
    expect(decide(fresh, forgotten, T0 + 10_000, habits).status).toBe('pending');
    expect(decide(fresh, forgotten, T0 + 120_000, habits).status).toBe('lost');
  });
});

describe('waiting behind something else', () => {
  const busy: Observation = { kind: 'absent', shows: 'the cluster is busy', waits: true };
  const minutes = (...looks: readonly (readonly [minute: number, look: Observation])[]): Watch =>
    looks.reduce((watch, [minute, look]) => decide(watch, look, T0 + minute * 60_000, habits), fresh);
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
    const { lookedAt: _a, nextLookAt: _b, ...first } = minutes([1, busy]);
    const { lookedAt: _c, nextLookAt: _d, ...later } = minutes([1, busy], [9, busy]);
    expect(later).toEqual(first);
  });

  test('an adapter can ask whether absence is final', () => {
    const over = (minute: number, watch: Watch) => graceIsOver(watch, T0 + minute * 60_000, habits.graceMs);
    expect([over(1, fresh), over(2, fresh)]).toEqual([false, true]);
    expect([over(60, minutes([1, busy])), over(61, minutes([1, busy], [60, absent]))]).toEqual([false, false]);
    expect(over(62, minutes([1, busy], [60, absent]))).toBe(true);
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
      decide({ ...fresh, trouble: { since: T0, code: 'x', message: 'x' } }, unanswered(), T0 + ms, habits).nextLookAt -
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
      habits,
    );
    expect(watch.nextLookAt).toBe(T0 + waitMs);
  });
});

describe('the deadline', () => {
  const late = T0 + 24 * HOUR;

  test('the last look is made there and may still bring the outcome [F40]', () => {
    expect(decide(fresh, seen('running', 'RUNNING'), late - 60_000, habits).nextLookAt).toBe(late);
    expect(decide(fresh, seen('succeeded', 'COMPLETED'), late, habits).status).toBe('succeeded');
    expect(decide(fresh, seen('running', 'RUNNING'), late, habits)).toMatchObject({
      status: 'timed_out',
      note: 'The deadline passed while the cloud still had it under way.',
    });
  });

  test('a look that brings no answer there is the last one too, and says why', () => {
    const watch = decide(fresh, unanswered(), late, habits);
    expect(watch.status).toBe('timed_out');
    expect(watch.note).toBe('The deadline passed; the last looks brought nothing: timeout: no answer');
  });

  test('a watch that cannot be looked at ends a minute later by itself', () => {
    expect(expire(fresh, late + 59_999)).toBe(fresh);
    expect(expire(fresh, late + 60_000)).toMatchObject({ status: 'timed_out', endedAt: late + 60_000 });
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
  const over = decide(fresh, seen('succeeded', 'COMPLETED'), T0 + 9_000, habits);
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
    fc.assert(fc.property(observation, fc.nat(), (look, ms) => decide(over, look, T0 + ms, habits) === over));
  });

  test('neither does a stop or the deadline', () => {
    expect(stop(over, T0 + 10_000)).toBe(over);
    expect(expire(over, T0 + 48 * HOUR)).toBe(over);
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
            watch = decide(watch, look, now, habits);
            if (end !== undefined) expect(watch.status).toBe(end);
            if (isOver(watch.status)) end = watch.status;
          }
          expect(watch.owed.filter(({ event }) => event !== 'attention')).toHaveLength(end === undefined ? 0 : 1);
        },
      ),
    );
  });

  test('only the words of the cloud make it succeeded, partial, failed or canceled', () => {
    const silent = fc.array(fc.constantFrom(absent, unanswered(), seen('running', 'RUNNING')), { maxLength: 30 });
    fc.assert(
      fc.property(silent, (looks) => {
        const watch = looks.reduce<Watch>((current, look, i) => decide(current, look, T0 + i * HOUR, habits), fresh);
        expect(['pending', 'running', 'lost', 'timed_out']).toContain(watch.status);
      }),
    );
  });

  test('the next look lies ahead and never after the deadline', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 0, max: 24 * HOUR - 1 }), (look, ms) => {
        const watch = decide(fresh, look, T0 + ms, habits);
        if (isOver(watch.status)) return;
        expect(watch.nextLookAt).toBeGreaterThan(T0 + ms);
        expect(watch.nextLookAt).toBeLessThanOrEqual(fresh.deadline);
      }),
    );
  });

  test('the same look again changes no status and owes nothing new', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 0, max: 25 * HOUR }), (look, ms) => {
        const once = decide(fresh, look, T0 + ms, habits);
        const twice = decide(once, look, T0 + ms, habits);
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
    decide(fresh, seen('running', 'RUNNING', { facts: { startedAt } }), T0, habits).nextLookAt - T0;

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
      habits,
    );
    expect(watch.nextLookAt).toBe(T0 + 120_000);
  });

  test.each([1_000, 600_000])('a gap that is set to %i ms is kept to, where the cloud answers', (ms) => {
    const gap = { factor: 0, minMs: ms, maxMs: ms };
    expect(decide(fresh, seen('running', 'RUNNING'), T0, { ...habits, gap }).nextLookAt).toBe(T0 + ms);
  });

  test('a cloud that forgets is asked at least twice in the time it remembers', () => {
    const forgetful = { ...habits, forgetsAfterMs: 60_000 };
    const old = { ...fresh, submittedAt: T0 - 20 * HOUR };
    const gap = decide(old, seen('running', 'RUNNING'), T0, forgetful).nextLookAt - T0;
    expect(gap).toBeLessThanOrEqual(30_000);
    expect(gap).toBeGreaterThan(26_000);
  });
});

describe('targets that join', () => {
  const over = { ...decide(fresh, seen('failed', 'FAILED'), T0 + 9_000, habits), owed: [] };

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

describe('looks that were not written down', () => {
  test('are counted along the schedule', () => {
    const watch = decide(fresh, seen('running', 'RUNNING'), T0, habits);
    const counted = { ...watch, looks: 1 };
    expect(projectLooks(counted, T0 + 4_999, habits)).toEqual({ looks: 1, nextLookAt: T0 + 5_000 });
    expect(projectLooks(counted, T0 + 5_000, habits)).toEqual({ looks: 2, nextLookAt: T0 + 10_000 });
    expect(projectLooks(counted, T0 + 100_000, habits).looks).toBe(10);
  });

  test('are counted up to ten thousand, however short the gap', () => {
    const hasty = { ...habits, gap: { factor: 0, minMs: 1, maxMs: 1 } };
    expect(projectLooks({ ...fresh, looks: 5 }, T0 + HOUR, hasty).looks).toBe(10_005);
  });

  test('of a watch that is over there are none', () => {
    expect(projectLooks({ ...fresh, status: 'lost', looks: 7 }, T0 + HOUR, habits)).toEqual({ looks: 7 });
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
    expect(answersFor({ ...fresh, status }, false)).toBe(byId);
    expect(answersFor({ ...fresh, status }, true)).toBe(byName);
  });
});

describe('who follows it', () => {
  const followed: Habits = { ...habits, followers: ['follower'] };
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
    ]);
  });

  test('is told nothing of what is over, but its end', () => {
    expect(owed(steps([5, seen('succeeded', 'COMPLETED')]))).toEqual([['succeeded', 5, undefined]]);
  });

  test('is told what was told before it came', () => {
    const before = decide(fresh, running(1), T0 + 5_000, followed);
    const joined = join(before, ['late'], T0 + 6_000);
    const after = decide(joined, running(1), T0 + 8_000, { ...habits, followers: ['follower', 'late'] });
    expect(owed(after)).toEqual([
      ['progress', 5, ['follower']],
      ['progress', 8, ['follower', 'late']],
    ]);
  });

  test('costs a watch that nobody follows nothing', () => {
    const watch = decide(fresh, running(1), T0 + 5_000, habits);
    expect(watch.owed).toEqual([]);
    expect(watch).not.toHaveProperty('told');
  });
});
