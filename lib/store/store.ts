/**
 * The table. Only this file uses DynamoDB. Its interface is small, so that a test can replace it.
 *
 * Reads are strongly consistent, except reads from the two indexes. Every write states the expected version, so no
 * write overwrites an unknown change. If the answer to a write is lost, the SDK sends the write again. The second write
 * then returns false, as if another function was faster.
 */

import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Item, Key } from '../core/item.ts';

/** An entry of the lease index: the place of an item in its shard. */
export type Lapsed = Key & { readonly aliveUntil: number };

export type ListPage = { readonly keys: readonly Key[]; readonly next?: Key & { tenantDay: string; listedAt: string } };

export type Table = {
  /** Returns the items that exist, in no order. `keys` may have any length. */
  readonly get: (keys: readonly Key[]) => Promise<Item[]>;
  /** Writes a new item. False when one with this key exists. */
  readonly insert: (item: Item) => Promise<boolean>;
  /**
   * Replaces the stored item, whose version must be one less than that of `item`. False when it is missing or has
   * another version.
   */
  readonly replace: (item: Item) => Promise<boolean>;
  /** Deletes an item as it was read. False when it is missing or has another version. */
  readonly remove: (item: Item) => Promise<boolean>;
  /** Returns all items of a partition, ordered by sort key. */
  readonly partition: (pk: string) => Promise<Item[]>;
  /**
   * Returns the first items of a partition whose sort keys begin with `prefix` ('' for any), at most `limit` of them.
   * Eventually consistent.
   */
  readonly beginning: (pk: string, prefix: string, limit: number) => Promise<Item[]>;
  /**
   * Returns items of a lease shard whose lease ended before `before`, oldest first, beginning after `after`. Eventually
   * consistent. A result with fewer than `limit` items is the last one.
   */
  readonly lapsed: (shard: string, before: number, limit: number, after?: Lapsed) => Promise<Lapsed[]>;
  /** Counts the items of a lease shard by their `tenantDay`. It skips items without one. Eventually consistent. */
  readonly owing: (shard: string) => Promise<ReadonlyMap<string, number>>;
  /** Returns the keys of a tenant's day, newest first. Eventually consistent. */
  readonly listed: (tenantDay: string, limit: number, after?: ListPage['next']) => Promise<ListPage>;
};

const GET_MAX = 100;

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

const keyOf = (attributes: { readonly pk?: unknown; readonly sk?: unknown }): Key => ({
  pk: String(attributes.pk),
  sk: String(attributes.sk),
});

/** Waits before opwatch asks again for keys that DynamoDB left unprocessed. */
export type Pause = (ms: number) => Promise<void>;

export const createTable = (client: DynamoDBClient, name: string, pause: Pause): Table => {
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  /** Answers whether a write met its condition. */
  const isMet = async (write: Promise<unknown>): Promise<boolean> => {
    try {
      await write;
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  const put = (input: Omit<PutCommandInput, 'TableName'>): Promise<boolean> =>
    isMet(db.send(new PutCommand({ TableName: name, ...input })));

  const expecting = (version: number) => ({
    ConditionExpression: '#version = :expected',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':expected': version },
  });

  const query = async (input: Omit<QueryCommandInput, 'TableName'>) =>
    db.send(new QueryCommand({ TableName: name, ...input }));

  const getSome = async (keys: readonly Key[]): Promise<Item[]> => {
    const found: Item[] = [];
    let wanted = keys.map(({ pk, sk }): Record<string, unknown> => ({ pk, sk }));
    for (let round = 0; wanted.length > 0; round += 1) {
      if (round > 0) await pause(25 * 2 ** round);
      if (round > 6) throw new Error(`DynamoDB left ${wanted.length} keys unprocessed seven times`);
      const answer = await db.send(
        new BatchGetCommand({ RequestItems: { [name]: { Keys: wanted, ConsistentRead: true } } }),
      );
      found.push(...((answer.Responses?.[name] ?? []) as Item[]));
      wanted = answer.UnprocessedKeys?.[name]?.Keys ?? [];
    }
    return found;
  };

  const queryAll = async (input: Omit<QueryCommandInput, 'TableName'>): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await query({ ...input, ...(start && { ExclusiveStartKey: start }) });
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  };

  return {
    get: async (keys) => {
      const distinct = [...new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, key])).values()];
      return (await Promise.all(chunks(distinct, GET_MAX).map(getSome))).flat();
    },

    insert: (item) => put({ Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),

    replace: (item) => put({ Item: item, ...expecting(item.version - 1) }),

    remove: (item) =>
      isMet(db.send(new DeleteCommand({ TableName: name, Key: keyOf(item), ...expecting(item.version) }))),

    beginning: async (pk, prefix, limit) => {
      const page = async (left: number, after?: Record<string, unknown>): Promise<Item[]> => {
        const { Items = [], LastEvaluatedKey } = await query({
          // DynamoDB refuses an empty text in a condition on a key.
          KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ...(prefix !== '' && { ':prefix': prefix }) },
          Limit: left,
          ...(after && { ExclusiveStartKey: after }),
        });
        const rest = left - Items.length;
        const more = LastEvaluatedKey && rest > 0 ? await page(rest, LastEvaluatedKey) : [];
        return [...(Items as Item[]), ...more];
      };
      return page(limit);
    },

    partition: async (pk) =>
      (await queryAll({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      })) as Item[],

    owing: async (shard) => {
      const entries = await queryAll({
        IndexName: 'lease',
        KeyConditionExpression: 'leaseShard = :shard',
        ExpressionAttributeValues: { ':shard': shard },
        ProjectionExpression: 'tenantDay',
      });
      const days = entries.flatMap(({ tenantDay }) => (typeof tenantDay === 'string' ? [tenantDay] : []));
      return new Map([...Map.groupBy(days, (day) => day)].map(([day, { length }]) => [day, length]));
    },

    lapsed: async (shard, before, limit, after) => {
      const page = await query({
        IndexName: 'lease',
        KeyConditionExpression: 'leaseShard = :shard AND aliveUntil < :before',
        ExpressionAttributeValues: { ':shard': shard, ':before': before },
        Limit: limit,
        ...(after && { ExclusiveStartKey: { ...keyOf(after), leaseShard: shard, aliveUntil: after.aliveUntil } }),
      });
      return (page.Items ?? []).map((entry) => ({ ...keyOf(entry), aliveUntil: Number(entry.aliveUntil) }));
    },

    listed: async (tenantDay, limit, after) => {
      const page = await query({
        IndexName: 'listing',
        KeyConditionExpression: 'tenantDay = :day',
        ExpressionAttributeValues: { ':day': tenantDay },
        ScanIndexForward: false,
        Limit: limit,
        ...(after && { ExclusiveStartKey: after }),
      });
      return {
        keys: (page.Items ?? []).map(keyOf),
        ...(page.LastEvaluatedKey && { next: page.LastEvaluatedKey as NonNullable<ListPage['next']> }),
      };
    },
  };
};
