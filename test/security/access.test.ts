/** Who gets at what: through the handlers themselves, as callers that an authorizer has vouched for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Caller, callerOf, contextOf, SCOPES } from '../../lib/access/caller.ts';
import { bearerOf, newToken } from '../../lib/access/token.ts';
import { readConfig } from '../../lib/config/config.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { TENANTS } from '../../lib/limits/quotas.ts';
import { receive } from '../../lib/submit/receive.ts';
import { ask as askApi } from '../api/ask.ts';
import { DAY, MINUTE } from '../samples.ts';
import { deliveriesOf, pass, stage, submitted, watchOf } from '../world/scenes.ts';
import { configWith } from '../world/settings.ts';
import { createWorld, type World } from '../world/world.ts';

/** The caller as functions know it: token, authorizer's context (texts alone), request. */
const callerWith = (about: Partial<Parameters<typeof newToken>[0]>): Caller => {
  const context = contextOf(bearerOf(newToken({ tenant: 'default', ...about }, 0).item.body));
  expect(Object.values(context).every((value) => typeof value === 'string')).toBe(true);
  return callerOf({ requestContext: { authorizer: { lambda: context } } });
};

type Asked = {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
};

/** Asks the API; answers status and body, of a refusal its problem. */
const ask = async (world: World, caller: Caller, routeKey: string, { path, query, body }: Asked = {}) => {
  const { tenant, ...bounds } = contextOf(caller);
  const asked = { ...(path && { path }), ...(query && { query: `${new URLSearchParams(query)}` }), body };
  const { status, body: answered } = await askApi(world, routeKey, {
    ...asked,
    lambda: { scopes: '', ...bounds, tenant: tenant ?? '' },
  });
  return { status, body: answered as Record<string, unknown> };
};

const submitAs = (world: World, caller: Caller, body: unknown) =>
  world.call('trigger', (runtime) => receive(body, caller, runtime));

/** All that stands in the table, but for what tenants have used of their limits. */
const snapshot = (world: World) => JSON.stringify([...world.table.items()].filter(({ pk }) => pk !== TENANTS));

describe('a caller', () => {
  test.each<[string, Partial<Parameters<typeof newToken>[0]>, Caller]>([
    ['of a token without bounds', {}, { tenant: 'default', scopes: SCOPES }],
    ['of another tenant that may read', { tenant: 'b', scopes: ['read'] }, { tenant: 'b', scopes: ['read'] }],
    [
      'bounded in both ways',
      { connections: ['a', 'b'], targets: ['ops', 'https://ci.example.com'] },
      { tenant: 'default', scopes: SCOPES, connections: ['a', 'b'], targets: ['ops', 'https://ci.example.com'] },
    ],
    [
      'bounded to nothing',
      { connections: [], targets: [] },
      { tenant: 'default', scopes: SCOPES, connections: [], targets: [] },
    ],
  ])('%s arrives as it was made', (_, about, caller) => {
    expect(callerWith(about)).toEqual(caller);
  });

  test.each([
    ['nobody', undefined],
    ['an authorizer that says nothing', { lambda: {} }],
    ['a tenant without a name', { lambda: { tenant: '', scopes: 'read' } }],
    ['a tenant that is no text', { lambda: { tenant: ['a'], scopes: 'read' } }],
  ])('vouched for by %s is refused [S1]', (_, authorizer) => {
    expect(() => callerOf({ requestContext: { authorizer } })).toThrow(
      'no authorizer has confirmed the caller of this request',
    );
  });

  test('that says nothing of scopes has none [S1]', () => {
    expect(callerOf({ requestContext: { authorizer: { lambda: { tenant: 'a' } } } })).toEqual({
      tenant: 'a',
      scopes: [],
    });
  });

  test('whom IAM lets in acts for the default tenant', () => {
    const authorizer = { iam: { accessKey: 'ASIA', userArn: 'arn:aws:iam::123456789012:user/ci' } };
    expect(callerOf({ requestContext: { authorizer } })).toEqual({ tenant: 'default', scopes: SCOPES });
  });
});

describe("another tenant's watch", () => {
  const other = callerWith({ tenant: 'other' });
  const parkedWatch = async () => {
    const world = createWorld({ reply: () => 'broken' });
    const id = await submitted(world, { notify: ['ci'], endsAfter: 0, end: 'failed' });
    world.start();
    await pass(world, 5 * DAY);
    const [delivery] = deliveriesOf(world, id);
    return { world, id, delivery: delivery?.body.id ?? '' };
  };

  test('is not there: not to read, list, stop, extend or send again [S2]', async () => {
    const { world, id, delivery } = await parkedWatch();
    expect(watchOf(world, id).body.tenant).toBe('default');
    const before = snapshot(world);
    const missing = { status: 404, body: { detail: 'there is no such watch' } };
    const path = { id, delivery };
    expect(await ask(world, other, 'GET /watches/{id}', { path })).toMatchObject(missing);
    expect(await ask(world, other, 'DELETE /watches/{id}', { path })).toMatchObject(missing);
    expect(await ask(world, other, 'PATCH /watches/{id}', { path, body: { deadline: 'PT1H' } })).toMatchObject(missing);
    const resend = 'POST /watches/{id}/deliveries/{delivery}/resend';
    expect(await ask(world, other, resend, { path })).toMatchObject(missing);
    expect(await ask(world, other, 'GET /watches')).toMatchObject({ status: 200, body: { watches: [] } });
    const from = new Date(world.timeline.now() - 6 * DAY).toISOString();
    expect(await ask(world, other, 'POST /deliveries/resend', { body: { target: 'ci', from } })).toMatchObject({
      status: 202,
      body: { resent: 0 },
    });
    expect(snapshot(world)).toBe(before);

    const own = callerWith({});
    expect(await ask(world, own, 'GET /watches/{id}', { path })).toMatchObject({ status: 200, body: { id } });
    expect(await ask(world, own, resend, { path })).toMatchObject({ status: 202, body: { state: 'waiting' } });
  });

  test('cannot be had by a cursor of its own list [S2]', async () => {
    const world = createWorld();
    for (const region of ['cn-hangzhou', 'cn-beijing']) await submitted(world, { operation: { RegionId: region } });
    const { body } = await ask(world, callerWith({}), 'GET /watches', { query: { limit: '1' } });
    expect(body.watches).toHaveLength(1);
    expect(await ask(world, other, 'GET /watches', { query: { cursor: String(body.cursor) } })).toMatchObject({
      status: 400,
      body: { detail: 'the API did not issue this cursor' },
    });
  });

  test('is not joined by submitting the same operation, and no tenant can be named in a body [S2]', async () => {
    const world = createWorld();
    const submission = stage(world);
    const first = await submitAs(world, callerWith({}), submission);
    const second = await submitAs(world, other, submission);
    expect([first.status, second.status]).toEqual([202, 202]);
    const [a, b] = [first, second].map(({ body }) => (body as WatchView).id);
    expect(a).not.toBe(b);
    expect(await submitAs(world, other, { ...submission, tenant: 'default' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/tenant', detail: 'is not a known field' }] },
    });
  });
});

describe('a token for some connections', () => {
  const bounded = callerWith({ connections: ['huawei'] });

  test('submits with these alone, named or by default; nothing is written otherwise [S1]', async () => {
    const world = createWorld();
    const submission = stage(world);
    const before = snapshot(world);
    for (const [body, what] of [
      [submission, 'the default connection'],
      [{ ...submission, connection: 'aliyun' }, 'aliyun'],
    ] as const) {
      expect(await submitAs(world, bounded, body)).toMatchObject({
        status: 403,
        body: {
          detail: 'this token does not allow the submission; opwatch has written nothing of it',
          errors: [
            {
              pointer: '/connection',
              detail: `this token may not use ${what}, only huawei: name an allowed one, or use a token with more rights`,
            },
          ],
        },
      });
    }
    expect(snapshot(world)).toBe(before);
    expect((await submitAs(world, bounded, stage(world, { provider: 'huawei-dws' }))).status).toBe(202);
  });

  const two = configWith({
    connections: {
      'aliyun-a': { vendor: 'aliyun', credentials: 'env:A' },
      'aliyun-secret': { vendor: 'aliyun', credentials: 'env:B' },
      huawei: { vendor: 'huawei', credentials: 'env:C' },
    },
  });
  test.each([
    ['one that it may not use', ['aliyun-a'], 'aliyun-secret', 'this token may not use aliyun-secret, only aliyun-a'],
    ['one that is not there', ['aliyun-a'], 'aliyun-other', 'this token may not use aliyun-other, only aliyun-a'],
    ['none, where there is a choice', ['aliyun-a'], undefined, 'must be one of aliyun-a'],
    ['none, where it has no choice', ['huawei'], undefined, 'this token may use no connection of aliyun'],
  ])('is told of no other connection, whatever it names: %s [S19]', async (_, connections, connection, says) => {
    const world = createWorld({ config: two });
    const { status, body } = await submitAs(world, callerWith({ connections }), { ...stage(world), connection });
    expect(status).toBeGreaterThanOrEqual(400);
    const text = JSON.stringify(body);
    expect(text).toContain(says);
    for (const name of ['aliyun-a', 'aliyun-secret', 'huawei']) {
      if (!connections.includes(name) && name !== connection) expect(text).not.toContain(name);
    }
  });

  test('in an array each submission is answered on its own', async () => {
    const world = createWorld();
    const both = [stage(world), stage(world, { provider: 'huawei-dws' })];
    expect(await submitAs(world, bounded, both)).toMatchObject({
      status: 207,
      body: [{ status: 403, problem: { errors: [{ pointer: '/0/connection' }] } }, { status: 202 }],
    });
  });

  test('sees, stops and sends again what is watched with these, and no other watch is there [S1]', async () => {
    const world = createWorld({ reply: () => 'broken' });
    const ids = [
      await submitted(world, { notify: ['ci'], endsAfter: 0 }),
      await submitted(world, { notify: ['ci'], endsAfter: 0, provider: 'huawei-dws' }),
    ] as const;
    world.start();
    await pass(world, 5 * DAY);
    const statuses = async (id: string) => {
      const path = { id, delivery: deliveriesOf(world, id)[0]?.body.id ?? '' };
      return [
        (await ask(world, bounded, 'GET /watches/{id}', { path })).status,
        (await ask(world, bounded, 'DELETE /watches/{id}', { path })).status,
        (await ask(world, bounded, 'PATCH /watches/{id}', { path, body: { deadline: 'PT1H' } })).status,
        (await ask(world, bounded, 'POST /watches/{id}/deliveries/{delivery}/resend', { path })).status,
      ];
    };
    expect((await ask(world, bounded, 'GET /watches')).body).toMatchObject({ watches: [{ id: ids[1] }] });
    const from = new Date(world.timeline.now() - 6 * DAY).toISOString();
    const resent = await ask(world, bounded, 'POST /deliveries/resend', { body: { target: 'ci', from } });
    expect(resent).toMatchObject({ status: 202, body: { resent: 1 } });
    expect(await statuses(ids[0])).toEqual([404, 404, 404, 404]);
    expect(await statuses(ids[1])).toEqual([200, 200, 409, 202]);
  });
});

describe('a token for some targets', () => {
  const bounded = callerWith({ targets: ['ci', 'https://builds.example.com'] });
  const detailOf = (place: string) =>
    `this token may not send to ${place}, only to ci, https://builds.example.com: name an allowed one, or use a token with more rights`;

  test.each([[['ci', 'https://builds.example.com/a', 'https://BUILDS.example.com:443/b']], [[]]])(
    'may name %j',
    async (notify) => {
      const world = createWorld();
      expect((await submitAs(world, bounded, stage(world, { notify }))).status).toBe(202);
    },
  );

  test.each([
    [['ci', 'chat'], ['chat']],
    [['https://builds.example.org/a', 'https://builds.example.org/b'], ['https://builds.example.org']],
    [
      ['https://builds.example.com.evil.net/', 'chat'],
      ['https://builds.example.com.evil.net', 'chat'],
    ],
  ])('may not name %j: nothing is written [S1]', async (notify, refused) => {
    const world = createWorld();
    const submission = stage(world, { notify });
    const before = snapshot(world);
    expect(await submitAs(world, bounded, submission)).toMatchObject({
      status: 403,
      body: { errors: refused.map((place) => ({ pointer: '/notify', detail: detailOf(place) })) },
    });
    expect(snapshot(world)).toBe(before);
  });

  test('of the same host holds for its port only', async () => {
    const config = configWith({ callbacks: { allowPorts: [8443] } });
    const world = createWorld({ config });
    const notify = ['https://builds.example.com:8443/a'];
    expect((await submitAs(world, bounded, stage(world, { notify }))).status).toBe(403);
  });

  test('is held to them by default as well', async () => {
    const world = createWorld();
    const { notify: _, ...submission } = stage(world);
    expect(await submitAs(world, bounded, submission)).toMatchObject({
      status: 403,
      body: { errors: [{ pointer: '/notify', detail: detailOf('the default targets') }] },
    });
  });

  test('does not join a watch with another [S1]', async () => {
    const world = createWorld();
    const submission = stage(world);
    await submitAs(world, callerWith({}), submission);
    expect((await submitAs(world, bounded, { ...submission, notify: ['chat'] })).status).toBe(403);
    const joined = await submitAs(world, bounded, { ...submission, notify: ['ci'] });
    expect(joined).toMatchObject({ status: 200, body: { notify: ['chat', 'ci'] } });
  });

  test('operates these alone [S14]', async () => {
    const world = createWorld({ reply: () => 'broken' });
    const id = await submitted(world, { notify: ['ci', 'chat', 'https://builds.example.com/a'], endsAfter: 0 });
    world.start();
    await pass(world, 5 * DAY + MINUTE);
    const from = new Date(world.timeline.now() - 6 * DAY).toISOString();
    const statuses: Record<string, number[]> = {};
    for (const { body } of deliveriesOf(world, id)) {
      const { id: delivery, target } = body;
      const resend = 'POST /watches/{id}/deliveries/{delivery}/resend';
      const one = await ask(world, bounded, resend, { path: { id, delivery } });
      const many = await ask(world, bounded, 'POST /deliveries/resend', { body: { target, from } });
      const enable = await ask(world, bounded, 'POST /targets/{name}/enable', { path: { name: target } });
      statuses[target] = [one.status, many.status, enable.status];
    }
    expect(statuses).toEqual({
      ci: [202, 202, 200],
      chat: [403, 403, 403],
      'https://builds.example.com/a': [202, 202, 404],
    });
  });

  test.each(['', ':', 'a:b', 'https://', '__proto__', 'constructor'])('does not operate %j', async (target) => {
    const world = createWorld();
    const from = new Date(world.timeline.now()).toISOString();
    expect((await ask(world, bounded, 'POST /deliveries/resend', { body: { target, from } })).status).toBe(403);
    expect((await ask(world, bounded, 'POST /targets/{name}/enable', { path: { name: target } })).status).toBe(403);
  });
});

describe('a tenant', () => {
  const CHAT = { type: 'webhook', url: 'env:CHAT_URL', secrets: 'env:SIGNING' } as const;
  const huawei = {
    vendor: 'huawei',
    credentials: { accessKeyId: 'env:HUAWEI_KEY', secretAccessKey: 'env:HUAWEI_SECRET' },
  } as const;
  /** `team` may use and have told what its settings name. */
  const worldOf = (team: NonNullable<ConfigInput['tenants']>[string] | undefined) => {
    const config = readConfig({
      connections: { first: huawei, second: huawei },
      targets: { chat: CHAT, secret: CHAT },
      tenants: { default: { signing: 'env:SIGNING_DEFAULT' }, ...(team && { team }) },
      defaults: { connections: { huawei: 'first' }, notify: ['chat'] },
    });
    return createWorld({ config });
  };
  const dws = (world: World, more: object = {}) => ({ ...stage(world, { provider: 'huawei-dws' }), ...more });
  const caller = callerWith({ tenant: 'team' });
  const OPEN = { connections: ['second'], targets: ['chat', 'https://ci.example.com'], signing: 'env:SIGNING_OTHER' };

  test.each<[string, NonNullable<ConfigInput['tenants']>[string] | undefined, object, number]>([
    ['that nobody has named may use nothing', undefined, {}, 403],
    ['that has no lists may use nothing', { signing: 'env:SIGNING_OTHER' }, { notify: [] }, 403],
    ['may use a connection of its list', OPEN, { connection: 'second', notify: ['chat'] }, 202],
    ['may use no other', OPEN, { connection: 'first', notify: ['chat'] }, 403],
    ['may not use the default connection where its list has another', OPEN, { notify: ['chat'] }, 403],
    ['may have told no target beside its list', OPEN, { connection: 'second', notify: ['secret'] }, 403],
    ['may call back an origin of its list', OPEN, { connection: 'second', notify: ['https://ci.example.com/x'] }, 202],
    ['may call back no other', OPEN, { connection: 'second', notify: ['https://ci.example.org/x'] }, 403],
    [
      'may call back any origin where its list says so',
      { ...OPEN, targets: ['https://*'] },
      { connection: 'second', notify: ['https://ci.example.org/x'] },
      202,
    ],
    [
      'that may call back any origin may have no target told',
      { ...OPEN, targets: ['https://*'] },
      { connection: 'second', notify: ['chat'] },
      403,
    ],
  ])('%s [S1] [S2]', async (_, team, more, status) => {
    const world = worldOf(team);
    const before = snapshot(world);
    expect((await submitAs(world, caller, dws(world, more))).status).toBe(status);
    if (status === 403) expect(snapshot(world)).toBe(before);
  });

  test('`default` may use and have told all, where it has no lists', async () => {
    const world = worldOf(undefined);
    for (const [connection, target] of [
      ['first', 'chat'],
      ['second', 'secret'],
    ])
      expect((await submitAs(world, callerWith({}), dws(world, { connection, notify: [target] }))).status).toBe(202);
  });

  test.each<[string, Partial<Parameters<typeof newToken>[0]>, object, number]>([
    ['narrows it', { connections: ['second'], targets: ['chat'] }, { connection: 'second', notify: ['chat'] }, 202],
    [
      'that names more does not widen it',
      { connections: ['first', 'second'] },
      { connection: 'first', notify: [] },
      403,
    ],
    ['of other targets has none', { targets: ['secret'] }, { connection: 'second', notify: ['secret'] }, 403],
    [
      'for one origin holds within any',
      { targets: ['https://ci.example.com'] },
      { connection: 'second', notify: ['https://ci.example.com/x'] },
      202,
    ],
  ])('a token of a bounded tenant %s [S1]', async (_, about, more, status) => {
    const world = worldOf({ ...OPEN, targets: ['chat', 'https://*'] });
    expect((await submitAs(world, callerWith({ tenant: 'team', ...about }), dws(world, more))).status).toBe(status);
  });

  test('sees no watch of a connection that was taken from it, and operates no target [S2] [S14]', async () => {
    const world = worldOf({ connections: ['second'], targets: ['chat'] });
    const { body } = await submitAs(world, caller, dws(world, { connection: 'second' }));
    const path = { id: (body as WatchView).id };
    expect((await ask(world, caller, 'GET /watches/{id}', { path })).status).toBe(200);
    expect((await ask(world, caller, 'POST /targets/{name}/enable', { path: { name: 'secret' } })).status).toBe(403);
    const other = worldOf(undefined);
    for (const item of world.table.items()) other.table.insert({ ...item, version: 1 });
    expect((await ask(other, caller, 'GET /watches/{id}', { path })).status).toBe(404);
    expect((await ask(other, caller, 'GET /watches')).body).toEqual({ watches: [] });
  });

  /** Texts of an answer beside what the caller has written itself. */
  const wordsIn = (answer: unknown, own: unknown): string => {
    const said = JSON.stringify(answer);
    const mine = JSON.stringify(own);
    return ['first', 'second', 'chat', 'secret'].filter((name) => said.includes(name) && !mine.includes(name)).join();
  };
  const NAMES = ['first', 'second', 'third', 'chat', 'secret', 'nobody', 'https://ci.example.com/x', 'https://a/', ''];
  const bounds = fc.record({
    connections: fc.subarray(['first', 'second']),
    targets: fc.subarray(['chat', 'secret', 'https://ci.example.com', 'https://*']),
  });

  test('is told of nothing that it may not see, whatever is wrong with its submission [S19]', async () => {
    await fc.assert(
      fc.asyncProperty(
        bounds,
        fc.record(
          {
            provider: fc.constantFrom('huawei-dws', 'aliyun-emr', 'none'),
            connection: fc.constantFrom(...NAMES),
            operation: fc.constantFrom({}, { region: 'x' }, stage(createWorld(), { provider: 'huawei-dws' }).operation),
            notify: fc.subarray(NAMES),
            deadline: fc.constantFrom('PT1H', 'soon'),
          },
          { requiredKeys: ['provider', 'operation'] },
        ),
        async (allowed, submission) => {
          const receipt = await submitAs(worldOf({ ...OPEN, ...allowed }), caller, submission);
          if (receipt.status < 400) return;
          const seen = wordsIn(receipt.body, submission).split(',').filter(Boolean);
          expect(seen.filter((name) => ![...allowed.connections, ...allowed.targets].includes(name))).toEqual([]);
        },
      ),
    );
  });

  test('is not told whether there is a connection or a target that it may not use [S19]', async () => {
    const answers = async (more: object) => {
      const { status, body } = await submitAs(worldOf(OPEN), caller, dws(worldOf(OPEN), more));
      return JSON.stringify({ status, body }).replaceAll(/first|third|secret|nobody/g, 'x');
    };
    expect(await answers({ connection: 'first' })).toBe(await answers({ connection: 'third' }));
    expect(await answers({ connection: 'second', notify: ['secret'] })).toBe(
      await answers({ connection: 'second', notify: ['nobody'] }),
    );
  });
});

test.each(SCOPES)('a token with the scope %s alone has no other [S1]', async (scope) => {
  const world = createWorld();
  const id = await submitted(world);
  const caller = callerWith({ scopes: [scope] });
  const path = { id, delivery: 'msg_none', name: 'ci' };
  const needs: readonly (readonly [string, string])[] = [
    ['GET /watches', 'read'],
    ['GET /watches/{id}', 'read'],
    ['DELETE /watches/{id}', 'submit'],
    ['PATCH /watches/{id}', 'submit'],
    ['POST /watches/{id}/deliveries/{delivery}/resend', 'operate'],
    ['POST /deliveries/resend', 'operate'],
    ['POST /targets/{name}/enable', 'operate'],
  ];
  for (const [route, needed] of needs) {
    const { status, body } = await ask(world, caller, route, { path, body: {} });
    const detail = `this token may not ${needed}: it needs the scope "${needed}"`;
    if (needed === scope) expect(body.detail).not.toBe(detail);
    else expect({ status, detail: body.detail }).toEqual({ status: 403, detail });
  }
});
