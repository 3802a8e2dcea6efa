/** Kills the functions' process at random moments, while watches are submitted, looked at and told of. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds } from '../bench/report.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';
import { breaches, gather, inWords } from './load.ts';
import type { Scenario, ScenarioResult } from './scenario.ts';

type Size = {
  readonly kills: number;
  readonly watches: number;
  readonly everyMs: readonly [number, number];
  /** Lets what was in a killed function's hands come back at once, instead of when its queue's visibility timeout ends. */
  readonly nudged?: boolean;
};

/** A message comes back after 180 s, and the look or the attempt it was received for may have been the last but one. */
const WITHIN_MS = 215_000;

export const killAtRandom = async (
  opwatch: Opwatch,
  { kills, watches, everyMs: [from, to], nudged = false }: Size,
): Promise<ScenarioResult> => {
  const { stack } = opwatch;
  const load = gather(opwatch, { name: 'kills' });
  const beganAt = Date.now();
  const joining: Promise<unknown>[] = [];
  for (let i = 0; i < kills; i += 1) {
    joining.push(load.join(Math.ceil(watches / kills), () => 1 + Math.random() * 15));
    await sleep(from + Math.random() * (to - from));
    await stack.killFunctions();
    await stack.startFunctions();
  }
  await Promise.all(joining);
  const killedForMs = Date.now() - beganAt;

  const nudge = () => opwatch.tellAgain(...load.tally().lost);
  const tally = await load.settled(nudged ? nudge : undefined);
  return {
    figure: `kill -9 x ${kills} in ${seconds(killedForMs)}: ${inWords(tally)}`,
    broken: breaches(tally, nudged ? undefined : WITHIN_MS),
  };
};

export const kills: Scenario = {
  name: 'kills',
  about: "the functions' process killed 8 times at random moments: all are told, at the latest when messages come back",
  long: (opwatch) => killAtRandom(opwatch, { kills: 8, watches: 80, everyMs: [500, 5_000] }),
};
