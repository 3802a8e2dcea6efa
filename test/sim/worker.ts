/** A thread of many.ts: runs the seeds it is given, and answers their sum. */
import { parentPort } from 'node:worker_threads';
import { add, NOTHING, type Span, summaryOf } from './many.ts';
import { simulate } from './run.ts';

// Nobody reads where the many errors of a run come from.
Error.stackTraceLimit = 0;

parentPort?.on('message', async ({ from, runs }: Span) => {
  let total = NOTHING;
  for (let seed = from; seed < from + runs; seed += 1) total = add(total, summaryOf(await simulate(seed)));
  parentPort?.postMessage(total);
});
