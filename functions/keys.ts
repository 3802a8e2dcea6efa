/**
 * Answers GET /keys with the public keys that verify a tenant's callbacks. It reads nothing else and changes nothing.
 */

import { answer, type HttpEvent, type HttpResult } from '../lib/access/http-event.ts';
import { queryOf } from '../lib/access/query.ts';
import { DEFAULT_TENANT } from '../lib/config/tenants.ts';
import { publicKeyOf } from '../lib/net/standard-webhooks.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';

/**
 * The time (seconds) for which receivers may keep the public keys. During a rotation the new key stands before the old
 * one, and opwatch signs with both keys.
 */
const KEEP_SECONDS = 300;

/**
 * Answers one request. The list of keys is empty for an unknown tenant, and for a tenant that does not sign by v1a.
 * Throws a SecretError where opwatch cannot read a key. Throws Misconfigured where the secret is no private key.
 */
export const serve = async (event: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const tenant = queryOf(event, { names: ['tenant'] }).get('tenant') ?? DEFAULT_TENANT;
  const { signing = [], callbackSigning } = runtime.config.tenants.get(tenant) ?? {};
  const secrets = callbackSigning === 'v1a' ? await runtime.secrets.read(signing) : [];
  return answer(200, { keys: secrets.map(publicKeyOf) }, { 'cache-control': `public, max-age=${KEEP_SECONDS}` });
};

export const handler = httpHandler(serve);
