/** Answers GET /keys: the public keys that verify a tenant's callbacks. It reads nothing else and changes nothing. */

import { answer, type HttpEvent, type HttpResult } from '../lib/access/http-event.ts';
import { queryOf } from '../lib/access/query.ts';
import { DEFAULT_TENANT } from '../lib/config/tenants.ts';
import { publicKeyOf } from '../lib/net/standard-webhooks.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';

/** Receivers may keep the keys this long: a new key is put before the old one, and signs beside it meanwhile. */
const KEEP_SECONDS = 300;

/**
 * Answers one request. A tenant that is not there, or does not sign by v1a, has no keys. Throws a SecretError where a key cannot
 * be read, and Misconfigured where it is no private key.
 */
export const serve = async (event: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const tenant = queryOf(event, { names: ['tenant'] }).get('tenant') ?? DEFAULT_TENANT;
  const { signing = [], callbackSigning } = runtime.config.tenants.get(tenant) ?? {};
  const secrets = callbackSigning === 'v1a' ? await runtime.secrets.read(signing) : [];
  return answer(200, { keys: secrets.map(publicKeyOf) }, { 'cache-control': `public, max-age=${KEEP_SECONDS}` });
};

export const handler = httpHandler(serve);
