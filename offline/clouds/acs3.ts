/** The signature of Alibaba Cloud's RPC calls, as the gateway checks it. Source: Alibaba Cloud, "V3 request structure and signature". */
import type { LocalRequest } from '../local-server.ts';
import { canonicalHeaders, canonicalQuery, hmacSha256, sha256 } from './signing.ts';

export const ACS3 = 'ACS3-HMAC-SHA256';

/**
 * The string to sign and its signature for a request as it arrived.
 * Source: Alibaba Cloud, "V3 request structure and signature".
 */
export const acs3 = (
  request: LocalRequest,
  signedHeaders: readonly string[],
  secret: string,
): { toSign: string; signature: string } => {
  const canonical = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    canonicalHeaders(signedHeaders, request.headers),
    signedHeaders.toSorted().join(';'),
    // Of the body that came, not of what x-acs-content-sha256 says of it: a changed body breaks the signature.
    sha256(request.body),
  ].join('\n');
  const toSign = `${ACS3}\n${sha256(canonical)}`;
  return { toSign, signature: hmacSha256(secret, toSign) };
};

/** Headers that must be signed and are not: the same page lists host, content-type and every x-acs-* header that is sent. */
export const unsigned = (request: LocalRequest, signedHeaders: readonly string[]): readonly string[] =>
  Object.keys(request.headers).filter(
    (name) =>
      (name === 'host' || name === 'content-type' || name.startsWith('x-acs-')) && !signedHeaders.includes(name),
  );
