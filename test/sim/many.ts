/** Many runs, on several threads. */
import { Worker } from 'node:worker_threads';
import type { Rolling } from './releases.ts';
import type { Report } from './run.ts';

export type Summary = {
  readonly runs: number;
  readonly watches: number;
  readonly effects: number;
  readonly webhooks: number;
  readonly troubles: Readonly<Record<string, number>>;
  /** Runs in which something was wrong. */
  readonly failed: readonly { readonly seed: number; readonly wrong: readonly string[] }[];
};

export const NOTHING: Summary = { runs: 0, watches: 0, effects: 0, webhooks: 0, troubles: {}, failed: [] };

const sum = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> => {
  const both = { ...a };
  for (const [kind, count] of Object.entries(b)) both[kind] = (both[kind] ?? 0) + count;
  return both;
};

export const add = (a: Summary, b: Summary): Summary => ({
  runs: a.runs + b.runs,
  watches: a.watches + b.watches,
  effects: a.effects + b.effects,
  webhooks: a.webhooks + b.webhooks,
  troubles: sum(a.troubles, b.troubles),
  failed: [...a.failed, ...b.failed],
});

export const summaryOf = ({ seed, wrong, ...rest }: Report): Summary => ({
  ...rest,
  runs: 1,
  failed: wrong.length > 0 ? [{ seed, wrong }] : [],
});

/** `kind`: with functions of the previous release, or with a restore; left out, the plan as it is. */
export type Span = { readonly from: number; readonly runs: number; readonly kind?: Kind };
export type Kind = Rolling | 'restored';

const CHUNK = 20;

/** Runs the seeds from `from` on. `onProgress` is told the sum so far, now and then. */
export const simulateMany = async (
  { from, runs, kind }: Span,
  threads: number,
  onProgress: (sofar: Summary) => void = () => {},
): Promise<Summary> => {
  let next = from;
  let total = NOTHING;

  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        const count = Math.min(CHUNK, from + runs - next);
        if (count <= 0) {
          resolve();
          return;
        }
        worker.postMessage({ from: next, runs: count, ...(kind && { kind }) } satisfies Span);
        next += count;
      };
      worker.on('error', reject);
      worker.on('message', (done: Summary) => {
        total = add(total, done);
        onProgress(total);
        give();
      });
      give();
    });

  const workers = Array.from(
    { length: threads },
    // What a run leaves behind dies young: with room for it, little is copied.
    () => new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 64 } }),
  );
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return total;
};
