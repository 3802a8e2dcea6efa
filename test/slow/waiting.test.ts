/** One tenant at the largest limit that the configuration may set, and the others beside it. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../samples.ts';
import { besideCrowd } from '../world/crowd.ts';

test.each([
  ['whose attempts are due over a day', { waiting: 200_000, origins: 2_000, spread: 24 * HOUR, lasts: 30 * MINUTE }],
  ['whose attempts are due within an hour', { waiting: 200_000, origins: 50, spread: HOUR, lasts: 5 * MINUTE }],
])(
  'beside 200,000 waiting deliveries of one tenant, %s, those of another arrive within ten seconds [F7]',
  async (_, crowd) => {
    const { waits, most, attempts } = await besideCrowd(crowd);
    console.log(
      `longest wait ${Math.max(...waits)} ms of ${waits.length}; messages at most ${most}; attempts ${attempts}`,
    );
    expect(Math.max(...waits)).toBeLessThan(10 * SECOND);
    expect(most).toBeLessThan(120_000);
    expect(attempts).toBeGreaterThan(0);
  },
);
