import { expect, test } from 'vitest';
import { isLookDue } from '../../lib/core/next-look.ts';
import { DEFAULT_GAP } from '../../lib/core/schedule.ts';
import { HOUR, MINUTE, SECOND, T0, watchWith } from '../samples.ts';

const policy = { graceMs: MINUTE, missesUntilLost: 3, gap: DEFAULT_GAP };

test.each<[string, number, number, boolean]>([
  ['now', 0, 5 * MINUTE, true],
  ['within the second that a message may be early', SECOND, 5 * MINUTE, true],
  ['in two seconds', 2 * SECOND, 5 * MINUTE, false],
  ['after the pause that a cloud may ask for, and an hour in line', 2 * HOUR, 5 * MINUTE, false],
  ['later than anything puts a look off', 2 * HOUR + MINUTE, 5 * MINUTE, true],
  ['two days ahead', 48 * HOUR, 5 * MINUTE, true],
  ['as late as a gap of twelve hours allows', 12 * HOUR, 12 * HOUR, false],
])('a next look %s is waited for, unless only a wrong clock can have written it [F27]', (_, ahead, maxMs, isDue) => {
  const watch = watchWith({ nextLookAt: T0 + ahead });
  expect(isLookDue(watch, T0, { ...policy, gap: { ...DEFAULT_GAP, maxMs } })).toBe(isDue);
});
