import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LocalRequest = {
  readonly method: string;
  /** Path and query as they stood in the request line: what was signed must not be tidied. */
  readonly path: string;
  readonly query: string;
  /** Names in lower case; values of a repeated header joined by ",". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type LocalServer = {
  readonly url: string;
  /** Ends every connection, answered or not. */
  readonly close: () => Promise<void>;
};

/** The request makes no sense; the message says why. Answered with 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Serves on 127.0.0.1, each request with its whole body (at most 8 MB, or 413). Port 0 is any free one. */
export async function serveLocally(
  port: number,
  handle: (request: LocalRequest, response: ServerResponse) => void,
): Promise<LocalServer> {
  const server = createServer(async (incoming, response) => {
    try {
      const body = await read(incoming);
      if (!body) return sendJson(response, 413, { error: 'the body is too large' });
      const { method = '', url: target = '/', headersDistinct } = incoming;
      const at = target.includes('?') ? target.indexOf('?') : target.length;
      const headers = Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(',')]);
      handle(
        { method, path: target.slice(0, at), query: target.slice(at + 1), headers: Object.fromEntries(headers), body },
        response,
      );
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else sendJson(response, error instanceof BadRequest ? 400 : 500, { error: String(error) });
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));
}

/** The body as JSON, undefined if there is none; throws BadRequest if it is something else. */
export function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new BadRequest('the body is not JSON');
  }
}

/** Where redirects lead. */
export const ELSEWHERE = '/_elsewhere';

/** The same server by another name than `host`: who follows a redirect there has left its host, and can be seen to. */
export function elsewhereThan(host: string): string {
  return `http://localhost:${host.split(':').at(-1)}${ELSEWHERE}`;
}

async function read(request: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size <= MAX_BODY_BYTES) parts.push(part);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(parts) : undefined;
}
