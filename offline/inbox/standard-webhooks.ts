import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

/**
 * Why a webhook cannot be believed, or undefined if one of `secrets` (`whsec_…`) signed it within 300 s of `now` (epoch ms).
 * Source: Standard Webhooks 1.0, sections "Signature scheme" and "Verifying webhook authenticity".
 */
export function fault(
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  secrets: readonly string[],
  now: number,
): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !timestamp || !signatures) return 'a webhook-id, webhook-timestamp or webhook-signature is missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'webhook-timestamp is not a number of seconds';
  const ageSeconds = Math.floor(now / 1000) - Number(timestamp);
  if (Math.abs(ageSeconds) > TOLERANCE_SECONDS) return `webhook-timestamp is ${ageSeconds} s old`;

  const offered = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
  if (offered.length === 0) return 'there is no v1 signature';
  const expected = secrets.map((secret) =>
    createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
      .update(`${id}.${timestamp}.`)
      .update(body)
      .digest(),
  );
  const signed = offered.some((one) =>
    expected.some((other) => one.length === other.length && timingSafeEqual(one, other)),
  );
  return signed ? undefined : 'no signature matches';
}
