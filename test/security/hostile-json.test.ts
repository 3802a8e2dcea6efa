/** JSON from outside: names that mean something to JavaScript, and nesting without end. */
import { afterEach, describe, expect, test } from 'vitest';
import { BODY_BYTES_MAX, type HttpEvent, jsonBody } from '../../lib/access/http-event.ts';
import { Refusal } from '../../lib/access/problem.ts';
import { ConfigError, readConfig } from '../../lib/config/config.ts';
import { checkSubmission } from '../../lib/submit/submission.ts';
import { HOUR, OPERATIONS, T0 } from '../samples.ts';
import { deliveriesOf, pass, submitted, watchOf } from '../world/scenes.ts';
import { configWith } from '../world/settings.ts';
import { createWorld } from '../world/world.ts';

const LEVELS = 100_000;
const deepList = `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`;
const deepObject = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const POLLUTING = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}';

afterEach(() => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const eventOf = (body: string) => ({ body, headers: {}, routeKey: '' }) as unknown as HttpEvent;
const operation = JSON.stringify(OPERATIONS['aliyun-emr']);

const faultsOf = (body: string): string[] => {
  const checked = checkSubmission(jsonBody(eventOf(body)), { config: configWith(), tenant: 'default', now: T0 });
  return 'faults' in checked ? checked.faults.map(({ pointer, detail }) => `${pointer} ${detail}`) : [];
};

describe('a submission 100,000 levels deep', () => {
  test.each<[string, string, string[]]>([
    ['as a whole', deepList, [' must be an object']],
    ['in its operation', `{"provider":"aliyun-emr","operation":${deepList}}`, ['/operation must be an object']],
    [
      'in a field of it',
      `{"provider":"aliyun-emr","operation":{"RegionId":${deepList},"ClusterId":"c","OperationId":"o"}}`,
      ['/operation/RegionId RegionId must be a string'],
    ],
    [
      'in notify',
      `{"provider":"aliyun-emr","operation":${operation},"notify":${deepList}}`,
      ['/notify/0 must be a string'],
    ],
    [
      'in a label',
      `{"provider":"aliyun-emr","operation":${operation},"labels":{"a":${deepList}}}`,
      ['/labels/a must be a string, a number, true or false'],
    ],
    [
      'in a field nobody knows',
      `{"provider":"aliyun-emr","operation":${operation},"x":${deepObject(40_000)}}`,
      ['/x is not a known field'],
    ],
  ])('%s is refused at its place [F6]', (_, body, faults) => {
    expect(faultsOf(body)).toEqual(faults);
  });

  test('is refused unread where it is larger than a request may be [F6] [S9]', () => {
    const body = deepObject(60_000);
    expect(body.length).toBeGreaterThan(BODY_BYTES_MAX);
    const refusal = () => jsonBody(eventOf(body));
    expect(refusal).toThrow(Refusal);
    expect(refusal).toThrow('the body is larger than 256 KiB');
  });

  test('written down is refused by the function as well [F6]', async () => {
    const world = createWorld();
    const receipt = await world.timeline.finish(world.submit(JSON.parse(`[${deepList},${deepObject(9_000)}]`)));
    expect(receipt).toMatchObject({ status: 207, body: [{ status: 422 }, { status: 422 }] });
    expect(world.lines.every((line) => line.length < 5_000)).toBe(true);
  });
});

const reply = (body: string, status = 200) => ({ status, headers: {}, body, cut: false });

describe('an answer 100,000 levels deep', () => {
  test.each([
    ['a list', deepList],
    ['an object', deepObject(LEVELS)],
    ['in what is read', `{"Operation":${deepObject(LEVELS)}}`],
    ['in the word itself', `{"Operation":{"OperationState":${deepList},"OperationId":"o"}}`],
    ['in an error', `{"Code":${deepList},"Message":${deepList}}`],
  ])('of a cloud (%s) is an answer that makes no sense: looked at again later [F32]', async (_, body) => {
    let isHostile = true;
    const world = createWorld({
      bend: (runtime) => ({
        ...runtime,
        sendToCloud: (request) => (isHostile ? Promise.resolve(reply(body)) : runtime.sendToCloud(request)),
      }),
    });
    const id = await submitted(world, { endsAfter: 0 });
    world.start();
    await pass(world, 60_000);
    expect(watchOf(world, id).body).toMatchObject({ status: 'pending', trouble: { code: expect.any(String) } });
    isHostile = false;
    await pass(world, HOUR);
    expect(watchOf(world, id).body.status).toBe('succeeded');
  });

  test.each([200, 400, 500])('of a receiver with status %i is an answer as any other [F45]', async (status) => {
    const world = createWorld({
      bend: (runtime) => ({
        ...runtime,
        sendToTarget: () => Promise.resolve(reply(deepList.slice(0, 16_384), status)),
      }),
    });
    const id = await submitted(world, { notify: ['ci'], endsAfter: 0 });
    world.start();
    await pass(world, 60_000);
    expect(deliveriesOf(world, id)).toMatchObject([{ body: { state: status === 200 ? 'delivered' : 'waiting' } }]);
    expect(deliveriesOf(world, id)[0]?.body.attempts).toBe(status === 200 ? 1 : 2);
  });
});

describe('names that mean something to JavaScript', () => {
  test.each<[string, string, string[]]>([
    [
      'beside the fields',
      `{"provider":"aliyun-emr","operation":${operation},${POLLUTING.slice(1)}`,
      ['/__proto__ is not a known field', '/constructor is not a known field', '/prototype is not a known field'],
    ],
    [
      'in an operation',
      `{"provider":"aliyun-emr","operation":{${operation.slice(1, -1)},${POLLUTING.slice(1)}}`,
      ['__proto__', 'constructor', 'prototype'].map((name) => `/operation/${name} is not a known field`),
    ],
    [
      'in labels',
      `{"provider":"aliyun-emr","operation":${operation},"labels":${POLLUTING}}`,
      ['/labels must not be named __proto__, constructor, prototype'],
    ],
    [
      'for an operation',
      `{"provider":"aliyun-emr","operation":{"__proto__":${operation}}}`,
      [
        '/operation/RegionId is missing',
        '/operation/ClusterId is missing',
        '/operation/OperationId is missing',
        '/operation/__proto__ is not a known field',
      ],
    ],
  ])('%s are refused, each [S12]', (_, body, faults) => {
    expect(faultsOf(body)).toEqual(faults);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'as a target, connection or provider, %s is none [S12]',
    (name) => {
      const body = (more: object) =>
        JSON.stringify({ provider: 'aliyun-emr', operation: OPERATIONS['aliyun-emr'], ...more });
      expect(faultsOf(body({ notify: [name] }))).toEqual([
        `/notify/0 is neither a configured target nor an https URL: there is no ${/^[a-z]/.test(name) ? name : '…'}, but chat, ci, follower`,
      ]);
      expect(faultsOf(body({ connection: name }))).toEqual(['/connection must be one of aliyun']);
      expect(faultsOf(body({ provider: name }))[0]).toMatch(/^\/provider must be one of /);
    },
  );

  test.each(['{"Operation":{"__proto__":{"OperationState":"COMPLETED"}}}', POLLUTING])(
    'in the answer of a cloud say nothing: %s [S12]',
    async (body) => {
      const world = createWorld({
        bend: (runtime) => ({ ...runtime, sendToCloud: () => Promise.resolve(reply(body)) }),
      });
      const id = await submitted(world, { endsAfter: 0 });
      world.start();
      await pass(world, 60_000);
      expect(watchOf(world, id).body.status).toBe('pending');
    },
  );

  test.each(['connections', 'targets', 'tenants'])('are none to be given in the configuration: %s [S12]', (place) => {
    const named = JSON.parse(`{"${place}":${POLLUTING}}`);
    const faults = ['__proto__', 'constructor', 'constructor.prototype', 'prototype'];
    const read = () => readConfig({ connections: {}, ...named });
    expect(read).toThrow(ConfigError);
    for (const fault of faults) expect(read).toThrow(`${place}.${fault}: has a forbidden name; must have another name`);
  });

  test.each(['constructor', 'toString'])('are no target that the configuration can name: %s [S12]', (name) => {
    expect(() => configWith({ defaults: { notify: [name] } })).toThrow('defaults.notify.0: is a text; names no target');
  });
});
