/** The keys that sign callbacks: of a tenant, or of one origin of a tenant. Pure. */
import { createHmac } from 'node:crypto';
import { Misconfigured } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import { parseSecret } from './standard-webhooks.ts';

/**
 * `v1a`: ed25519. Receivers verify with the public key of the tenant (GET /keys). No receiver can forge. `derived`:
 * HMAC with a key for each origin, so no receiver can forge for another. Absent: the tenant's own secret signs. With a
 * `whsec_` secret each receiver of the tenant can forge for the others.
 */
export const CALLBACK_SIGNINGS = ['v1a', 'derived'] as const;
export type CallbackSigning = (typeof CALLBACK_SIGNINGS)[number];

const unfit = (message: string): Misconfigured => new Misconfigured({ code: 'signing_secret', message });

/**
 * Returns the HMAC key of one origin (`https://ci.example.com`): HMAC-SHA256 of the origin under the tenant's secret,
 * as `whsec_` and base64. Throws Misconfigured when the secret is not a `whsec_` secret.
 */
export const derivedSecret = (secret: string, origin: string): string => {
  const key = parseSecret(secret);
  if (key.version !== 'v1') throw unfit(sentence('derived_needs'));
  return `whsec_${createHmac('sha256', key.secret).update(`opwatch callback ${origin}`).digest('base64')}`;
};

/** Returns the secrets that sign callbacks to an origin. Throws Misconfigured when the tenant's secrets do not fit. */
export const callbackSecrets = (
  secrets: readonly string[],
  signing: CallbackSigning | undefined,
  origin: string,
): readonly string[] => {
  if (signing === 'derived') return secrets.map((secret) => derivedSecret(secret, origin));
  if (signing === 'v1a' && secrets.some((secret) => parseSecret(secret).version !== 'v1a'))
    throw unfit(sentence('v1a_needs'));
  return secrets;
};
