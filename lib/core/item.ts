/** An item of the table, as everything that reads one sees it. */
export type Key = { readonly pk: string; readonly sk: string };

/** An item: keys, a version that every write raises, index attributes where it is in an index, and a body. */
export type Item<B = unknown> = Key & {
  readonly version: number;
  readonly body: B;
  /** In the lease index while work is owed. */
  readonly leaseShard?: string;
  readonly aliveUntil?: number;
  /** In the listing index for good. */
  readonly tenantDay?: string;
  readonly listedAt?: string;
  /** Epoch seconds after which DynamoDB may delete the item (within days). */
  readonly expiresAt?: number;
};
