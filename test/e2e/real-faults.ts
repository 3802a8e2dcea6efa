/** Real faults on real parts, small and quick; `npm run soak` plays the same at length. Each prints how it went. */
import { expect, it } from 'vitest';
import { setClocksOff } from '../soak/clock.ts';
import { fallDue } from '../soak/due.ts';
import { floodWith } from '../soak/flood.ts';
import { killAtRandom } from '../soak/kills.ts';
import type { Outcome } from '../soak/scenario.ts';
import { throttleTable } from '../soak/throttled-table.ts';
import type { Opwatch } from './kit/opwatch.ts';

export const realFaults = (running: () => Opwatch): void => {
  const holds = async (play: (opwatch: Opwatch) => Promise<Outcome>): Promise<void> => {
    const { figure, broken } = await play(running());
    console.log(figure);
    expect(broken).toEqual([]);
  };

  it("the clouds' clocks, twenty minutes off and right again, hold up nothing for long [F37]", () =>
    holds((opwatch) => setClocksOff(opwatch, { watches: 12, offMinutes: [20, 0] })));

  it('a table that refuses requests and leaves keys unread loses nothing [F22]', () =>
    holds((opwatch) => throttleTable(opwatch, { watches: 20, slowSeconds: 4, bursts: 0, withinMs: 75_000 })));

  it('several hundred due at once are all looked at, no faster than their clouds allow [F18]', () =>
    holds((opwatch) => fallDue(opwatch, { watches: 400, callsPerSecond: 100 })));

  it('functions killed at random moments lose nothing and tell nobody under two ids', () =>
    holds((opwatch) => killAtRandom(opwatch, { kills: 2, watches: 16, everyMs: [500, 2_500], nudged: true })));

  it("a tenant that submits hundreds at once holds up no other's watch [F7]", () =>
    holds((opwatch) => floodWith(opwatch, { submissions: 500, before: 2, everyMs: 500 })));
};
