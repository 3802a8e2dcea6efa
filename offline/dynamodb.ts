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
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
