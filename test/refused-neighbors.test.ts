/** Five watches whose requests the cloud refuses, among twenty good ones of the same connection: what the good ones feel of it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { median } from './bench/report.ts';
import { MINUTE, SECOND } from './samples.ts';
import { pass, submitted } from './world/scenes.ts';
import { createWorld } from './world/world.ts';

const GOOD = 'g'.repeat(20);
/** g: a good watch, b: one that is refused, in the order in which they are submitted. */
const ORDERS = { first: `bbbbb${GOOD}`, last: `${GOOD}bbbbb`, mixed: 'bgggg'.repeat(5) } as const;
const FOR_MS = 30 * MINUTE;
const LONGER_MAX = 1.2;

type Refusal = `error:${number}:${string}`;
const REFUSED = 'project-of-another';
const providerOf = (vendor: 'aliyun' | 'huawei') => (vendor === 'aliyun' ? 'aliyun-emr' : 'huawei-modelarts');
const operationOf = (vendor: 'aliyun' | 'huawei', isGood: boolean, i: number) =>
  vendor === 'aliyun'
    ? { OperationId: isGood ? `op-${i}` : `${REFUSED}-${i}` }
    : { id: `server-${i}`, operation_id: `op-${i}`, ...(!isGood && { project_id: REFUSED }) };

type Delays = { readonly medianMs: number; readonly longestMs: number; readonly refusals: number };

/**
 * How long it takes until the end of a good watch's operation is seen, whichever second it comes in: from each second to the
 * next look that the cloud answers. So no chance of a few ends decides.
 */
const delaysWith = async (order: string, vendor: 'aliyun' | 'huawei', refusal?: Refusal): Promise<Delays> => {
  const answeredAt = new Map<string, number[]>();
  let refusals = 0;
  const world = createWorld({
    onLook: ({ id = '' }) => answeredAt.get(id)?.push(world.timeline.now()),
    cloudFault: (url) => {
      if (!refusal || !url.includes(REFUSED)) return undefined;
      refusals += 1;
      return refusal;
    },
  });
  world.start();
  for (const [i, sort] of [...order].entries()) {
    const operation = operationOf(vendor, sort === 'g', i);
    if (sort === 'g') answeredAt.set(`op-${i}`, []);
    await submitted(world, { provider: providerOf(vendor), operation, deadline: 'P1D' });
  }
  const from = world.timeline.now();
  await pass(world, FOR_MS + 5 * MINUTE);
  const seconds = Array.from({ length: FOR_MS / SECOND }, (_, i) => from + i * SECOND);
  const delays = [...answeredAt.values()].flatMap((looks) =>
    seconds.map((end) => (looks.find((at) => at > end) ?? Number.POSITIVE_INFINITY) - end),
  );
  return { medianMs: median(delays), longestMs: Math.max(...delays), refusals };
};

describe.each<['aliyun' | 'huawei', string, Refusal]>([
  ['huawei', 'by its gateway, in the words of a refused key', 'error:401:APIGW.0301'],
  ['huawei', 'by the service (401)', 'error:401:ModelArts.0104'],
  ['huawei', 'for want of a permission (403)', 'error:403:ModelArts.0203'],
  ['aliyun', 'in the words of a refused key', 'error:404:InvalidAccessKeyId.NotFound'],
  ['aliyun', 'by the service, with its own 401 in an HTTP 200', 'error:200:401'],
  ['aliyun', 'for want of a permission (403)', 'error:403:NoPermission'],
])('five watches that %s refuses %s delay twenty good ones by a fifth at most', (vendor, _, refusal) => {
  let alone: Delays;
  beforeAll(async () => {
    alone = await delaysWith(GOOD, vendor);
  });

  test.each(Object.entries(ORDERS))('submitted %s', async (_order, order) => {
    const beside = await delaysWith(order, vendor, refusal);
    expect(beside.refusals).toBeGreaterThan(5);
    expect(beside.medianMs).toBeLessThanOrEqual(LONGER_MAX * alone.medianMs);
    expect(beside.longestMs).toBeLessThanOrEqual(LONGER_MAX * alone.longestMs);
  });
});
