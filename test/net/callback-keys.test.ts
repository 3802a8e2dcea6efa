/** What callbacks are signed with, and what their receivers can and cannot do with what they have. */
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { serve } from '../../functions/keys.ts';
import type { HttpEvent } from '../../lib/access/http-event.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';
import { callbackSecrets, derivedSecret } from '../../lib/net/callback-keys.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import { publicKeyOf, signedHeaders } from '../../lib/net/standard-webhooks.ts';
import { MINUTE } from '../samples.ts';
import { pass, submitted } from '../world/scenes.ts';
import { configWith } from '../world/settings.ts';
import { createWorld } from '../world/world.ts';

const MASTER = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const PRIVATE = `whsk_${Buffer.alloc(32, 2).toString('base64')}`;
const CI = 'https://ci.example.com';

describe('the key of an origin', () => {
  test('is the same every time, and another for each origin and each tenant [S18]', () => {
    // HMAC-SHA256 of "opwatch callback https://ci.example.com" under 32 bytes of 1.
    expect(derivedSecret(MASTER, CI)).toBe(derivedSecret(MASTER, CI));
    const keys = [
      derivedSecret(MASTER, CI),
      derivedSecret(MASTER, 'https://ci.example.com:8443'),
      derivedSecret(MASTER, 'https://ci.example.org'),
      derivedSecret(`whsec_${Buffer.alloc(32, 3).toString('base64')}`, CI),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(keys).not.toContain(MASTER);
  });

  test.each([
    ['derived', PRIVATE, 'needs a whsec_ secret'],
    ['v1a', MASTER, 'needs a whsk_ secret'],
    ['derived', 'nonsense', 'must start with whsec_'],
  ] as const)('is refused with callbackSigning %s for a secret that does not fit', (signing, secret, says) => {
    expect(() => callbackSecrets([secret], signing, CI)).toThrow(says);
    expect(() => callbackSecrets([secret], signing, CI)).not.toThrow(secret);
  });

  test('is the secret itself where the configuration says nothing', () => {
    expect(callbackSecrets([MASTER, PRIVATE], undefined, CI)).toEqual([MASTER, PRIVATE]);
  });
});

const worldWith = (secrets: readonly string[], tenant: Partial<NonNullable<ConfigInput['tenants']>[string]>) => {
  const signing = secrets.map((_, i) => `env:CALLBACK_${i}` as const);
  const requests: HttpRequest[] = [];
  const world = createWorld({
    config: configWith({ tenants: { default: { signing, ...tenant } } }),
    bend: (runtime) => ({
      ...runtime,
      sendToTarget: async (request) => {
        requests.push(request);
        return { status: 204, headers: {}, body: '', cut: false };
      },
    }),
  });
  for (const [i, secret] of secrets.entries()) world.environment[`CALLBACK_${i}`] = secret;
  return { ...world, requests };
};
type Made = ReturnType<typeof worldWith>;

/** Requests as receivers got them. */
const toldTo = async (world: Made, notify: readonly string[]) => {
  await submitted(world, { notify, endsAfter: 0 });
  world.start();
  await pass(world, 5 * MINUTE);
  return world.requests
    .filter(({ url }) => notify.includes(url))
    .map(({ body = '', ...request }) => ({ ...request, body }));
};

describe('callbacks', () => {
  test('signed by v1a verify with the public key, which anybody may read, and whoever has it can sign nothing [S7] [S18]', async () => {
    const world = worldWith([PRIVATE], { callbackSigning: 'v1a' });
    const [request] = await toldTo(world, ['https://builds.example.com/a']);
    const { headers = {}, body = '' } = request ?? {};
    const shown = await world.call('keys', (runtime) => serve({ headers: {} } as unknown as HttpEvent, runtime));
    expect(shown.headers).toMatchObject({ 'cache-control': 'public, max-age=300' });
    const { keys } = JSON.parse(shown.body) as { keys: string[] };
    expect(keys).toEqual([publicKeyOf(PRIVATE)]);
    const x = Buffer.from(keys[0]?.slice('whpk_'.length) ?? '', 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const [version, value = ''] = String(headers['webhook-signature']).split(',');
    expect(version).toBe('v1a');
    expect(verify(null, Buffer.from(content), key, Buffer.from(value, 'base64'))).toBe(true);
    expect(() => signedHeaders(keys, { id: 'msg_1', at: 0 }, '{}')).toThrow('is a public key');
  });

  test('signed by derived keys verify with the key of their origin, and with no other [S7] [S18]', async () => {
    const world = worldWith([MASTER], { callbackSigning: 'derived' });
    const urls = ['https://builds.example.com/a', 'https://ops.example.com/b'];
    const requests = await toldTo(world, urls);
    expect(requests.map(({ url }) => url).sort()).toEqual(urls);
    for (const { url, headers, body } of requests) {
      const at = Number(headers['webhook-timestamp']) * 1_000;
      const by = (secret: string) =>
        signedHeaders([secret], { id: headers['webhook-id'] ?? '', at }, body)['webhook-signature'];
      const { origin } = new URL(url);
      expect(headers['webhook-signature']).toBe(by(derivedSecret(MASTER, origin)));
      for (const other of [MASTER, derivedSecret(MASTER, 'https://chat.example.com')])
        expect(headers['webhook-signature']).not.toBe(by(other));
    }
  });

  test('of a tenant that says nothing keep their key [S18]', async () => {
    const world = worldWith([MASTER], {});
    const [request] = await toldTo(world, ['https://builds.example.com/a']);
    const { headers = {}, body = '' } = request ?? {};
    const at = Number(headers['webhook-timestamp']) * 1_000;
    expect(headers['webhook-signature']).toBe(
      signedHeaders([MASTER], { id: headers['webhook-id'] ?? '', at }, body)['webhook-signature'],
    );
  });
});

describe('GET /keys', () => {
  const ask = async (world: Made, tenant?: string) => {
    const event = {
      headers: {},
      ...(tenant !== undefined && { rawQueryString: `${new URLSearchParams({ tenant })}` }),
    };
    const { statusCode, body } = await world.call('keys', (runtime) => serve(event as unknown as HttpEvent, runtime));
    return { statusCode, ...(JSON.parse(body) as { keys: string[] }) };
  };

  test('shows both keys while they are rotated', async () => {
    const next = `whsk_${Buffer.alloc(32, 4).toString('base64')}`;
    const world = worldWith([next, PRIVATE], { callbackSigning: 'v1a' });
    expect(await ask(world)).toEqual({ statusCode: 200, keys: [next, PRIVATE].map(publicKeyOf) });
  });

  test.each(['nobody', '', '__proto__', 'constructor', 'other'])('has no key of %j', async (tenant) => {
    const world = worldWith([PRIVATE], { callbackSigning: 'v1a' });
    expect(await ask(world, tenant)).toEqual({ statusCode: 200, keys: [] });
  });

  test('shows nothing of a tenant whose secret is shared', async () => {
    expect(await ask(worldWith([MASTER], {}))).toEqual({ statusCode: 200, keys: [] });
    expect(await ask(worldWith([MASTER], { callbackSigning: 'derived' }))).toEqual({ statusCode: 200, keys: [] });
  });
});
