/** `npm run callback-key`: the keys that it prints are those that callbacks are signed with. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callbackSecrets } from '../../lib/net/callback-keys.ts';
import { publicKeyOf } from '../../lib/net/standard-webhooks.ts';
import { copyCheckout } from '../e2e/kit/checkout.ts';

const SHARED = `whsec_${Buffer.alloc(32, 4).toString('base64')}`;
const PRIVATE = `whsk_${Buffer.alloc(32, 5).toString('base64')}`;
const NEXT = `whsk_${Buffer.alloc(32, 6).toString('base64')}`;
const CI = 'https://ci.example.com';

const CONFIG = `export default {
  connections: { huawei: { vendor: 'huawei', credentials: 'env:KEYS' } },
  tenants: {
    default: { signing: ['env:NEXT', 'env:PRIVATE'], callbackSigning: 'v1a' },
    data: { signing: 'env:SHARED', callbackSigning: 'derived' },
    old: { signing: 'env:SHARED' },
  },
};
`;

const checkout = copyCheckout();
beforeAll(() => checkout.edit('opwatch.config.ts', CONFIG));
afterAll(checkout.remove);

const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(checkout.dir, 'lib/commands/callback-key.ts'), ...args], {
    env: { SHARED, PRIVATE, NEXT, AWS_REGION: 'eu-west-1' },
  }).then(
    ({ stdout }) => ({ code: 0, said: stdout.trim() }),
    ({ code, stdout, stderr }) => ({ code, said: `${stdout}${stderr}`.trim() }) as { code: number; said: string },
  );

test('derived prints the key that callbacks to an origin are signed with [S18]', async () => {
  const key = callbackSecrets([SHARED], 'derived', CI).join();
  expect(await run('derived', '--tenant', 'data', '--origin', CI)).toEqual({ code: 0, said: key });
  expect(key).toMatch(/^whsec_/);
  expect(key).not.toBe(SHARED);
});

test('public prints the public key of each private one', async () => {
  expect(await run('public')).toEqual({ code: 0, said: `${publicKeyOf(NEXT)}\n${publicKeyOf(PRIVATE)}` });
});

test('new makes a private key with its public key, another each time', async () => {
  const made = await Promise.all([run('new'), run('new')]);
  const keys = made.map(({ said }) => said.split('\n'));
  for (const [secret = '', shown] of keys) expect(shown).toBe(publicKeyOf(secret));
  expect(keys[0]).not.toEqual(keys[1]);
});

test.each([
  ['a tenant that shares its secret', ['derived', '--tenant', 'old', '--origin', CI], 'callbackSigning is left out'],
  ['a tenant that signs by v1a', ['derived', '--origin', CI], 'callbackSigning is v1a, and not derived'],
  ['a tenant that is not there', ['public', '--tenant', 'x'], 'names no tenant x'],
  ['an address with a path', ['derived', '--tenant', 'data', '--origin', `${CI}/hook`], '--origin must be an origin'],
  ['no origin', ['derived', '--tenant', 'data'], '--origin must be an origin'],
  ['nothing', [], 'name a command'],
])('asked for %s it says what is wrong, and shows no secret', async (_, args, says) => {
  const { code, said } = await run(...args);
  expect(code).toBe(1);
  expect(said).toContain(says);
  for (const secret of [SHARED, PRIVATE, NEXT]) expect(said).not.toContain(secret);
});
