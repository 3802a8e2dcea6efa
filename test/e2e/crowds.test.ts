/** Many at once. How fast it goes is for `npm run soak`, and in virtual time for the tests of the poller and of limits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fallDue } from '../soak/due.ts';
import { floodWith } from '../soak/flood.ts';
import { crowd } from './crowd.ts';
import { type Opwatch, startOpwatch } from './kit/opwatch.ts';
import { outcomeOf } from './kit/outcome.ts';
import { itKeepsSecrets } from './kit/secrecy.ts';

let opwatch: Opwatch;
const running = () => opwatch;
beforeAll(async () => {
  opwatch = await startOpwatch();
});
afterAll(() => opwatch.stop());

describe('a crowd', () => crowd(running));

describe('real faults:', () => {
  it('several hundred due at once are all looked at, and those that are over told once [F18]', async () => {
    expect(await outcomeOf(fallDue(opwatch, { watches: 400, callsPerSecond: 100 }))).toEqual([]);
  });

  it("a tenant that submits hundreds at once keeps no other's watch from being told [F7]", async () => {
    expect(await outcomeOf(floodWith(opwatch, { submissions: 500, before: 2, everyMs: 500 }))).toEqual([]);
  });
});

describe('after all that', () => itKeepsSecrets(running));
