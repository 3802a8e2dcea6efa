/** Links that open without a token: what opens, what does not, and what the page shows. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { serve } from '../../functions/link.ts';
import { readLink, signLink } from '../../lib/access/link.ts';
import { Problem } from '../../lib/api/answers.ts';
import { gonePage, watchEvent, watchPage } from '../../lib/api/link-page.ts';
import { prefers } from '../../lib/api/preference.ts';
import { linksOf } from '../../lib/deliver/links.ts';
import { faultsBy } from '../helpers/openapi.ts';
import { DAY, MINUTE, watchWith } from '../samples.ts';
import { pass, submitted, watchOf } from '../world/scenes.ts';
import { configWith, configWithoutLinks } from '../world/settings.ts';
import { createWorld, ENV, type World } from '../world/world.ts';

const KEY = `${'a'.repeat(31)}1`;
const OLDER = `${'b'.repeat(31)}2`;
const HEADERS = { accept: 'text/html' };
const ID = `w_${'a2'.repeat(13)}`;

const linked = (...keys: string[]) => {
  const world = createWorld({ config: configWith({ links: { keys: keys.map((_, i) => `env:LINK_KEY_${i}`) } }) });
  for (const [i, key] of keys.entries()) world.environment[`LINK_KEY_${i}`] = key;
  return world;
};

const open = (world: World, link: string, headers: Record<string, string> = HEADERS) =>
  world.call('link', (runtime) =>
    serve(
      {
        routeKey: 'GET /w/{link}',
        requestContext: { http: { method: 'GET', path: `/w/${link}` } },
        headers,
        pathParameters: { link },
      },
      runtime,
    ),
  );

/** A world in which a webhook told of a watch that has ended, and the link in it. */
const told = async (world: World = linked(KEY)) => {
  const id = await submitted(world, { notify: ['ci'], endsAfter: 0, end: 'failed' });
  world.start();
  await pass(world, MINUTE);
  const watch = world.receivers.received.at(-1)?.event.data.watch as { readonly url: string; readonly link?: string };
  return { world, id, watch, link: watch.link?.split('/').at(-1) ?? '' };
};

describe('a message', () => {
  test('holds the address of the API and a link of one path segment that opens without a token', async () => {
    const { world, id, watch, link } = await told();
    expect(watch.url).toBe(`${ENV.publicUrl}/watches/${id}`);
    expect(watch.link).toBe(`${ENV.publicUrl}/w/${link}`);
    expect(link).toMatch(/^[\w-]{87}$/);
    const { statusCode, body } = await open(world, link);
    expect(statusCode).toBe(200);
    expect(body).toContain(id);
    expect(body).toContain('FAILED');
  });

  test('holds no link where there are no keys, or where a key cannot be read or is short: the latter is logged', async () => {
    const keyless = createWorld({ config: configWithoutLinks() });
    expect((await told(keyless)).watch).not.toHaveProperty('link');
    for (const key of ['', 'short']) {
      const { watch, world } = await told(linked(key));
      expect(watch).not.toHaveProperty('link');
      expect(world.lines.join('\n')).toContain('link keys cannot be read');
    }
  });

  test('holds no link for a target that says `link: none`', async () => {
    const target = { type: 'webhook', url: 'https://ci.example.com/opwatch', secrets: 'env:SIGNING' } as const;
    const links = { keys: ['env:LINK_KEY_0'] };
    const config = (link?: 'none') =>
      configWith({ links, targets: { ci: { ...target, ...(link && { link }) } }, defaults: {}, tenants: {} });
    for (const [link, has] of [
      ['none', false],
      [undefined, true],
    ] as const) {
      const world = createWorld({ config: config(link) });
      world.environment.LINK_KEY_0 = KEY;
      expect('link' in (await told(world)).watch).toBe(has);
    }
  });
});

test('a link opens however its sender has encoded it', async () => {
  const { world, id, link } = await told();
  for (const [character, code] of [
    ['_', '%5F'],
    ['_', '%5f'],
    ['-', '%2D'],
    ['-', '%2d'],
  ] as const)
    expect((await open(world, link.replaceAll(character, code))).body).toContain(id);
});

describe('what does not open', () => {
  const changed = (text: string, at: number) =>
    `${text.slice(0, at)}${text.charAt(at) === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

  test.each([
    [{ accept: 'text/html' }],
    [{ accept: 'application/json' }],
    [{ accept: '*/*', 'accept-language': 'zh-CN,zh;q=0.9' }],
  ])(
    'is answered alike in status, headers and body, whatever is wrong with it: %o',
    async (headers: Record<string, string>) => {
      const { world, id, link } = await told();
      const { submittedAt } = watchOf(world, id).body;
      const wrong = [
        ['forged', signLink({ id, submittedAt }, OLDER)],
        ['with another signature', changed(link, 60)],
        ['with another watch’s id', changed(link, 10)],
        ['of another creation time', signLink({ id, submittedAt: submittedAt - 1 }, KEY)],
        ['truncated', link.slice(0, -1)],
        ['too long', `${link}A`],
        ['of a watch that is not there', signLink({ id: ID, submittedAt }, KEY)],
        ['of another version', changed(link, 1)],
        ['with another last character', `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`],
        ['empty', ''],
        ['no base64url', `${link.slice(0, -3)}%00`],
      ] as const;
      const answers = await Promise.all(
        wrong.map(async ([what, one]) => [what, await open(world, one, headers)] as const),
      );
      const [, first] = answers[0] ?? [];
      expect(first?.statusCode).toBe(404);
      for (const [what, answer] of answers) expect([what, answer]).toEqual([what, first]);
      // The same for a watch that is past its expiry, whether DynamoDB has removed it yet or not.
      await pass(world, 31 * DAY);
      expect(await open(world, link, headers)).toEqual(first);
    },
  );

  test('costs no read of the table', async () => {
    const { world, link } = await told();
    let reads = 0;
    const tools = (keys: readonly string[]) => ({
      config: configWith({ links: { keys: [...keys] } }),
      secrets: {
        read: async () => [KEY],
        known: () => [],
        credentials: () => Promise.reject(new Error('not asked for')),
      },
    });
    for (const one of [changed(link, 60), 'x', link]) {
      await world.call('link', (runtime) =>
        serve(
          {
            routeKey: '',
            requestContext: { http: { method: 'GET', path: '' } },
            headers: {},
            pathParameters: { link: one },
          },
          {
            ...runtime,
            ...tools(['env:LINK_KEY_0']),
            table: {
              ...runtime.table,
              get: async (keys) => {
                reads += 1;
                return runtime.table.get(keys);
              },
            },
          },
        ),
      );
    }
    expect(reads).toBe(1);
  });
});

test('a key is replaced: the first signs, all of them open, and one that is gone opens nothing', async () => {
  const watch = { id: ID, submittedAt: 1_767_600_000_000 };
  const old = signLink(watch, OLDER);
  expect(readLink(old, [KEY, OLDER])).toEqual(watch);
  expect(readLink(signLink(watch, KEY), [KEY, OLDER])).toEqual(watch);
  expect(readLink(old, [KEY])).toBeUndefined();
  expect(readLink(old, [])).toBeUndefined();
  const { link, world } = await told(linked(KEY, OLDER));
  expect(link).toBe(signLink(watchOf(world, readLink(link, [KEY])?.id ?? '').body, KEY));
});

test('any watch’s link opens that watch, and no change of one character opens anything', () => {
  const id = fc.stringMatching(/^[a-z2-7]{26}$/).map((text) => `w_${text}`);
  const time = fc.integer({ min: 0, max: 2 ** 45 });
  const change = fc.tuple(fc.nat(86), fc.stringMatching(/^[\w-]$/));
  fc.assert(
    fc.property(id, time, change, (one, submittedAt, [at, character]) => {
      const link = signLink({ id: one, submittedAt }, KEY);
      expect(readLink(link, [OLDER, KEY])).toEqual({ id: one, submittedAt });
      const other = `${link.slice(0, at)}${character}${link.slice(at + 1)}`;
      expect(readLink(other, [KEY])).toEqual(other === link ? { id: one, submittedAt } : undefined);
    }),
  );
});

test('whatever keys are listed, in whatever order: a link opens while the key that signed it is among them', () => {
  const keys = fc.uniqueArray(fc.string({ minLength: 32, maxLength: 64 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(keys, fc.nat(), fc.nat(), (all, at, from) => {
      const signer = all[at % all.length] ?? '';
      const watch = { id: ID, submittedAt: at };
      const listed = all.slice(from % all.length);
      const opened = readLink(signLink(watch, signer), listed);
      expect(opened).toEqual(listed.includes(signer) ? watch : undefined);
      expect(readLink(signLink(watch, signer), listed.toReversed())).toEqual(opened);
    }),
  );
});

describe('the page', () => {
  const page = (over: Parameters<typeof watchWith>[0], language: 'en' | 'zh' = 'en') => {
    const watch = watchWith(over);
    const event = watchEvent(watch, linksOf(watch, { env: ENV }), watch.submittedAt + MINUTE);
    return watchPage(watch, event, language);
  };

  test('has no script, no cookie, no effect, and tells nobody where its reader came from', async () => {
    const { world, id, link } = await told();
    const before = JSON.stringify(world.table.partition(id));
    const { headers, body } = await open(world, link);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow, noarchive',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-[\w+/]+='; /),
    });
    expect(headers).not.toHaveProperty('set-cookie');
    expect(body).not.toMatch(/<script|<form|<img|<link|\son\w+=/i);
    expect(JSON.stringify(world.table.partition(id))).toBe(before);
    expect(world.lines.filter((line) => line.includes(link))).toEqual([]);
  });

  test('shows a cloud’s hostile text as text', () => {
    const hostile = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&`;
    const shown = page({
      status: 'failed',
      endedAt: 1,
      word: hostile,
      labels: { [hostile]: hostile },
      operation: { [hostile]: hostile },
      facts: { reasonMessage: hostile, operationType: hostile, requestId: hostile },
      history: [{ at: 1, status: 'failed', word: hostile }],
    });
    expect(shown).not.toMatch(/<(script|img)/);
    expect(shown).toContain('&lt;script&gt;');
  });

  test('is in Chinese for those who read it, and JSON for a client that asks for JSON', async () => {
    const { world, id, link } = await told();
    const chinese = await open(world, link, { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' });
    expect(chinese.headers['content-language']).toBe('zh');
    expect(chinese.body).toContain('截止时间');
    const json = await open(world, link, { accept: 'application/json' });
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(json.body)).toMatchObject({ version: 1, status: 'failed', watch: { id } });
    expect(json.body).not.toContain('notify');
    expect(faultsBy({ $ref: '#/components/schemas/EventData' }, JSON.parse(json.body))).toEqual([]);
    const gone = await open(world, 'x', { accept: 'application/json' });
    expect(gone.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(v.safeParse(Problem, JSON.parse(gone.body)).issues).toBeUndefined();
    expect(gonePage('zh')).toContain('此链接无法打开');
  });

  test.each(['pending', 'running', 'attention', 'succeeded', 'failed', 'stopped'] as const)(
    'tells of a watch that is %s',
    (status) => {
      expect(page({ status })).toContain('<h1>');
    },
  );
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['zh', 'zh'],
  ['zh-TW', 'zh'],
  ['fr, zh;q=0.4, en;q=0.5', 'en'],
  ['en;q=0.4, zh;q=0.5', 'zh'],
  ['de', 'en'],
  ['*', 'en'],
  ['en;q=0, *;q=0.5', 'zh'],
  ['zh;q=nonsense', 'en'],
])('Accept-Language %j is answered in %s', (header, language) => {
  expect(prefers(header, ['en', 'zh'])).toBe(language);
});

test('an Accept-Language of ten thousand languages is answered in en', () => {
  expect(prefers(`${'a,'.repeat(10_000)}zh`, ['en', 'zh'])).toBe('en');
});
