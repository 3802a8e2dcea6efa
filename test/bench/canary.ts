/** What the canary costs in a month: one round counted in virtual time through the real functions, every five minutes. */
import { alarmNames } from '../../deploy/alarms.ts';
import type { Delivery } from '../../lib/core/delivery.ts';
import { MINUTE } from '../../lib/core/schedule.ts';
import { deliver } from '../../lib/deliver/deliver.ts';
import { poll } from '../../lib/look/poll.ts';
import { beginCanaries } from '../../lib/submit/begin-canaries.ts';
import { createWorld, envWith } from '../world/world.ts';
import { type Bill, emptyBill, metered, meteredBatch, meteredRuntime } from './meter.ts';
import { ALARM_MONTH, costOf, METRIC_MONTH } from './prices.ts';
import { dollars, number, type Print, table } from './report.ts';

const ROUNDS_A_MONTH = 730 * 12;

/** One round with so many poll queues of each cloud. */
const ofRound = async (pollQueues: number): Promise<Bill> => {
  const bill = emptyBill();
  const world = createWorld({
    env: envWith(pollQueues, 1),
    functions: { poll: meteredBatch(poll, bill), deliver: meteredBatch(deliver, bill) },
    bend: (runtime, { name }) => (name === 'sweep' ? runtime : meteredRuntime(runtime, bill, world.table)),
  });
  world.start();
  await world.call('trigger', (runtime) => metered(bill, runtime, () => beginCanaries(runtime)));
  await world.timeline.runUntil(world.timeline.now() + MINUTE);
  const told = [...world.table.items()].filter(({ body }) => (body as Delivery).state === 'delivered').length;
  if (told < 2 * pollQueues) throw new Error(`${told} of ${2 * pollQueues} outcomes were delivered`);
  return bill;
};

const namesOf = (pollQueues: number, canary: boolean) =>
  alarmNames({ name: 'opwatch', pollQueues, notifyQueues: 1, canary }).length;

export const canary = async (print: Print): Promise<void> => {
  const rows: string[][] = [];
  for (const pollQueues of [1, 20]) {
    const round = await ofRound(pollQueues);
    const month = Object.fromEntries(
      Object.entries(round).map(([what, once]) => [what, once * ROUNDS_A_MONTH]),
    ) as Bill;
    const { sqs, dynamodb, lambda, logs, total } = costOf(month);
    const alarms = namesOf(pollQueues, true) - namesOf(pollQueues, false);
    const watching = alarms * (ALARM_MONTH + METRIC_MONTH);
    const counts = [round.invocations, round.lambdaMs, round.sqsRequests, round.readUnits, round.writeUnits];
    rows.push([
      String(2 * pollQueues),
      ...[...counts, round.logBytes].map((each) => number(each)),
      ...[sqs, dynamodb, lambda, logs, watching, total + watching].map(dollars),
    ]);
  }
  const counted = ['calls', 'Lambda ms', 'SQS requests', 'read units', 'write units', 'log B'];
  const paid = ['SQS', 'DynamoDB', 'Lambda', 'logs', 'alarms, metrics', 'in all'];
  print('a round counted, and a month of rounds paid:');
  print(table(['poll queues', ...counted, ...paid], rows));
};
