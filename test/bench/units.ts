/**
 * What a watch costs: SQS requests, DynamoDB units, Lambda calls, counted in virtual time through the real functions, for
 * operations of several lengths, alone and in full batches.
 */

import { HOUR, MINUTE, SECOND } from '../../lib/core/schedule.ts';
import { deliver } from '../../lib/deliver/deliver.ts';
import { poll } from '../../lib/look/poll.ts';
import { receive } from '../../lib/submit/receive.ts';
import { createWorld } from '../world/world.ts';
import { itemBytes } from './dynamodb-units.ts';
import { type Bill, emptyBill, metered, meteredBatch, meteredRuntime } from './meter.ts';
import { costOf } from './prices.ts';
import { number, type Print, table } from './report.ts';

const LENGTHS = { '20 s': 20 * SECOND, '6 min': 6 * MINUTE, '1 h': HOUR, '3 h': 3 * HOUR } as const;
/** As many as are submitted together, and then go the same way. */
const COMPANY = { alone: 1, 'in tens': 10 } as const;
const PROVIDER = 'huawei-modelarts';

/** Of one watch, but for `batch`: how many looks a call of the poller makes. */
type Counted = { readonly bill: Bill; readonly looks: number; readonly batch: number; readonly keptBytes: number };

const operationOf = (i: number) => ({
  region: 'cn-north-4',
  project_id: '89cd04f168b84af6be287f71730fdb4b',
  id: '28d1dcb4-6d35-4c0f-a3a5-4a4c9a1d0b4c',
  operation_id: `6e1fe2a1-0000-4000-8000-${String(i).padStart(12, '0')}`,
});

/** Submits `watches` operations of `lengthMs` at once, and lets time go on until all have been told of. */
const count = async (watches: number, lengthMs: number): Promise<Counted> => {
  const bill = emptyBill();
  let looks = 0;
  let batches = 0;
  const world = createWorld({
    onLook: () => {
      looks += 1;
    },
    functions: {
      receive: (body, tenant, runtime) => metered(bill, runtime, () => receive(body, tenant, runtime)),
      poll: (records, urls, runtime) => {
        batches += 1;
        return meteredBatch(poll, bill)(records, urls, runtime);
      },
      deliver: meteredBatch(deliver, bill),
    },
    // The sweep costs what it costs, whether there is anything to do or not.
    bend: (runtime, { name }) => (name === 'sweep' ? runtime : meteredRuntime(runtime, bill, world.table)),
  });
  world.start();
  const now = world.timeline.now();
  const submissions = Array.from({ length: watches }, (_, i) => {
    world.clouds.add(PROVIDER, operationOf(i), [
      { at: now - SECOND, state: 'running' },
      { at: now + lengthMs, state: 'succeeded' },
    ]);
    return { provider: PROVIDER, operation: operationOf(i), notify: ['ci'] };
  });
  await world.timeline.finish(world.submit(submissions));
  await world.timeline.runUntil(now + lengthMs + 10 * MINUTE);
  const told = new Set(world.receivers.received.map(({ id }) => id)).size;
  if (told !== watches) throw new Error(`${told} of ${watches} outcomes were told`);
  const keptBytes = [...world.table.items()].reduce((sum, item) => sum + itemBytes(item), 0) / watches;
  const ofOne = Object.entries(bill).map(([what, total]) => [what, total / watches]);
  return { bill: Object.fromEntries(ofOne) as Bill, looks: looks / watches, batch: looks / batches, keptBytes };
};

export const units = async (print: Print): Promise<void> => {
  const counts: string[][] = [];
  const dollars: string[][] = [];
  for (const [who, watches] of Object.entries(COMPANY)) {
    for (const [length, ms] of Object.entries(LENGTHS)) {
      const { bill, looks, batch, keptBytes } = await count(watches, ms);
      const figures = [looks, batch, bill.sqsRequests, bill.readUnits, bill.writeUnits, bill.invocations];
      const sizes = [bill.lambdaMs, bill.logBytes, keptBytes].map((each) => number(each));
      counts.push([`${length}, ${who}`, ...figures.map((each) => number(each, 1)), ...sizes]);
      const { sqs, dynamodb, lambda, logs, total } = costOf(bill);
      dollars.push([`${length}, ${who}`, ...[sqs, dynamodb, lambda, logs, total].map((each) => number(each * 1e6, 1))]);
    }
  }
  print('counted for a watch with one target, delivered at the first attempt:');
  const heads = [
    'looks',
    'a batch',
    'SQS requests',
    'read units',
    'write units',
    'calls',
    'Lambda ms',
    'log B',
    'kept B',
  ];
  print(table(['', ...heads], counts));
  print('dollars a million such watches:');
  print(table(['', 'SQS', 'DynamoDB', 'Lambda', 'logs', 'in all'], dollars));
};
