import type { Credentials } from './cloud.ts';
import { canonical, hmacSha256, sha256, type Unsigned } from './signing.ts';

/**
 * Signs a request by ACS3-HMAC-SHA256 and returns all its headers, also `authorization`. Pure.
 *
 * `parts.headers` contains `host`, `x-acs-action`, `x-acs-version`, and `content-type` when there is a body. `date` is
 * epoch ms by the cloud's clock. The cloud accepts a difference of 15 minutes. `nonce` must be new for every attempt
 * (`SignatureNonceUsed`). The function sends and signs an STS token as `x-acs-security-token`. Source: Alibaba Cloud,
 * "V3 request structure and signature".
 */
export const sign = (
  parts: Unsigned,
  credentials: Credentials,
  date: number,
  nonce: string,
): Readonly<Record<string, string>> => {
  const headers = {
    ...parts.headers,
    'x-acs-date': new Date(date).toISOString().replace(/\.\d+/, ''),
    'x-acs-signature-nonce': nonce,
    'x-acs-content-sha256': sha256(parts.body),
    ...(credentials.securityToken && { 'x-acs-security-token': credentials.securityToken }),
  };
  const { text, signedHeaders } = canonical({ ...parts, headers });
  const signature = hmacSha256(credentials.secretAccessKey, `ACS3-HMAC-SHA256\n${sha256(text)}`);
  const authorization = `ACS3-HMAC-SHA256 Credential=${credentials.accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
  return { ...headers, authorization };
};
