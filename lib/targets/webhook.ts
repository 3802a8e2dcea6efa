/** The signed POST of Standard Webhooks 1.0: what callbacks get, and any receiver that verifies. */
import * as v from 'valibot';
import { retryAfterMs } from '../retry-after.ts';
import { signedHeaders } from '../standard-webhooks.ts';
import { Address, Reference } from './settings.ts';
import type { Target, Verdict } from './target.ts';

/** Headers that are ours or the connection's: nobody else may set them. */
const RESERVED =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|accept-encoding|(content|proxy|webhook)-.*)$/i;

const Headers = v.record(
  v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9_-]{0,99}$/i, 'a header name is 1 to 100 of A-Z, a-z, 0-9, "_" and "-"'),
    v.check((name) => !RESERVED.test(name), 'this header is set by opwatch or by HTTP itself'),
  ),
  v.pipe(v.string(), v.regex(/^[\t\x20-\x7e]{0,4096}$/, 'a header value is at most 4096 printable ASCII characters')),
);

const Settings = v.strictObject({
  url: Address,
  /** Signing secrets, `whsec_` or `whsk_`; several while they are rotated. */
  secrets: v.union([Reference, v.pipe(v.array(Reference), v.minLength(1), v.maxLength(5))]),
  headers: v.optional(Headers),
});

export const webhook: Target<v.InferOutput<typeof Settings>> = {
  type: 'webhook',
  settings: Settings,
  request: (event, { url, secrets, headers = {} }, attempt) => {
    const body = JSON.stringify(event);
    const extra = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return {
      method: 'POST',
      url,
      headers: {
        ...Object.fromEntries(extra),
        'content-type': 'application/json',
        ...signedHeaders([secrets].flat(), attempt, body),
      },
      body,
    };
  },
  verdict: (answer): Verdict => {
    const { status } = answer;
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    if (status === 410) return { kind: 'gone', reason: 'HTTP 410: the receiver wants no more' };
    const reason = status >= 300 && status < 400 ? 'redirects are not followed' : `HTTP ${status}`;
    const afterMs = retryAfterMs(answer);
    return { kind: 'retry', reason, ...(afterMs !== undefined && { afterMs }) };
  },
};
