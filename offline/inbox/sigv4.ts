import { createHash, createHmac } from 'node:crypto';
import type { Delivery } from './receiver.ts';

const MAX_SKEW_MS = 300_000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/**
 * Why AWS would not believe a request, or undefined if one of `secrets` signed it. Source: IAM User Guide, "Signature Version 4
 * for API requests".
 */
export function sigv4Fault({ headers, body, at, url }: Delivery, secrets: readonly string[]): string | undefined {
  const parts = AUTHORIZATION.exec(headers.authorization ?? '');
  if (!parts) return 'there is no signature';
  const [, , date = '', region = '', service = '', names = '', signature = ''] = parts;
  const time = headers['x-amz-date'] ?? '';
  const signedAt = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(at - signedAt) <= MAX_SKEW_MS) || !time.startsWith(date)) return 'the signature has expired';
  const signed = names.split(';');
  if (!['host', 'x-amz-date'].every((name) => signed.includes(name))) return 'host or date is not signed';

  const lines = signed.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`);
  const canonical = ['POST', url, '', lines.join(''), names, sha256(body)].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const matches = secrets.some((secret) => {
    const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');
    return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex') === signature;
  });
  return matches ? undefined : 'the signature does not match';
}
