import { describe, expect, test } from 'vitest';
import { type Lane, openLane } from '../../lib/core/lane.ts';
import { accepted, type Good, REFUSED_PAUSE_MS, type Refusal, refused, trialOf } from '../../lib/core/refusals.ts';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../samples.ts';

const refusalOf = (some: Partial<Refusal> = {}): Refusal => ({
  watches: ['w'],
  wasSound: true,
  isTrial: false,
  key: 'k',
  code: 'APIGW.0301',
  message: 'no',
  ...some,
});
const goodOf = (watch: string, ago: number, key = 'k'): Good => ({ watch, at: T0 - ago, key });
const laneWith = (some: Partial<Lane>): Lane => ({ ...openLane, ...some });

test('a locked key rests for as long as the cloud says', () => {
  const refusal = refusalOf({ wasSound: false, lockedForMs: 5 * MINUTE });
  expect(refused(openLane, refusal, T0).lane.pausedUntil).toBe(T0 + 5 * MINUTE);
  expect(refused(openLane, { ...refusal, lockedForMs: SECOND }, T0).lane.pausedUntil).toBe(T0 + 5 * SECOND);
});

describe('a refusal', () => {
  test.each<[string, boolean, Partial<Lane>, Partial<Refusal>]>([
    ['that no good answer contradicts', false, {}, {}],
    [
      'of a watch that was never answered, while another is',
      true,
      { good: [goodOf('a', SECOND)] },
      { wasSound: false },
    ],
    ['ten minutes after the good answer', false, { good: [goodOf('a', 10 * MINUTE)] }, { wasSound: false }],
    ['a moment before that', true, { good: [goodOf('a', 10 * MINUTE - 1)] }, { wasSound: false }],
    ['that says the key is locked', false, { good: [goodOf('a', SECOND)] }, { wasSound: false, lockedForMs: MINUTE }],
    ['while only it was answered', false, { good: [goodOf('w', SECOND)] }, {}],
    ['while it and another were', true, { good: [goodOf('w', SECOND), goodOf('a', MINUTE)] }, {}],
    ['while another was with other credentials', false, { good: [goodOf('a', SECOND, 'old')] }, {}],
    ['of all that share a call', false, { good: [goodOf('a', SECOND)] }, { watches: ['w', 'a'] }],
    [
      'while the key counts as refused',
      false,
      { good: [goodOf('a', SECOND)], pausedUntil: T0 + MINUTE, refused: { since: T0, code: 'c', message: 'm' } },
      { wasSound: false },
    ],
    [
      'of a second watch that was answered well, none in between',
      false,
      { good: [goodOf('a', MINUTE)], doubt: { watch: 'x', at: T0 - SECOND } },
      {},
    ],
    [
      'of a second one, another answered in between',
      true,
      { good: [goodOf('a', SECOND)], doubt: { watch: 'x', at: T0 - MINUTE } },
      {},
    ],
    ['of the same watch once more', true, { good: [goodOf('a', MINUTE)], doubt: { watch: 'w', at: T0 - SECOND } }, {}],
    [
      'of a second one that was never answered',
      true,
      { good: [goodOf('a', MINUTE)], doubt: { watch: 'x', at: T0 - SECOND } },
      { wasSound: false },
    ],
    [
      'while a wrong clock says that another was answered',
      false,
      { good: [{ watch: 'a', at: T0 + 2 * DAY, key: 'k' }] },
      {},
    ],
  ])('%s concerns the watch alone: %s', (_, isOwn, lane, refusal) => {
    const before = laneWith(lane);
    const after = refused(before, refusalOf(refusal), T0);
    expect(after.isOwn).toBe(isOwn);
    expect(after.lane.pausedUntil > T0).toBe(!isOwn);
  });

  test('of its own kind changes nothing where the watch was never answered: nothing is written', () => {
    const lane = laneWith({ good: [goodOf('a', SECOND)] });
    expect(refused(lane, refusalOf({ wasSound: false }), T0).lane).toBe(lane);
  });

  test.each<[string, Partial<Refusal>, Partial<Lane>, number]>([
    ['three minutes', {}, {}, REFUSED_PAUSE_MS],
    ['five seconds, where the watch was never answered', { wasSound: false }, {}, 5 * SECOND],
    [
      'three minutes after a trial of one that was answered',
      { isTrial: true },
      { refused: { since: T0, code: 'c', message: 'm', tried: ['w'] } },
      REFUSED_PAUSE_MS,
    ],
    [
      'five seconds after a third that never was',
      { isTrial: true, wasSound: false },
      { refused: { since: T0, code: 'c', message: 'm', tried: ['a', 'b'], times: 2 } },
      5 * SECOND,
    ],
    [
      'three minutes after a fourth',
      { isTrial: true, wasSound: false },
      { refused: { since: T0, code: 'c', message: 'm', tried: ['a', 'b', 'c'], times: 3 } },
      REFUSED_PAUSE_MS,
    ],
  ])('about the key pauses the connection: %s', (_, refusal, lane, pauseMs) => {
    const after = refused(laneWith(lane), refusalOf(refusal), T0);
    expect(after.lane.pausedUntil).toBe(T0 + pauseMs);
    expect(after.isNews).toBe(lane.refused === undefined);
  });

  test('is over with the first good answer', () => {
    const { lane } = refused(openLane, refusalOf(), T0);
    expect(accepted(lane, T0 + 500)).not.toHaveProperty('refused');
    expect(accepted(lane, T0 + 500).pausedUntil).toBe(T0 + 500);
    expect(accepted(openLane, T0)).toBe(openLane);
  });
});

describe('a trial', () => {
  const candidate = (watch: string, isSound = false) => ({ watch, isSound, calls: 1 });
  const resting = laneWith({ refused: { since: T0, code: 'c', message: 'm', tried: ['tried'] } });
  const trialAt = (ms: number, candidates: readonly ReturnType<typeof candidate>[]) =>
    trialOf(resting, T0, candidates, T0 + ms).trial?.watch;

  test('goes first to a watch that was answered well, then to one that has not tried, then to any', () => {
    const all = [candidate('tried', true), candidate('new'), candidate('sound', true)];
    expect(trialAt(0, all)).toBe('sound');
    expect(trialAt(0, all.slice(0, 2))).toBeUndefined();
    expect(trialAt(15 * SECOND, all.slice(0, 2))).toBe('new');
    expect(trialAt(15 * SECOND, all.slice(0, 1))).toBeUndefined();
    expect(trialAt(25 * SECOND, all.slice(0, 1))).toBe('tried');
  });

  test('goes to none before the pause is over, and to none that may do with earlier answers', () => {
    expect(trialAt(-1, [candidate('sound', true)])).toBeUndefined();
    expect(trialOf(resting, T0, [{ ...candidate('sound', true), calls: 0 }], T0 + MINUTE).trial).toBeUndefined();
  });

  test('pauses everybody else for 20 seconds, and is remembered', () => {
    const { refusals, retryAt } = trialOf(resting, T0, [candidate('sound', true)], T0);
    expect(refusals).toMatchObject({ pausedUntil: T0 + 20 * SECOND, refused: { tried: ['sound', 'tried'] } });
    expect(retryAt(candidate('other', true))).toBe(T0 + 20 * SECOND);
  });

  test.each([
    ['one watch, answered well before', (_: number) => candidate('one', true), true],
    ['one watch that never was', (_: number) => candidate('one'), false],
    ['ever others that never were', (i: number) => candidate(`w${i}`), false],
  ])('comes at most 21 times in the first hour: %s [F38]', (_, candidateOf, wasSound) => {
    let lane: Lane = refused(openLane, refusalOf({ wasSound }), T0).lane;
    let trials = 0;
    for (let now = T0; now < T0 + HOUR; now += SECOND) {
      const { trial, refusals } = trialOf(lane, lane.pausedUntil, [candidateOf(trials)], now);
      if (!trial) continue;
      trials += 1;
      lane = refused(
        { ...lane, ...refusals },
        refusalOf({ watches: [trial.watch], isTrial: true, wasSound }),
        now,
      ).lane;
    }
    expect(trials).toBeGreaterThan(15);
    expect(trials).toBeLessThanOrEqual(21);
  });
});
