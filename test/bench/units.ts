/**
 * What a watch costs: SQS requests, DynamoDB units, Lambda calls, counted in virtual time through the real functions, for
 * operations of several lengths, alone and among many.
 */
import { deliver } from '../../lib/deliver.ts';
import { createPace } from '../../lib/pace.ts';
import { createTurns } from '../../lib/turns.ts';
import { poll } from '../../lib/poll.ts';
import { receive } from '../../lib/receive.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/schedule.ts';
import { configWith } from '../world/settings.ts';
import { createWorld } from '../world/world.ts';
import { type Bill, emptyBill, metered, meteredBatch, meteredQueue, meteredTable } from './meter.ts';
import { costOf } from './prices.ts';
import { dollars, number, type Print, table } from './report.ts';

const LENGTHS = { '20 s': 20 * SECOND, '6 min': 6 * MINUTE, '1 h': HOUR, '3 h': 3 * HOUR } as const;

type Counted = Bill & { readonly looks: number; readonly batches: number };

const operationOf = (i: number) => ({
  region: 'cn-north-4',
  project_id: '89cd04f168b84af6be287f71730fdb4b',
  id: '28d1dcb4-6d35-4c0f-a3a5-4a4c9a1d0b4c',
  operation_id: `6e1fe2a1-0000-4000-8000-${String(i).padStart(12, '0')}`,
});

/** Submits `watches` operations of `lengthMs` at once and lets time go on until all have been told of. */
const count = async (watches: number, lengthMs: number, seed: number): Promise<Counted> => {
  const bill = emptyBill();
  let looks = 0;
  let batches = 0;
  const input = configWith();
  const connections = new Map([...input.connections].map(([name, one]) => [name, { ...one, callsPerSecond: 100 }]));
  const world = createWorld({
    seed,
    config: { ...input, connections },
    onLook: () => {
      looks += 1;
    },
    functions: {
      receive: (body, tenant, runtime) => metered(bill, runtime, () => receive(body, tenant, runtime)),
      poll: (records, ...rest) => {
        batches += 1;
        return meteredBatch(poll, bill)(records, ...rest);
      },
      deliver: meteredBatch(deliver, bill),
    },
    bend: (runtime): Runtime => {
      const standing = ({ pk, sk }: { pk: string; sk: string }) =>
        [...world.table.items()].find((item) => item.pk === pk && item.sk === sk);
      const counting = meteredTable(runtime.table, bill, standing);
      const queue = meteredQueue(runtime.queue, bill);
      return { ...runtime, table: counting, queue, pace: createPace({ ...runtime, table: counting }), turns: createTurns({ ...runtime, table: counting }) };
    },
  });
  world.start();
  const now = world.timeline.now();
  const submissions = Array.from({ length: watches }, (_, i) => {
    world.clouds.add('huawei-modelarts', operationOf(i), [
      { at: now - SECOND, state: 'running' },
      { at: now + lengthMs, state: 'succeeded' },
    ]);
    return { provider: 'huawei-modelarts', operation: operationOf(i), notify: ['ci'] };
  });
  for (let i = 0; i < watches; i += 25) void world.submit(submissions.slice(i, i + 25));
  await world.timeline.runUntil(now + lengthMs + 10 * MINUTE);
  const told = new Set(world.receivers.received.map(({ id }) => id)).size;
  if (told !== watches) throw new Error(`${told} of ${watches} outcomes were told`);
  const perWatch = (total: number) => total / watches;
  return {
    sqsRequests: perWatch(bill.sqsRequests),
    readUnits: perWatch(bill.readUnits),
    writeUnits: perWatch(bill.writeUnits),
    invocations: perWatch(bill.invocations),
    lambdaMs: perWatch(bill.lambdaMs),
    looks: perWatch(looks),
    batches: looks / batches,
  };
};

export const units = async (print: Print): Promise<void> => {
  const rows: string[][] = [];
  for (const [watches, who] of [[1, 'alone'], [100, 'among 100']] as const) {
    for (const [length, ms] of Object.entries(LENGTHS)) {
      const one = await count(watches, ms, 1);
      rows.push([
        `${length}, ${who}`,
        number(one.looks, 1),
        number(one.batches, 1),
        number(one.sqsRequests, 1),
        number(one.readUnits, 1),
        number(one.writeUnits, 1),
        number(one.invocations, 1),
        number(one.lambdaMs),
        dollars(costOf(one) * 1e6),
      ]);
    }
  }
  print(table(['operation of', 'looks', 'a batch', 'SQS requests', 'reads', 'writes', 'Lambda calls', 'Lambda ms', '$ a million'], rows));
};
