/**
 * Signs webhooks by Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
 * The code is our own, because the package of that name has no ed25519 and brings two libraries for functions of
 * node:crypto. Pure.
 */
import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign as signWith } from 'node:crypto';
import { Misconfigured } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';

export type SigningKey =
  /** HMAC-SHA256 with a shared secret. */
  | { readonly version: 'v1'; readonly secret: Buffer }
  /** ed25519 with a private key. */
  | { readonly version: 'v1a'; readonly privateKey: KeyObject };

const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const SEED_BYTES = 32;
type Counts = [least: string, most: string, bytes: string];

/** PKCS #8 has these bytes before the 32 bytes of an ed25519 private key (RFC 8410 section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Reads a signing secret as the spec writes it. `whsec_` and the base64 of 24 to 64 bytes is for HMAC. `whsk_` and the
 * base64 of an ed25519 seed (32 bytes, or 64 with the public key after it) is for ed25519. Throws Misconfigured
 * (`signing_secret`). Its message names the fault, never the secret.
 */
export const parseSecret = (text: string): SigningKey => {
  if (/\s/.test(text)) throw unfit(sentence('secret_blanks'));
  if (text.startsWith('whpk_')) throw unfit(sentence('secret_public'));
  if (text.startsWith('whsec_')) {
    const secret = decode(text.slice('whsec_'.length), 'whsec_');
    if (secret.length < SECRET_BYTES_MIN || secret.length > SECRET_BYTES_MAX) {
      const [least, most, bytes] = [SECRET_BYTES_MIN, SECRET_BYTES_MAX, secret.length].map(String) as Counts;
      throw unfit(sentence('secret_hmac_bytes', { least, most, bytes }));
    }
    return { version: 'v1', secret };
  }
  if (text.startsWith('whsk_'))
    return { version: 'v1a', privateKey: ed25519(decode(text.slice('whsk_'.length), 'whsk_')) };
  throw unfit(sentence('secret_start'));
};

/**
 * Returns the public key of a `whsk_` secret, as the spec writes it: `whpk_` and base64. Throws the errors of
 * `parseSecret`, and Misconfigured for other secrets.
 */
export const publicKeyOf = (secret: string): string => {
  const key = parseSecret(secret);
  if (key.version !== 'v1a') throw unfit(sentence('secret_no_public'));
  const { x = '' } = createPublicKey(key.privateKey).export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
};

const ed25519 = (bytes: Buffer): KeyObject => {
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES) {
    const [least, most, length] = [SEED_BYTES, 2 * SEED_BYTES, bytes.length].map(String) as Counts;
    throw unfit(sentence('secret_key_bytes', { least, most, bytes: length }));
  }
  const pkcs8 = Buffer.concat([PKCS8_ED25519, bytes.subarray(0, SEED_BYTES)]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const behind = bytes.subarray(SEED_BYTES).toString('base64url');
  if (behind !== '' && createPublicKey(privateKey).export({ format: 'jwk' }).x !== behind) {
    throw unfit(sentence('secret_halves'));
  }
  return privateKey;
};

/**
 * Strict, because receivers are strict. Node would skip a character that is no base64 and sign with a key that nobody
 * else has.
 */
const decode = (text: string, prefix: string): Buffer => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw unfit(sentence('secret_base64', { name: prefix }));
  return bytes;
};

const unfit = (message: string): Misconfigured => new Misconfigured({ code: 'signing_secret', message });

/**
 * Returns the three headers that sign `body`, with one signature for each secret, in order. So a receiver with any of
 * the secrets can verify while secrets rotate. `at` is the time of this attempt, epoch ms. Throws the errors of
 * `parseSecret`, and Misconfigured when there is no secret.
 */
export const signedHeaders = (
  secrets: readonly string[],
  { id, at }: { readonly id: string; readonly at: number },
  body: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> => {
  if (secrets.length === 0) throw unfit(sentence('unsigned'));
  const timestamp = String(Math.floor(at / 1_000));
  const content = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map((secret) => signature(parseSecret(secret), content));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
};

const signature = (key: SigningKey, content: Buffer): string =>
  key.version === 'v1'
    ? `v1,${createHmac('sha256', key.secret).update(content).digest('base64')}`
    : `v1a,${signWith(null, content, key.privateKey).toString('base64')}`;
