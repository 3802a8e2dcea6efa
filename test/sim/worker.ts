/** A thread of many.ts: runs the seeds it is given, and answers their sum. */
import { parentPort } from 'node:worker_threads';
import { add, type Kind, NOTHING, type Span, summaryOf } from './many.ts';
import { isLoss } from './releases.ts';
import { simulateRestore } from './restores.ts';
import { type Report, simulate } from './run.ts';

// Nobody reads where the many errors of a run come from.
Error.stackTraceLimit = 0;

const run = async (seed: number, kind: Kind | undefined): Promise<Report> => {
  if (kind === undefined) return simulate(seed);
  if (kind === 'restored') return simulateRestore(seed);
  const report = await simulate(seed, { rolling: kind });
  return { ...report, wrong: report.wrong.filter(isLoss) };
};

parentPort?.on('message', async ({ from, runs, kind }: Span) => {
  let total = NOTHING;
  for (let seed = from; seed < from + runs; seed += 1) total = add(total, summaryOf(await run(seed, kind)));
  parentPort?.postMessage(total);
});
