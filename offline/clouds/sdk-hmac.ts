/** The signature of Huawei Cloud's REST calls, as the gateway checks it. Source: Huawei Cloud, "API Request Signing Guide". */
import type { LocalRequest } from '../local-server.ts';
import { canonicalHeaders, canonicalQuery, decode, encode, hmacSha256, sha256 } from './signing.ts';

export const SDK_HMAC = 'SDK-HMAC-SHA256';

/**
 * The signature of a request as it arrived. The path is escaped once for each segment and ends in "/" only here.
 * Source: Huawei Cloud, "API Request Signing Guide".
 */
export const sdkHmac = (request: LocalRequest, signedHeaders: readonly string[], secret: string): string => {
  const path = request.path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
  const canonical = [
    request.method,
    path.endsWith('/') ? path : `${path}/`,
    canonicalQuery(request.query),
    canonicalHeaders(signedHeaders, request.headers),
    signedHeaders.toSorted().join(';'),
    sha256(request.body),
  ].join('\n');
  return hmacSha256(secret, `${SDK_HMAC}\n${request.headers['x-sdk-date'] ?? ''}\n${sha256(canonical)}`);
};

/** `20260102T030405Z` as epoch ms; NaN if it is not of that form. */
export const sdkDate = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
