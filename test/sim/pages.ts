/** Lists that have several pages: pages are small, and one cluster has many tasks at a time. */
import { createRng } from '../world/rng.ts';
import type { Act } from './acts.ts';
import type { Operation } from './plan.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** How many entries a page of the table has, and of a list of a cloud. */
export type Pages = { readonly size: number; readonly listed: number };

/** How a task of E-HPC may end. */
const ENDS = ['succeeded', 'partial', 'failed'] as const;

/** Of all runs in which something goes wrong, the share that has small pages. */
const SHARE = 0.04;
const STREAM = 0x9a6e5000;

export const pagesOf = (seed: number, isQuiet: boolean): Pages | undefined => {
  const chance = createRng(seed, STREAM);
  return chance.is(SHARE) && !isQuiet ? { size: 1 + chance.below(3), listed: 4 + chance.below(3) } : undefined;
};

/** The operations, and tasks of one cluster that are submitted at about the same time and go on for hours, so that their looks meet in batches. */
export const withTasks = (operations: readonly Operation[], seed: number): Operation[] => {
  const chance = createRng(seed, STREAM + 1);
  const [{ submittedAt: since, notify } = { submittedAt: 0, notify: [] }] = operations;
  const tasks = Array.from({ length: 8 + chance.below(6) }, (_, i): Operation => {
    const submittedAt = since + chance.next() * SECOND;
    return {
      provider: 'aliyun-ehpc',
      fields: { RegionId: 'cn-hangzhou', ClusterId: 'ehpc-a', TaskId: `many-${i}` },
      tenant: 'default',
      submittedAt,
      notify,
      deadlineMs: DAY,
      labels: { team: 'data', order: `many-${i}` },
      script: [
        { at: Math.floor(since - MINUTE), state: 'running' },
        { at: Math.round(since + chance.spread(HOUR, 8 * HOUR)), state: chance.pick(ENDS) },
      ],
      again: [],
    };
  });
  return [...operations, ...tasks];
};

/** Somebody walks through all pages of what there is, time and again. */
export const walksOf = (seed: number, start: number, length: number): readonly Act[] => {
  const chance = createRng(seed, STREAM + 2);
  return Array.from({ length: 12 }, () => ({
    at: start + chance.next() * length,
    deed: chance.pick(['list', 'list', 'resend all', 'dismiss all'] as const),
    operation: chance.below(5),
    luck: chance.next(),
  }));
};
