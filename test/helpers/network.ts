/** Servers on 127.0.0.1 that behave as they are told, and a witness of every connection this process tries to make. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

export type Listening = {
  readonly port: number;
  /** How many connections were accepted so far. */
  readonly connections: () => number;
};

const open: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

const listen = async (server: Server, event: 'connection' | 'secureConnection'): Promise<Listening> => {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on(event, () => {
    count += 1;
  });
  server.on('tlsClientError', () => {});
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, connections: () => count };
};

/** An HTTP server, over TLS where it is given a certificate. */
export const serve = (listener: RequestListener, certificate?: Certificate): Promise<Listening> =>
  certificate
    ? listen(createHttpsServer(certificate, listener), 'secureConnection')
    : listen(createHttpServer(listener), 'connection');

/** A server that deals with each request's bytes itself: `onRequest` gets the socket, and which request of all it is, from 1. */
export const serveRaw = (
  onRequest: (socket: Socket, number: number) => void,
  certificate?: Certificate,
): Promise<Listening> => {
  let number = 0;
  const onSocket = (socket: Socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      number += 1;
      onRequest(socket, number);
    });
  };
  return certificate
    ? listen(createTlsServer(certificate, onSocket), 'secureConnection')
    : listen(createTcpServer(onSocket), 'connection');
};

/** Closes every server of this file, with its connections. */
export const closeServers = async (): Promise<void> => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
};

/** Records, while `action` runs, each socket this process opens and each address it tries to connect one to. */
export const witnessed = async (action: () => Promise<unknown>): Promise<{ sockets: number; attempts: string[] }> => {
  const seen = { sockets: 0, attempts: [] as string[] };
  const onSocket = (message: unknown) => {
    seen.sockets += 1;
    const { socket } = message as { socket: Socket };
    socket.on('connectionAttempt', (address) => seen.attempts.push(address));
  };
  subscribe('net.client.socket', onSocket);
  try {
    await action();
  } finally {
    unsubscribe('net.client.socket', onSocket);
  }
  return seen;
};
