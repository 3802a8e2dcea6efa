/** Notices before tokens and temporary credentials expire: in good time, and once. */
import { describe, expect, test } from 'vitest';
import { endOf, newToken } from '../../lib/access/token.ts';
import type { NoticeEvent } from '../../lib/core/notice.ts';
import { tellOfTokens, warningOf } from '../../lib/deliver/expiry.ts';
import { DAY, HOUR, MINUTE } from '../samples.ts';
import { pass, submitted } from '../world/scenes.ts';
import { configWith, operatorsCalled, SECRETS } from '../world/settings.ts';
import { createWorld, type World } from '../world/world.ts';

describe('a token', () => {
  const HOURS = (count: number) => count * HOUR;
  test.each<[string, number | undefined, readonly (readonly [number, number | undefined])[]]>([
    ['without an end: never', undefined, [[HOURS(9_999), undefined]]],
    [
      'of 90 days: a week and a day before',
      90 * DAY,
      [
        [82 * DAY, undefined],
        [83 * DAY, 7 * DAY],
        [88 * DAY, 7 * DAY],
        [89 * DAY, DAY],
        [90 * DAY - 1, DAY],
        [90 * DAY, undefined],
      ],
    ],
    [
      'of ten days: a day before',
      10 * DAY,
      [
        [4 * DAY, undefined],
        [9 * DAY, DAY],
      ],
    ],
    [
      'of a day: with a quarter left',
      DAY,
      [
        [HOURS(17), undefined],
        [HOURS(18), HOURS(6)],
        [HOURS(24), undefined],
      ],
    ],
  ])('%s', (_, lives, looks) => {
    const token = { createdAt: 1_000, ...(lives !== undefined && { expiresAt: 1_000 + lives }) };
    for (const [age, ahead] of looks) expect(warningOf(token, 1_000 + age), `at ${age / HOUR} h`).toBe(ahead);
  });
});

const begun = (more: Parameters<typeof configWith>[0] = {}) => {
  const world = createWorld({ config: configWith({ ...operatorsCalled('operators'), ...more }) });
  world.start();
  return world;
};
const noticesIn = (world: World) =>
  world.receivers.received
    .filter(({ event }) => /operator\.(token_expires|credentials_expire)/.test(event.type))
    .map(({ url, event }) => ({ host: new URL(url).host, ...(event as unknown as NoticeEvent).data }));

/** What the sweep of every minute does of it, for so long. */
const sweepFor = async (world: World, ms: number) => {
  for (let passed = 0; passed < ms; passed += HOUR) {
    await world.call('sweep', (runtime) =>
      tellOfTokens({ ...runtime, now: () => Math.ceil(runtime.now() / HOUR) * HOUR + 30 * MINUTE }),
    );
    await pass(world, HOUR);
  }
};

describe('whoever has a token', () => {
  const withToken = (world: World, tenant: string, lives?: number, more: object = {}) => {
    const now = world.timeline.now();
    const { item, text } = newToken({ tenant, ...(lives !== undefined && { expiresAt: now + lives }) }, now);
    const body = { ...item.body, ...more };
    const end = endOf(body);
    world.table.insert({ ...item, body });
    if (end) world.table.insert(end);
    return { id: item.body.id, text };
  };

  test('is told a week and a day before it expires, each once: by its tenant’s own targets, else the operators are', async () => {
    const world = begun();
    const mine = withToken(world, 'default', 15 * DAY);
    const others = withToken(world, 'other', 3 * DAY);
    withToken(world, 'default');
    withToken(world, 'default', 15 * DAY, { revokedAt: world.timeline.now() });
    await sweepFor(world, 16 * DAY);
    const told = noticesIn(world).map(({ host, token, tenant }) => [host, token, tenant]);
    expect(told).toEqual([
      ['ci.example.com', others.id, 'other'],
      ['operators.example.com', mine.id, 'default'],
      ['operators.example.com', mine.id, 'default'],
    ]);
    expect(JSON.stringify(noticesIn(world))).not.toContain(mine.text.split('_').slice(2).join('_'));
  });

  test('is told by the sweep, once an hour at most', async () => {
    const world = begun();
    let queries = 0;
    for (let minute = 0; minute < 120; minute += 1) {
      await world.call('sweep', (runtime) =>
        tellOfTokens({
          ...runtime,
          now: () => minute * MINUTE,
          table: {
            ...runtime.table,
            beginning: async () => {
              queries += 1;
              return [];
            },
          },
        }),
      );
    }
    expect(queries).toBe(2);
  });
});

describe('whoever runs opwatch', () => {
  const temporary = (at: number, name = 'expiresAt') =>
    JSON.stringify({
      accessKeyId: 'LTAI5tExample1',
      ...SECRETS.aliyun,
      [name]: new Date(at).toISOString(),
    });
  const connections = { aliyun: { vendor: 'aliyun' as const, credentials: 'env:TEMPORARY' } };

  test.each(['expiresAt', 'Expiration', 'expires_at'])(
    'is told once before temporary credentials expire (%s), and not of those that are replaced in time',
    async (name) => {
      const world = begun({ connections });
      const start = world.timeline.now();
      world.environment.TEMPORARY = temporary(start + 8 * HOUR, name);
      await submitted(world, { deadline: 'P2D' });
      await pass(world, 6 * HOUR);
      expect(noticesIn(world)).toEqual([]);
      world.environment.TEMPORARY = temporary(start + 16 * HOUR, name);
      await pass(world, 3 * HOUR);
      expect(noticesIn(world)).toEqual([]);
      await pass(world, 7 * HOUR);
      const expiresAt = new Date(start + 16 * HOUR).toISOString();
      expect(noticesIn(world)).toEqual([
        expect.objectContaining({ host: 'operators.example.com', connection: 'aliyun', expiresAt }),
      ]);
    },
  );

  test('may name the time by a reference of its own', async () => {
    const credentials = {
      accessKeyId: 'env:ALIYUN_KEY',
      secretAccessKey: 'env:ALIYUN_SECRET',
      securityToken: 'env:ALIYUN_TOKEN',
      expiresAt: 'env:ENDS',
    };
    const world = begun({ connections: { aliyun: { vendor: 'aliyun', credentials } } });
    world.environment.ENDS = new Date(world.timeline.now() + 8 * HOUR).toISOString();
    await submitted(world, { deadline: 'P2D' });
    await pass(world, 8 * HOUR);
    expect(noticesIn(world)).toHaveLength(1);
  });

  test('is told nothing of a time that is none, and looks go on', async () => {
    const world = begun({ connections });
    world.environment.TEMPORARY = temporary(0).replace(/"1970[^"]*"/, '"tomorrow"');
    const id = await submitted(world, { endsAfter: HOUR });
    await pass(world, 2 * HOUR);
    expect(noticesIn(world)).toEqual([]);
    expect(world.receivers.received.filter(({ event }) => event.type === 'operation.succeeded')).toHaveLength(1);
    expect(id).toMatch(/^w_/);
  });
});
