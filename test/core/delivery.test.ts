import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterAttempt,
  begunAnew,
  claimed,
  type Delivery,
  mayAttemptAt,
  newDelivery,
  overtaken,
} from '../../lib/core/delivery.ts';
import type { Verdict } from '../../lib/core/verdict.ts';
import { HOUR, MINUTE, T0 } from '../samples.ts';

const fresh = newDelivery(
  {
    id: 'msg_1',
    tenant: 'default',
    target: 'chat',
    event: { event: 'failed', at: T0, word: 'FAILED' },
  },
  T0,
);

const delivered: Verdict = { kind: 'delivered' };
const retry = (afterMs?: number): Verdict => ({
  kind: 'retry',
  reason: 'HTTP 500',
  ...(afterMs !== undefined && { afterMs }),
});
const gone: Verdict = { kind: 'gone', reason: 'HTTP 410' };

const attempt = (delivery: Delivery, verdict: Verdict, now: number): Delivery =>
  afterAttempt(
    claimed(delivery, 'me', now),
    { number: delivery.attempts + 1, at: now, status: 500, verdict },
    now,
    0.5,
  );

test('a new delivery may be attempted at once', () => {
  expect(fresh).toMatchObject({ state: 'waiting', attempts: 0 });
  expect(mayAttemptAt(fresh, T0)).toBe(T0);
});

describe('a claim', () => {
  test('keeps everybody else away for 30 s, and counts as an attempt [F41]', () => {
    const taken = claimed(fresh, 'me', T0);
    expect(taken).toMatchObject({ attempts: 1, claim: { by: 'me', until: T0 + 30_000 } });
    expect(mayAttemptAt(taken, T0)).toBe(T0 + 30_000);
  });

  test('does not shorten a wait', () => {
    expect(mayAttemptAt({ ...claimed(fresh, 'me', T0), nextAttemptAt: T0 + HOUR }, T0)).toBe(T0 + HOUR);
  });
});

describe('a time that only a wrong clock can have written is not waited for [F27]:', () => {
  const waiting = (attempts: number, ahead: number, more: Partial<Delivery> = {}): Delivery => ({
    ...fresh,
    attempts,
    nextAttemptAt: T0 + ahead,
    ...more,
  });
  const until = (ahead: number) => ({ claim: { by: 'other', until: T0 + ahead } });
  const asked = (ahead: number) => ({ waitingFor: { cause: 'retry_after', until: T0 + ahead } as const });

  test.each<[string, Delivery, boolean]>([
    ['six minutes after two attempts', waiting(2, 6 * MINUTE), true],
    ['six minutes, of a clock that is an hour ahead', waiting(2, 6 * MINUTE + HOUR), true],
    ['six minutes, of a clock that is two hours ahead', waiting(2, 6 * MINUTE + 2 * HOUR), false],
    ['two days', waiting(2, 48 * HOUR), false],
    ['a day after nine attempts', waiting(9, 24 * HOUR), true],
    [
      'a day after nine attempts before it was begun anew, and two since',
      waiting(11, 24 * HOUR, { begunAfter: 9 }),
      false,
    ],
    ['a day, as its receiver has asked', waiting(2, 24 * HOUR, asked(24 * HOUR)), true],
    ['two days, as its receiver cannot have asked', waiting(2, 48 * HOUR, asked(48 * HOUR)), false],
    ['the claim of another', waiting(2, 0, until(30_000)), true],
    ['the claim of another whose clock is two days ahead', waiting(2, 0, until(48 * HOUR)), false],
  ])('%s: %s', (_, delivery, isWaitedFor) => {
    expect(mayAttemptAt(delivery, T0) > T0).toBe(isWaitedFor);
  });
});

describe('after an attempt', () => {
  test('that got through, it is delivered', () => {
    const done = attempt(fresh, delivered, T0 + 200);
    expect(done).toMatchObject({ state: 'delivered', attempts: 1, last: { at: T0 + 200, verdict: 'delivered' } });
    expect(done.claim).toBeUndefined();
  });

  test('that did not, it waits for the next, unclaimed', () => {
    const waiting = attempt(fresh, retry(), T0);
    expect(waiting).toMatchObject({
      state: 'waiting',
      nextAttemptAt: T0 + 5_000,
      last: { status: 500, verdict: 'retry: HTTP 500' },
    });
    expect(waiting.claim).toBeUndefined();
  });

  test('that failed long ago, whatever a later one has made of it stands', () => {
    const first = claimed(fresh, 'me', T0);
    const late = { number: 1, at: T0, verdict: retry() };
    const second = claimed(first, 'you', T0 + 60_000);
    expect(afterAttempt(second, late, T0 + HOUR, 0.5)).toBe(second);
    const waiting = attempt(first, retry(), T0 + 60_000);
    expect(afterAttempt(waiting, late, T0 + HOUR, 0.5)).toBe(waiting);
    expect(afterAttempt(second, { ...late, verdict: delivered }, T0 + HOUR, 0.5).state).toBe('delivered');
  });

  test('the receiver may ask for a longer wait [F44]', () => {
    expect(attempt(fresh, retry(600_000), T0).nextAttemptAt).toBe(T0 + 600_000);
  });

  test('to a receiver that wants no more, it is parked', () => {
    expect(attempt(fresh, gone, T0)).toMatchObject({ state: 'parked', last: { verdict: 'gone: HTTP 410' } });
  });

  test('the tenth in vain parks it [F44]', () => {
    let delivery = fresh;
    const waits: number[] = [];
    while (delivery.state === 'waiting') {
      const now = delivery.nextAttemptAt;
      delivery = attempt(delivery, retry(), now);
      waits.push(delivery.nextAttemptAt - now);
    }
    expect(delivery).toMatchObject({ state: 'parked', attempts: 10 });
    expect(waits.slice(0, 9).map((ms) => ms / 1000)).toEqual([
      5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
  });
});

test('delivered is final, whatever another attempt learns later', () => {
  const verdict = fc.constantFrom(delivered, retry(), retry(HOUR), gone);
  fc.assert(
    fc.property(fc.array(verdict, { minLength: 1, maxLength: 15 }), (verdicts) => {
      let delivery = fresh;
      let wasDelivered = false;
      for (const [i, each] of verdicts.entries()) {
        delivery = attempt(delivery, each, T0 + i * HOUR);
        wasDelivered ||= each.kind === 'delivered';
        if (wasDelivered) expect(delivery.state).toBe('delivered');
      }
    }),
  );
});

test('an attempt that comes back late lifts a parked delivery when it got through', () => {
  const parked = attempt(fresh, gone, T0);
  expect(afterAttempt(parked, { number: 1, at: T0, verdict: delivered }, T0 + 1, 0.5).state).toBe('delivered');
});

test('what was begun before a delivery was begun anew does not end it', () => {
  const under = claimed(fresh, 'me', T0);
  const anew = begunAnew(under, T0 + 1_000);
  expect(afterAttempt(anew, { number: 1, at: T0, verdict: delivered }, T0 + 2_000, 0.5)).toBe(anew);
  expect(attempt(anew, delivered, T0 + 2_000)).toMatchObject({ state: 'delivered', attempts: 2 });
});

test('begun anew, a parked delivery is due at once and has all its attempts again [F44]', () => {
  let delivery = begunAnew({ ...fresh, state: 'parked', attempts: 10 }, T0 + HOUR);
  expect(delivery).toMatchObject({ state: 'waiting', nextAttemptAt: T0 + HOUR });
  const waits: number[] = [];
  while (delivery.state === 'waiting' && waits.length < 100) {
    const now = delivery.nextAttemptAt;
    delivery = attempt(delivery, retry(), now);
    waits.push(delivery.nextAttemptAt - now);
  }
  expect(waits.slice(0, 2)).toEqual([5_000, 300_000]);
  expect(delivery).toMatchObject({ state: 'parked', attempts: 20 });
});

test.each([
  ['with the tenth attempt', 9, retry()],
  ['when the receiver wants no more', 0, gone],
])('how far something had got is not parked %s: it is overtaken', (_, attempts, verdict) => {
  const progress: Delivery = { ...fresh, attempts, event: { event: 'progress', at: T0 } };
  expect(attempt(progress, verdict, T0)).toMatchObject({ state: 'overtaken' });
});

test("what is overtaken is nobody's any more", () => {
  expect(overtaken(claimed(fresh, 'me', T0))).toEqual({ ...fresh, attempts: 1, state: 'overtaken' });
});
