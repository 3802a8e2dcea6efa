/** Origins of callbacks on this machine, all of one tenant, that fail as long as they are told to. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Crowd = {
  readonly origins: readonly string[];
  /** Attempts that were answered 500. */
  readonly failed: () => number;
  /** The webhook-ids that were taken. */
  readonly taken: ReadonlySet<string>;
  /** From now on all is taken. */
  readonly recover: () => void;
  readonly close: () => void;
};

export const startCrowd = async (origins: number): Promise<Crowd> => {
  const taken = new Set<string>();
  let failed = 0;
  let isWell = false;
  const servers = Array.from({ length: origins }, () =>
    createServer((request, response) => {
      request.resume().on('end', () => {
        if (isWell) taken.add(String(request.headers['webhook-id']));
        else failed += 1;
        response.writeHead(isWell ? 204 : 500).end();
      });
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return {
    origins: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    failed: () => failed,
    taken,
    recover: () => {
      isWell = true;
    },
    close: () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
};
