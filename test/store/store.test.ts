import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { createTable } from '../../lib/store/store.ts';

type Keys = readonly Readonly<Record<string, { readonly S: string }>>[];
type Input = { readonly RequestItems: { readonly t: { readonly Keys: Keys } } };

/** A client whose BatchGetItem answers `answered` of the keys it is asked for, and leaves the others unprocessed. */
const stingy = (answered: (asked: number) => number) => {
  const asked: number[] = [];
  const pauses: number[] = [];
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  client.middlewareStack.add(
    () => async (args) => {
      const { Keys } = (args.input as Input).RequestItems.t;
      asked.push(Keys.length);
      const count = answered(Keys.length);
      const Responses = { t: Keys.slice(0, count).map((key) => ({ ...key, version: { N: '1' } })) };
      const left = Keys.slice(count);
      const output = { $metadata: {}, Responses, ...(left.length > 0 && { UnprocessedKeys: { t: { Keys: left } } }) };
      return { response: {}, output };
    },
    // Last of all: nothing is put on a wire.
    { step: 'initialize', priority: 'low' },
  );
  const table = createTable(client, 't', async (ms) => {
    pauses.push(ms);
  });
  return { table, asked, pauses };
};

const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ pk: `w_${i}`, sk: 'watch' }));

describe('a read of many items', () => {
  test('asks for a hundred at a time', async () => {
    const { table, asked } = stingy((count) => count);
    expect(await table.get(keys(250))).toHaveLength(250);
    expect(asked).toEqual([100, 100, 50]);
  });

  test('asks again, later and later, for what was left unprocessed [F22]', async () => {
    const { table, asked, pauses } = stingy((count) => Math.ceil(count / 3));
    expect((await table.get(keys(9))).map(({ pk }) => pk)).toEqual(keys(9).map(({ pk }) => pk));
    expect(asked).toEqual([9, 6, 4, 2, 1]);
    expect(pauses).toEqual([50, 100, 200, 400]);
  });

  test('gives up, and says so, rather than answer half [F22]', async () => {
    const { table, asked } = stingy(() => 0);
    await expect(table.get(keys(3))).rejects.toThrow('DynamoDB left 3 keys unprocessed seven times');
    expect(asked).toHaveLength(7);
  });
});
