/**
 * Makes and reads capability links. Anyone who has the link of a watch may see the facts of this watch without a token.
 * Pure.
 *
 * A link is one path segment in base64url: version (1 byte), the id of the watch without its prefix (26), its creation
 * time (6), HMAC-SHA-256 (32). The creation time connects the link to exactly one watch. The link does not open a later
 * watch of the same id.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Watch } from '../core/watch.ts';

const VERSION = 1;
const PREFIX = 'w_';
const ID_BYTES = 26;
const TIME_BYTES = 6;
const SIGNED_BYTES = 1 + ID_BYTES + TIME_BYTES;
const LINK = /^[A-Za-z0-9_-]{87}$/;

/** The watch that a link opens. `submittedAt` is epoch ms. */
export type LinkedWatch = Pick<Watch, 'id' | 'submittedAt'>;

/**
 * Returns the signature of a link. Its fixed first line separates links from all other data that the same key may sign.
 */
const macOf = (signed: Buffer, key: string): Buffer =>
  createHmac('sha256', key).update('opwatch link\n').update(signed).digest();

/** Returns the path segment of a watch's link, signed with `key`. */
export const signLink = ({ id, submittedAt }: LinkedWatch, key: string): string => {
  const signed = Buffer.alloc(SIGNED_BYTES);
  signed.writeUInt8(VERSION, 0);
  signed.write(id.slice(PREFIX.length), 1, 'ascii');
  signed.writeUIntBE(submittedAt, 1 + ID_BYTES, TIME_BYTES);
  return Buffer.concat([signed, macOf(signed, key)]).toString('base64url');
};

/**
 * Returns the watch that a link opens. Undefined when no key of `keys` has signed the link. It compares in constant
 * time and does not read the table.
 */
export const readLink = (link: string, keys: readonly string[]): LinkedWatch | undefined => {
  if (!LINK.test(link)) return undefined;
  const bytes = Buffer.from(link, 'base64url');
  const signed = bytes.subarray(0, SIGNED_BYTES);
  const mac = bytes.subarray(SIGNED_BYTES);
  const isSigned = keys.map((key) => timingSafeEqual(mac, macOf(signed, key))).includes(true);
  // Two bits of the last character have no meaning. opwatch accepts only one spelling of a link.
  if (!isSigned || bytes.toString('base64url') !== link || signed.readUInt8(0) !== VERSION) return undefined;
  return {
    id: `${PREFIX}${signed.toString('ascii', 1, 1 + ID_BYTES)}`,
    submittedAt: signed.readUIntBE(1 + ID_BYTES, TIME_BYTES),
  };
};
