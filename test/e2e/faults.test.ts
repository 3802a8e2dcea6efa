/** Real faults on real parts, small and quick; `npm run soak` plays the same at length. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setClocksOff } from '../soak/clock.ts';
import { killAtRandom } from '../soak/kills.ts';
import { throttleTable } from '../soak/throttled-table.ts';
import { type Opwatch, startOpwatch } from './kit/opwatch.ts';
import { outcomeOf } from './kit/outcome.ts';
import { itKeepsSecrets } from './kit/secrecy.ts';

let opwatch: Opwatch;
const running = () => opwatch;
// A stack of their own: each of them stands in everybody's way.
beforeAll(async () => {
  opwatch = await startOpwatch();
});
afterAll(() => opwatch.stop());

describe('real faults:', () => {
  it("the clouds' clocks, twenty minutes off and right again, hold up nothing for long [F37]", async () => {
    expect(await outcomeOf(setClocksOff(opwatch, { watches: 8, offMinutes: [20, 0] }))).toEqual([]);
  });

  it('a table that refuses requests and leaves keys unread loses nothing [F22]', async () => {
    expect(await outcomeOf(throttleTable(opwatch, { watches: 20, slowSeconds: 4, bursts: 0 }))).toEqual([]);
  });

  it('functions killed at random moments lose nothing and tell nobody under two ids', async () => {
    const size = { kills: 2, watches: 16, everyMs: [500, 2_500], nudged: true } as const;
    expect(await outcomeOf(killAtRandom(opwatch, size))).toEqual([]);
  });
});

describe('after all that', () => itKeepsSecrets(running));
