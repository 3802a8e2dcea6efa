/** DynamoDB on one machine: dynalite, on the loopback address and with its tables on disk. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import dynalite from 'dynalite';
import type { CallLog } from './calls.ts';
import { playFaults } from './dynamodb-faults.ts';
import type { Emulator } from './sqs.ts';

/** Starts DynamoDB. Tables and items stay in `dir` and survive a kill. */
export const startDynamodb = async (port: number, dir: string, log?: CallLog): Promise<Emulator> => {
  const server = dynalite({ path: join(dir, 'dynamodb'), createTableMs: 0 });
  playFaults(server);
  // Beside whoever answers, who reads the same request.
  server.prependListener('request', (request: IncomingMessage) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => log?.(request.headers, Buffer.concat(parts).toString()));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await mustOpen(url);
  return {
    url,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** dynalite opens its tables when it is first asked for one; damaged ones must be found out now. */
const mustOpen = async (url: string): Promise<void> => {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    'x-amz-date': '20260101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
  };
  const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
  if (!answer.ok) throw new Error(`the emulator cannot list the tables: ${await answer.text()}`);
};
