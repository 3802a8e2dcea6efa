/** Bearer tokens for the local stack. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { newToken } from '../lib/access/token.ts';
import { createTable } from '../lib/store/store.ts';

/** Makes a token for `tenant`, puts it into the emulated table and answers its text. */
export const createLocalToken = async (endpoint: string, table: string, tenant = 'default'): Promise<string> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const { text, item } = newToken({ tenant, note: 'local stack' }, Date.now());
  await createTable(client, table, async (ms) => void (await sleep(ms))).insert(item);
  client.destroy();
  return text;
};
