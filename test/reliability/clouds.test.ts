/** Clouds that are out of order for hours, change their minds, or hang. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../samples.ts';
import type { CloudFault } from '../world/cloud-faults.ts';
import { deliveriesOf, pass, stage, submitted, watchOf } from '../world/scenes.ts';
import type { CloudState } from '../world/statements.ts';
import { createWorld, type World } from '../world/world.ts';

const statuses = (world: World) => world.receivers.received.map(({ event }) => event.data.status);

/** Submits an operation that goes through these states, one a minute, and lets a day pass. */
const lifeOf = async (states: readonly CloudState[], provider: 'aliyun-emr' | 'huawei-modelarts' = 'aliyun-emr') => {
  let looks = 0;
  const world = createWorld({
    onLook: () => {
      looks += 1;
    },
  });
  world.start();
  const submission = stage(world, { provider });
  const script = states.map((state, i) => ({ at: world.timeline.now() + i * MINUTE, state }));
  world.clouds.add(provider, submission.operation, script);
  const { body } = await world.timeline.finish(world.submit(submission));
  await pass(world, states.length * MINUTE);
  const looked = looks;
  await pass(world, DAY);
  return { world, submission, id: 'url' in body ? body.id : '', looksAfterwards: looks - looked };
};

describe('a state', () => {
  test('that goes backwards is recorded, and the watch goes on [F34]', async () => {
    const { world, id } = await lifeOf(['running', 'pending', 'running', 'succeeded'], 'huawei-modelarts');
    const told = watchOf(world, id).body.history.map(({ status }) => status);
    expect(told).toEqual(['pending', 'running', 'pending', 'running', 'succeeded']);
    expect(statuses(world)).toEqual(['succeeded']);
  });

  test.each<[string, readonly CloudState[]]>([
    ['another end', ['running', 'failed', 'succeeded']],
    ['that it runs', ['running', 'failed', 'running']],
  ])('that is an end stands, whatever the cloud says later: %s [F35]', async (_, states) => {
    const { world, id, submission, looksAfterwards } = await lifeOf(states);
    expect([...statuses(world), looksAfterwards]).toEqual(['failed', 0]);
    await world.timeline.finish(world.submit({ ...submission, notify: ['ci'] }));
    await pass(world, MINUTE);
    expect(statuses(world)).toEqual(['failed', 'failed']);
    expect(watchOf(world, id).body.status).toBe('failed');
  });
});

describe('an operation', () => {
  test('its cloud does not know at first is waited for, and told when it is over [F36]', async () => {
    const { world } = await lifeOf(['absent', 'absent', 'running', 'succeeded']);
    expect(statuses(world)).toEqual(['succeeded']);
  });

  test('its cloud knows no more is lost after a few looks [F36]', async () => {
    const { world } = await lifeOf(['running', 'absent']);
    expect(statuses(world)).toEqual(['lost']);
  });
});

test.each<CloudFault>(['html', 'truncated'])(
  'a cloud that answers "%s" with 200 changes no state, and ends nothing [F32]',
  async (fault) => {
    const world = createWorld({ cloudFault: () => (world.timeline.now() > T0 + MINUTE ? fault : undefined) });
    world.start();
    const id = await submitted(world, { endsAfter: 2 * MINUTE, deadline: 'PT6H' });
    await pass(world, 5 * HOUR);
    expect(watchOf(world, id).body).toMatchObject({ status: 'running', trouble: expect.anything() });
    await pass(world, 2 * HOUR);
    expect(statuses(world)).toEqual(['timed_out']);
  },
);

test('a cloud that hangs for one operation holds up no other of its batch [F30]', async () => {
  const world = createWorld({ cloudFault: (url) => (url.includes('op-stuck') ? 'hang' : undefined) });
  world.start();
  const some = ['op-1', 'op-stuck', 'op-3', 'op-4'].map((OperationId) =>
    stage(world, { operation: { OperationId }, endsAfter: 0 }),
  );
  await world.timeline.finish(world.submit(some));
  await pass(world, 15 * SECOND);
  expect(statuses(world)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('a region that is out for six hours: its watches live on and catch up, no other region waits [F29] [F39]', async () => {
  const WATCHES = 30;
  const [from, until] = [T0 + 10 * MINUTE, T0 + 10 * MINUTE + 6 * HOUR];
  const looks: { readonly at: number; readonly isOut: boolean }[] = [];
  const faults: readonly CloudFault[] = ['unavailable', 'reset', 'hang'];
  const world = createWorld({
    cloudFault: (url) => {
      const now = world.timeline.now();
      const isOut = url.includes('cn-hangzhou') && now >= from && now < until;
      looks.push({ at: now, isOut });
      return isOut ? faults[looks.length % faults.length] : undefined;
    },
  });
  world.start();
  const ids: string[] = [];
  for (let i = 0; i < WATCHES; i += 1)
    ids.push(await submitted(world, { operation: { OperationId: `op-${i}` }, endsAfter: HOUR }));
  const late = await submitted(world, { operation: { OperationId: 'late' }, deadline: 'PT3H' });
  await submitted(world, { operation: { RegionId: 'cn-beijing', OperationId: 'there' }, endsAfter: HOUR });

  await pass(world, from + 2 * HOUR - world.timeline.now());
  expect(statuses(world)).toEqual(['succeeded']);
  await pass(world, until - world.timeline.now());
  expect(ids.map((id) => watchOf(world, id).body.status)).toEqual(Array(WATCHES).fill('running'));
  expect(watchOf(world, late).body.status).toBe('timed_out');
  // Every five minutes in the end, each.
  const lastHour = looks.filter(({ at, isOut }) => isOut && at >= until - HOUR);
  expect(lastHour.length).toBeLessThan(WATCHES * 15);

  await pass(world, 10 * MINUTE);
  expect(statuses(world).filter((status) => status === 'succeeded')).toHaveLength(1 + WATCHES);
  const afterwards = looks.filter(({ at }) => at >= until);
  for (const [, some] of Map.groupBy(afterwards, ({ at }) => Math.floor(at / SECOND)))
    expect(some.length).toBeLessThanOrEqual(10);
  expect(ids.flatMap((id) => deliveriesOf(world, id))).toHaveLength(WATCHES);
});
