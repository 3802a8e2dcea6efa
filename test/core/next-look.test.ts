import { expect, test } from 'vitest';
import { isLookDue } from '../../lib/core/next-look.ts';
import { DEFAULT_GAP } from '../../lib/core/schedule.ts';
import { HOUR, MINUTE, SECOND, T0, watchWith } from '../samples.ts';

const policy = { graceMs: MINUTE, missesUntilLost: 3, gap: DEFAULT_GAP };

test.each<[string, number, number, boolean, boolean]>([
  ['now', 0, 5 * MINUTE, false, true],
  ['within the second that a message may be early', SECOND, 5 * MINUTE, false, true],
  ['in two seconds', 2 * SECOND, 5 * MINUTE, false, false],
  ['after the longest gap', 5 * MINUTE, 5 * MINUTE, false, false],
  ['later than that', 6 * MINUTE, 5 * MINUTE, false, true],
  ['two days ahead', 48 * HOUR, 5 * MINUTE, false, true],
  ['as late as a gap of twelve hours allows', 12 * HOUR, 12 * HOUR, false, false],
  ['after the pause that a cloud may ask for, and an hour in line', 2 * HOUR, 5 * MINUTE, true, false],
  ['later than any trouble puts a look off', 2 * HOUR + MINUTE, 5 * MINUTE, true, true],
])(
  'a next look %s is waited for, unless only a wrong clock can have written it [F27]',
  (_, ahead, maxMs, isPutOff, isDue) => {
    const trouble = { since: T0, code: 'c', message: 'm' };
    const watch = watchWith({ nextLookAt: T0 + ahead, ...(isPutOff && { trouble }) });
    expect(isLookDue(watch, T0, { ...policy, gap: { ...DEFAULT_GAP, maxMs } })).toBe(isDue);
  },
);
