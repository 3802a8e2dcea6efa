/** Where a walk through a tenant's days goes on, as an opaque text that is checked when it comes back. */
import * as v from 'valibot';
import { Refusal } from '../access/problem.ts';
import { tenantDay } from '../store/keys.ts';

const Cursor = v.strictObject({
  /** Within the day that comes next, epoch ms. */
  at: v.pipe(v.number(), v.minValue(0), v.maxValue(Date.UTC(9999, 0))),
  /** Where in that day to go on. */
  after: v.optional(v.strictObject({ pk: v.string(), sk: v.string(), tenantDay: v.string(), listedAt: v.string() })),
});
export type Cursor = v.InferOutput<typeof Cursor>;

export const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

const PK_MAX = 64;

/** Whether the index can have such an entry: DynamoDB takes no other, and would answer with an error of ours. */
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

/** Throws a Refusal for what is no cursor, or one into another tenant's days. */
export const decodeCursor = (text: string, tenant: string): Cursor => {
  try {
    const cursor = v.parse(Cursor, JSON.parse(Buffer.from(text, 'base64url').toString()));
    const { at, after } = cursor;
    if (after === undefined || (after.tenantDay === tenantDay(tenant, at) && isEntry(after))) return cursor;
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal(400, 'cursor is not one this API gave out');
};
