import { afterAll, describe, expect, test } from 'vitest';
import { caught, SEEDS_MAX } from './design.ts';
import { DESIGN_FAULTS } from './design-faults.ts';

describe('a fault of design', () => {
  const found: string[] = [];

  afterAll(() => {
    console.log(`seeds it takes to catch a fault of design:\n${found.join('\n')}`);
  });

  test('comes in many kinds', () => {
    expect(Object.keys(DESIGN_FAULTS).length).toBeGreaterThanOrEqual(20);
  });

  test.each(Object.keys(DESIGN_FAULTS))(`is caught within ${SEEDS_MAX} seeds: %s`, async (name) => {
    const seen = await caught(name);
    found.push(`${String(seen?.seed ?? 'none').padStart(5)}  ${name}`);
    expect(seen?.seed).toBeLessThanOrEqual(SEEDS_MAX);
  });
});
