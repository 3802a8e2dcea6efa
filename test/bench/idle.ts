/** What a deployment costs in a month in which nobody watches anything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alarmNames } from '../../deploy/alarms.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { createWorld } from '../world/world.ts';
import { type Bill, emptyBill, metered, meteredRuntime } from './meter.ts';
import { ALARM_MONTH, costOf, KEY_MONTH } from './prices.ts';
import { dollars, number, type Print, table } from './report.ts';

const MINUTES_A_MONTH = 730 * 60;
/** Long polls of an empty queue by a mapping with a maximum concurrency: five at a time, 20 s each (AWS re:Post, "SQS high charges"). */
const RECEIVES_A_MINUTE = 15;
/** What calling a function costs at least beside its own waiting: the SDK's eight requests take some CPU. */
const SWEEP_CPU_MS = 30;

/** Lines of serverless.yml that say `what`. */
const saidInTemplate = (what: RegExp): number => {
  const template = readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8');
  return template.split('\n').filter((line) => what.test(line)).length;
};

const ofSweeps = async (): Promise<Bill> => {
  const bill = emptyBill();
  const world = createWorld({ bend: (runtime) => meteredRuntime(runtime, bill, world.table) });
  await world.call('sweep', (runtime) => metered(bill, runtime, () => sweep(runtime, () => true)));
  const month = Object.entries(bill).map(([what, once]) => [what, once * MINUTES_A_MONTH]);
  const counted = Object.fromEntries(month) as Bill;
  return { ...counted, lambdaMs: counted.lambdaMs + SWEEP_CPU_MS * MINUTES_A_MONTH };
};

export const idle = async (print: Print): Promise<void> => {
  const mappings = saidInTemplate(/^ +- sqs:$/);
  const receives = { ...emptyBill(), sqsRequests: mappings * RECEIVES_A_MINUTE * MINUTES_A_MONTH };
  const sweeps = await ofSweeps();
  const alarms = alarmNames({ name: 'opwatch', pollQueues: 1, notifyQueues: 1, canary: false }).length;
  const rows: [string, string, number][] = [
    [`receives of ${mappings} empty queues`, number(receives.sqsRequests), costOf(receives).total],
    ['sweeps', number(sweeps.invocations), costOf(sweeps).total],
    ['alarms', number(alarms), alarms * ALARM_MONTH],
    ['key of the alarms', '1', KEY_MONTH],
  ];
  const total = rows.reduce((sum, [, , cost]) => sum + cost, 0);
  print(
    table(
      ['a month', 'count', 'cost'],
      [...rows.map(([what, n, cost]) => [what, n, dollars(cost)]), ['in all', '', dollars(total)]],
    ),
  );
};
