/** The keys that callbacks are signed with: of a tenant, or of one origin of a tenant. Pure. */
import { createHmac } from 'node:crypto';
import { Misconfigured } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import { parseSecret } from './standard-webhooks.ts';

/**
 * `v1a`: ed25519; receivers verify with the public key of the tenant (GET /keys), and none of them can forge.
 * `derived`: HMAC with a key for each origin, so one receiver cannot forge for another.
 * Left out, the tenant's secret signs as it is: of a `whsec_` secret, every receiver of the tenant can forge for the others.
 */
export const CALLBACK_SIGNINGS = ['v1a', 'derived'] as const;
export type CallbackSigning = (typeof CALLBACK_SIGNINGS)[number];

const unfit = (message: string): Misconfigured => new Misconfigured({ code: 'signing_secret', message });

/**
 * The HMAC key of one origin (`https://ci.example.com`), as `whsec_` and base64: HMAC-SHA256 of the origin under the tenant's own
 * secret. Throws Misconfigured where that is no `whsec_` secret.
 */
export const derivedSecret = (secret: string, origin: string): string => {
  const key = parseSecret(secret);
  if (key.version !== 'v1') throw unfit(sentence('derived_needs'));
  return `whsec_${createHmac('sha256', key.secret).update(`opwatch callback ${origin}`).digest('base64')}`;
};

/** What signs callbacks to an origin, of the tenant's secrets. Throws Misconfigured where they do not fit. */
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
