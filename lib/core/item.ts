/** Keys and items of the table. */
export type Key = { readonly pk: string; readonly sk: string };

/** An item: its keys, a version that each write raises, attributes for the indexes, and a body. */
export type Item<B = unknown> = Key & {
  readonly version: number;
  readonly body: B;
  /** The lease index holds the item while it owes work. */
  readonly leaseShard?: string;
  readonly aliveUntil?: number;
  /** The listing index holds the item for good. */
  readonly tenantDay?: string;
  readonly listedAt?: string;
  /** DynamoDB may delete the item after this time, within days. Epoch seconds. */
  readonly expiresAt?: number;
};
