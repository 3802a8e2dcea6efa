/** The clouds' clocks twenty minutes ahead of ours, then twenty behind, then right again: signatures go by theirs. */
import type { Opwatch } from '../e2e/kit/opwatch.ts';
import { controlClouds } from './clouds.ts';
import { breaches, gather, inWords } from './load.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';
import { store } from './stored.ts';

type Size = {
  readonly watches: number;
  readonly offMinutes: readonly number[];
  /** How late the slowest may be told; left out, that is not looked at. */
  readonly withinMs?: number;
};

const WITHIN_MS = 20_000;
const REFUSALS: readonly (string | undefined)[] = ['InvalidTimeStamp.Expired', 'APIGW.0301'];

export const setClocksOff = async (
  opwatch: Opwatch,
  { watches, offMinutes, withinMs }: Size,
): Promise<ScenarioResult> => {
  const clouds = controlClouds(opwatch);
  const heard = await clouds.listen();
  for (const vendor of ['aliyun', 'huawei'] as const) await store(opwatch, vendor, clouds.keys[vendor]);
  const load = gather(opwatch, { name: 'clock', isStored: true });
  try {
    for (const minutes of offMinutes) {
      await clouds.set({ clockOffsetMs: minutes * 60_000 });
      await load.join(watches, (i) => i % 10);
      await load.settled();
    }
  } finally {
    await clouds.set({ clockOffsetMs: 0 });
  }
  const tally = load.tally();
  const refused = (await heard()).filter(({ code }) => REFUSALS.includes(code)).length;
  return {
    figure: `the clouds' clocks ${offMinutes.join(', then ')} minutes off: ${refused} calls refused for it, ${inWords(tally)}`,
    broken: [...breaches(tally, withinMs), ...brokenOf([refused === 0, 'no call was ever refused'])],
  };
};

export const clock: Scenario = {
  name: 'clock',
  about: "the clouds' clocks 20 minutes ahead, behind, and right again",
  long: (opwatch) => setClocksOff(opwatch, { watches: 40, offMinutes: [20, -20, 0], withinMs: WITHIN_MS }),
};
