/** A cloud that refuses looks for good: who hears of it, after how long, and that it passes. */
import { describe, expect, test } from 'vitest';
import type { NoticeEvent } from '../../lib/core/notice.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../samples.ts';
import type { CloudFault } from '../world/cloud-faults.ts';
import { deliveriesOf, pass, submitted, watchOf } from '../world/scenes.ts';
import { configWith, operatorsCalled } from '../world/settings.ts';
import { createWorld, START, type World } from '../world/world.ts';

const OPERATORS = 'operators.example.com';

/** A world whose cloud has this fault while it is set. */
const playing = (fault: CloudFault | undefined = 'denied', more: Parameters<typeof configWith>[0] = {}) => {
  const cloud: { fault: CloudFault | undefined } = { fault };
  const config = configWith({ ...operatorsCalled('operators'), ...more });
  const world = createWorld({ config, cloudFault: () => cloud.fault });
  world.start();
  return { world, cloud };
};

const heardAt = (world: World, host: string) =>
  world.receivers.received
    .filter(({ url }) => new URL(url).host === host)
    .map(({ event, at }) => [event.type, Math.round((at - START) / SECOND)] as const);
const typesAt = (world: World, host: string) => heardAt(world, host).map(([type]) => type);

describe('a permission that is missing', () => {
  test('is told after two minutes, once, with the words of the cloud and what to do', async () => {
    const { world } = playing();
    const id = await submitted(world, { endsAfter: HOUR });
    await pass(world, 12 * HOUR);
    const heard = heardAt(world, 'chat.example.com');
    expect(heard.map(([type]) => type)).toEqual(['operation.blocked']);
    expect(heard[0]?.[1]).toBeGreaterThanOrEqual(120);
    expect(heard[0]?.[1]).toBeLessThan(125);
    const [told] = world.receivers.received.filter(({ event }) => event.type === 'operation.blocked');
    expect(told?.event.data).toMatchObject({
      status: 'pending',
      blocked: {
        kind: 'not_allowed',
        code: 'NoPermission',
        message: 'You are not authorized to do this operation.',
        help: expect.stringContaining('Grant them the permission'),
      },
    });
    expect(watchOf(world, id).body).toMatchObject({ status: 'pending', blocked: { code: 'NoPermission' } });
  });

  test('that is granted lets the watch go on by itself within five minutes, and all who were told hear of it', async () => {
    const { world, cloud } = playing();
    await submitted(world, { endsAfter: 2 * HOUR, notify: ['chat', 'ci'] });
    await pass(world, HOUR);
    cloud.fault = undefined;
    await pass(world, 5 * MINUTE + 5 * SECOND);
    for (const host of ['chat.example.com', 'ci.example.com']) {
      expect(typesAt(world, host)).toEqual(['operation.blocked', 'operation.unblocked']);
    }
    await pass(world, 3 * HOUR);
    expect(typesAt(world, 'chat.example.com')).toEqual([
      'operation.blocked',
      'operation.unblocked',
      'operation.succeeded',
    ]);
  });

  test('does not hide the end: it is told when the cloud says it, and nothing else is', async () => {
    const { world, cloud } = playing();
    await submitted(world, { endsAfter: 30 * MINUTE });
    await pass(world, HOUR);
    cloud.fault = undefined;
    await pass(world, 10 * MINUTE);
    expect(typesAt(world, 'chat.example.com')).toEqual(['operation.blocked', 'operation.succeeded']);
  });

  test('that passes within two minutes is told to nobody', async () => {
    const { world, cloud } = playing();
    await submitted(world, { endsAfter: 30 * MINUTE });
    await pass(world, 100 * SECOND);
    cloud.fault = undefined;
    await pass(world, 2 * HOUR);
    expect(typesAt(world, 'chat.example.com')).toEqual(['operation.succeeded']);
    expect(typesAt(world, OPERATORS)).toEqual([]);
  });

  test('is told to whoever joins, too', async () => {
    const { world } = playing();
    await submitted(world);
    await pass(world, 10 * MINUTE);
    await submitted(world, { notify: ['ci'] });
    await pass(world, 10 * MINUTE);
    expect(typesAt(world, 'ci.example.com')).toEqual(['operation.blocked']);
  });

  test('is told to operators once for each connection and kind, however many watches meet it', async () => {
    const { world, cloud } = playing();
    for (const OperationId of ['op-1', 'op-2', 'op-3']) await submitted(world, { operation: { OperationId } });
    await submitted(world, { provider: 'huawei-modelarts' });
    await pass(world, HOUR);
    cloud.fault = undefined;
    await pass(world, 20 * MINUTE);
    cloud.fault = 'denied';
    await pass(world, HOUR);
    const notices = world.receivers.received
      .filter(({ url }) => new URL(url).host === OPERATORS)
      .map(({ event }) => (event as unknown as NoticeEvent).data);
    expect(notices.map(({ status, connection, kind }) => [status, connection, kind]).toSorted()).toEqual([
      ['watch_blocked', 'aliyun', 'not_allowed'],
      ['watch_blocked', 'huawei', 'not_allowed'],
    ]);
    expect(typesAt(world, 'chat.example.com').filter((type) => type === 'operation.blocked')).toHaveLength(8);
  });
});

/** What clouds answered where looks went on in vain for a day. */
describe.each<[what: string, provider: 'aliyun-ehpc' | 'aliyun-emr', status: number, code: string, kind: string]>([
  ['a permission that E-HPC misses', 'aliyun-ehpc', 407, 'NotAuthorized', 'not_allowed'],
  ['a service that is not enabled', 'aliyun-emr', 400, 'NotEnabled', 'misconfigured'],
  ['an id that was mistyped', 'aliyun-emr', 400, 'InvalidParameter', 'misconfigured'],
  ['a region that is none', 'aliyun-emr', 404, 'InvalidRegionId.NotFound', 'misconfigured'],
])('%s: %s answers %i %s', (_, provider, status, code, kind) => {
  test('is told within minutes to the targets of the watch and to the operators, in the words of the cloud', async () => {
    const body = JSON.stringify({ Code: code, Message: 'as the cloud says it', RequestId: 'r-1' });
    const world = createWorld({
      config: configWith(operatorsCalled('operators')),
      bend: (runtime) => ({ ...runtime, sendToCloud: async () => ({ status, headers: {}, body, cut: false }) }),
    });
    world.start();
    await submitted(world, { provider });
    await pass(world, 10 * MINUTE);
    expect(typesAt(world, 'chat.example.com')).toEqual(['operation.blocked']);
    expect(typesAt(world, OPERATORS)).toEqual(['operator.watch_blocked']);
    for (const { event } of world.receivers.received) {
      const { data } = event as unknown as { data: { blocked?: object; kind?: string; reason?: object } };
      expect(data.blocked ?? { kind: data.kind, ...data.reason }).toMatchObject({
        kind,
        code,
        message: 'as the cloud says it',
      });
    }
  });
});

describe('what blocks no watch', () => {
  test.each<CloudFault>(['unavailable', 'throttled', 'hang', 'html', 'proxy-auth', 'empty'])('%s', async (fault) => {
    const { world } = playing(fault);
    await submitted(world);
    await pass(world, 3 * HOUR);
    expect(typesAt(world, 'chat.example.com')).toEqual([]);
  });

  test('credentials that are refused: they concern the connection', async () => {
    const { world, cloud } = playing();
    cloud.fault = undefined;
    world.clouds.keys.set('aliyun', 'another');
    await submitted(world);
    await pass(world, HOUR);
    expect(typesAt(world, 'chat.example.com')).toEqual([]);
    expect(typesAt(world, OPERATORS)).toEqual(['operator.credentials_refused']);
  });
});

/** A configuration that names the target besides those there are. */
const withJobs = (jobs: object): Parameters<typeof configWith>[0] => {
  const { targets, operators } = operatorsCalled('operators');
  return { operators: operators ?? [], targets: { ...targets, jobs: jobs as NonNullable<typeof targets>[string] } };
};

describe('the events of a target', () => {
  const url = 'https://jobs.example.com/opwatch';
  const runs = {
    type: 'jenkins-generic',
    url: 'https://jobs.example.com/generic-webhook-trigger/invoke',
    token: 'env:CHANNEL_TOKEN',
  };
  test.each<[string, object, readonly string[]]>([
    [
      'a webhook is told all',
      { type: 'webhook', url, secrets: 'env:SIGNING' },
      ['operation.blocked', 'operation.unblocked'],
    ],
    [
      'who does not want to hear that it is blocked does not hear that this is over',
      { type: 'webhook', url, secrets: 'env:SIGNING', events: ['operation.unblocked', 'operation.failed'] },
      [],
    ],
    [
      'who wants only that is told only that',
      { type: 'webhook', url, secrets: 'env:SIGNING', events: ['operation.blocked'] },
      ['operation.blocked'],
    ],
    ['a job is started by none of them', runs, []],
    ['a job that asks for it is started', { ...runs, events: ['operation.blocked'] }, ['operation.blocked']],
  ])('%s', async (_, target, types) => {
    const { world, cloud } = playing('denied', {
      ...withJobs(target),
    });
    const id = await submitted(world, { notify: ['jobs'] });
    await pass(world, 10 * MINUTE);
    cloud.fault = undefined;
    await pass(world, 10 * MINUTE);
    expect(
      deliveriesOf(world, id)
        .map(({ body }) => `operation.${body.event.event}`)
        .toSorted(),
    ).toEqual(types);
  });
});

test('a blocked watch keeps its deadline, and its note has the words of the cloud', async () => {
  const { world } = playing();
  const id = await submitted(world, { deadline: 'PT6H' });
  await pass(world, DAY);
  expect(typesAt(world, 'chat.example.com')).toEqual(['operation.blocked', 'operation.timed_out']);
  expect(watchOf(world, id).body.note).toContain('the cloud refused: NoPermission: You are not authorized');
});
