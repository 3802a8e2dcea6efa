/** Somebody who is told: receives webhooks, verifies them with the library their senders recommend, answers as it is bid. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { OperationEvent } from '../../../lib/core/event.ts';

/** One attempt as it came in, signature and age verified. */
export type Attempt = {
  readonly path: string;
  /** The webhook-id. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: OperationEvent;
};

export type Receiver = {
  /** An address to be told at. */
  readonly urlOf: (name: string) => string;
  /** What came to a name, oldest first; left out, everything. */
  readonly received: (name?: string) => readonly Attempt[];
  /** What came and could not be believed. */
  readonly faults: () => readonly string[];
  /** The statuses that a name answers with in turn; `hang` leaves it without an answer. After them 204. */
  readonly answers: (name: string, ...statuses: readonly (number | 'hang')[]) => void;
  readonly close: () => Promise<void>;
};

/** Throws where the headers do not show who has signed the body. */
export type Verifier = (body: string, headers: Readonly<Record<string, string>>) => unknown;

/** Starts a receiver on this machine that believes what `secret` (`whsec_…`) has signed, or what a verifier of its own does. */
export const startReceiver = async (secret: string | Verifier): Promise<Receiver> => {
  const webhook = typeof secret === 'string' ? new Webhook(secret) : { verify: secret };
  const attempts: Attempt[] = [];
  const faults: string[] = [];
  const plans = new Map<string, (number | 'hang')[]>();

  const receive = (path: string, headers: IncomingHttpHeaders, body: string, response: ServerResponse): void => {
    try {
      const event = webhook.verify(body, headers as Record<string, string>) as OperationEvent;
      attempts.push({ path, id: String(headers['webhook-id']), at: Date.now(), headers, body, event });
    } catch (error) {
      faults.push(`${path}: ${error}`);
    }
    const answer = plans.get(path)?.shift() ?? 204;
    if (answer !== 'hang') response.writeHead(answer).end(answer < 300 ? '' : 'not today');
  };

  const server = createServer(async (request, response) => {
    const body = await text(request);
    receive(request.url ?? '', request.headers, body, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pathOf = (name: string) => `/${name}`;
  return {
    urlOf: (name) => `http://127.0.0.1:${port}${pathOf(name)}`,
    received: (name) => attempts.filter(({ path }) => name === undefined || path === pathOf(name)),
    faults: () => faults,
    answers: (name, ...statuses) => void plans.set(pathOf(name), [...statuses]),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
