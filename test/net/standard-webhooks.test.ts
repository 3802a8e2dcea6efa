import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { Misconfigured } from '../../lib/core/errors.ts';
import { parseSecret, signedHeaders } from '../../lib/net/standard-webhooks.ts';
import { anyText } from '../helpers/any-text.ts';

const ATTEMPT = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_000 };
const BODY = '{"test": 2432232314}';

// The vectors of the reference libraries: libraries/javascript/src/webhook.test.ts, "sign function works", and
// libraries/go/webhook_asymmetric_test.go, TestAsymmetricWebhookSign (github.com/standard-webhooks/standard-webhooks).
const V1 = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const V1A = {
  secret: 'whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=',
  signature: 'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
};

const whsec = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('the published vectors', () => {
  test.for([V1, V1A])('$signature', ({ secret, signature }) => {
    expect(signedHeaders([secret], ATTEMPT, BODY)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': signature,
    });
  });

  test('while secrets are rotated, one signature for each, in order [F46] [S7]', () => {
    const other = whsec(32);
    const signatures = signedHeaders([other, V1.secret, V1A.secret], ATTEMPT, BODY)['webhook-signature'].split(' ');
    expect(signatures).toEqual([
      new Webhook(other).sign(ATTEMPT.id, new Date(ATTEMPT.at), BODY),
      V1.signature,
      V1A.signature,
    ]);
  });
});

describe('the standardwebhooks package', () => {
  const secret = fc
    .uint8Array({ minLength: 24, maxLength: 64 })
    .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);

  test('signs alike', () => {
    fc.assert(
      fc.property(secret, anyText(), fc.integer({ min: 0, max: 4e12 }), (key, body, at) => {
        const theirs = new Webhook(key).sign('dlv_1', new Date(at), body);
        expect(signedHeaders([key], { id: 'dlv_1', at }, body)['webhook-signature']).toBe(theirs);
      }),
    );
  });

  test('verifies what was signed with any of several secrets, and nothing that was changed [F46] [S7]', () => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (keys, value) => {
        const body = JSON.stringify({ value });
        const headers = signedHeaders(keys, { id: 'dlv_1', at: Date.now() }, body);
        for (const key of keys) expect(new Webhook(key).verify(body, headers)).toEqual(JSON.parse(body));
        expect(() => new Webhook(keys[0] ?? '').verify(`${body} `, headers)).toThrow('No matching signature');
        expect(() => new Webhook(keys[0] ?? '').verify(body, { ...headers, 'webhook-id': 'dlv_2' })).toThrow(
          'No matching signature',
        );
      }),
    );
  });
});

describe('ed25519', () => {
  const jwk = (key: KeyObject): { d: string; x: string } => {
    const { d = '', x = '' } = key.export({ format: 'jwk' });
    return { d, x };
  };
  const whsk = (...parts: readonly string[]) =>
    `whsk_${Buffer.concat(parts.map((part) => Buffer.from(part, 'base64url'))).toString('base64')}`;

  test('takes a seed alone or with its public key, and the public key verifies', () => {
    for (let i = 0; i < 20; i += 1) {
      const { d, x } = jwk(generateKeyPairSync('ed25519').privateKey);
      const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      const alone = signedHeaders([whsk(d)], ATTEMPT, BODY)['webhook-signature'];
      expect(signedHeaders([whsk(d, x)], ATTEMPT, BODY)['webhook-signature']).toBe(alone);
      const signature = Buffer.from(alone.replace('v1a,', ''), 'base64');
      expect(verify(null, Buffer.from(`${ATTEMPT.id}.1614265330.${BODY}`), publicKey, signature)).toBe(true);
    }
  });

  test('refuses a public key that is not of the private one', () => {
    const [one, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')].map(({ privateKey }) =>
      jwk(privateKey),
    );
    expect(() => parseSecret(whsk(one?.d ?? '', other?.x ?? ''))).toThrow(
      'holds a public key that is not of its private key',
    );
  });
});

describe('a secret', () => {
  test.for([24, 25, 32, 63, 64])('of %i bytes is taken', (bytes) => {
    expect(parseSecret(whsec(bytes)).version).toBe('v1');
  });

  test('of ed25519 is told from one of HMAC', () => {
    expect(parseSecret(V1A.secret).version).toBe('v1a');
  });

  test.for([
    ['', 'the signing secret must start with whsec_ (HMAC-SHA256) or whsk_ (ed25519)'],
    ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'the signing secret must start with whsec_ (HMAC-SHA256) or whsk_ (ed25519)'],
    [
      'WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'the signing secret must start with whsec_ (HMAC-SHA256) or whsk_ (ed25519)',
    ],
    ['whsec_', 'the signing secret must have 24 to 64 bytes after whsec_, not 0'],
    [whsec(23), 'the signing secret must have 24 to 64 bytes after whsec_, not 23'],
    [whsec(65), 'the signing secret must have 24 to 64 bytes after whsec_, not 65'],
    [`${V1.secret}\n`, 'the signing secret must not contain white space'],
    [`${V1.secret} ${V1.secret}`, 'the signing secret must not contain white space'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w', 'the signing secret must be padded standard base64 after whsec_'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAA', 'the signing secret must be padded standard base64 after whsec_'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAB==', 'the signing secret must be padded standard base64 after whsec_'],
    ['whsec_hunter2!', 'the signing secret must be padded standard base64 after whsec_'],
    ['whsk_hunter2!', 'the signing secret must be padded standard base64 after whsk_'],
    [`whsk_${Buffer.alloc(31).toString('base64')}`, 'the signing secret must have 32 or 64 bytes after whsk_, not 31'],
    ['whpk_VEVTVFNJR05JTkc=', 'the signing secret is a public key (whpk_): sign with the private one (whsk_)'],
  ] as const)('%j is refused, and not quoted', ([secret, message]) => {
    const parsing = () => parseSecret(secret);
    expect(parsing).toThrow(Misconfigured);
    expect(parsing).toThrow(expect.objectContaining({ code: 'signing_secret', message }));
  });

  test('is needed', () => {
    expect(() => signedHeaders([], ATTEMPT, BODY)).toThrow(
      expect.objectContaining({ code: 'signing_secret', message: 'there is no signing secret' }),
    );
  });

  test('that is refused is never in the message [S4]', () => {
    fc.assert(
      fc.property(fc.constantFrom('whsec_', 'whsk_', 'whpk_', ''), fc.string({ minLength: 8 }), (prefix, rest) => {
        try {
          parseSecret(`${prefix}${rest}`);
        } catch (error) {
          expect(String(error)).not.toContain(rest);
        }
      }),
    );
  });
});
