/**
 * The cursor of a list: a text that marks the place where the next page begins. Clients must not interpret it. The API
 * checks each cursor that a client sends.
 */
import * as v from 'valibot';
import { Refusal } from '../access/problem.ts';
import { tenantDay } from '../store/keys.ts';

const Cursor = v.strictObject({
  /** A time within the day that the next page reads (epoch ms). */
  at: v.pipe(v.number(), v.minValue(0), v.maxValue(Date.UTC(9999, 0))),
  /** The last entry that an earlier page read from that day. */
  after: v.optional(v.strictObject({ pk: v.string(), sk: v.string(), tenantDay: v.string(), listedAt: v.string() })),
});
export type Cursor = v.InferOutput<typeof Cursor>;

export const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

const PK_MAX = 64;

/**
 * Answers whether the index can hold this entry. DynamoDB refuses an impossible entry, and the client would then get an
 * internal error.
 */
const isEntry = ({ pk, sk, tenantDay: day, listedAt }: NonNullable<Cursor['after']>): boolean => {
  const [at = '', id] = listedAt.split('#');
  return (
    sk === 'watch' &&
    pk.startsWith('w_') &&
    pk.length <= PK_MAX &&
    id === pk &&
    day.endsWith(`#${at.slice(0, 10)}`) &&
    !Number.isNaN(Date.parse(at))
  );
};

/** Reads a cursor. Throws a Refusal where the text is no cursor, or where the cursor belongs to another tenant. */
export const decodeCursor = (text: string, tenant: string): Cursor => {
  try {
    const cursor = v.parse(Cursor, JSON.parse(Buffer.from(text, 'base64url').toString()));
    const { at, after } = cursor;
    if (after === undefined || (after.tenantDay === tenantDay(tenant, at) && isEntry(after))) return cursor;
  } catch {
    // The code continues with the Refusal below.
  }
  throw new Refusal(400, 'the API did not issue this cursor');
};
