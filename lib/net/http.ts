/**
 * The one user of the network: one HTTP/1.1 exchange, bounded in time and bytes.
 *
 * It uses node:https. fetch cannot read an answer of 407, cannot stay on checked addresses, and inflates the answer.
 * undici would triple the notifier's bundle.
 */
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import { Misconfigured, RetryLater } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import { createLookup, type Guard, refusal } from './address-guard.ts';
import { classed, codeOf, fault, isReset, type Phase } from './http-faults.ts';

// An ES import of node:http reads all its exports, WebSocket among them, and so loads undici. That costs 40 ms of CPU
// at every cold start.
const http = process.getBuiltinModule('node:http');

/**
 * One HTTP request, ready to send. `send` adds only `host`, `connection` and `content-length`, and, where they are
 * absent, `accept-encoding: identity` and the sender's `user-agent`.
 */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** An absolute URL, already encoded. It goes out unchanged. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type HttpAnswer = {
  readonly status: number;
  /** Names in lower case. Repeated headers are one value, joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded as UTF-8. */
  readonly body: string;
  /** True when the body was longer than the limit, and the caller asked for its beginning. */
  readonly cut: boolean;
};

/** Makes one attempt. It follows no redirect and does not retry. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

export type SendOptions = {
  /** The time for the whole attempt, from the lookup of the name to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The number of bytes of a body that opwatch reads at most. */
  readonly maxBytes: number;
  /** A longer body fails, or the answer holds its beginning. */
  readonly onTooLong: 'fail' | 'cut';
  /** Keeps every connection on allowed addresses. Without it any host is allowed. */
  readonly guard?: Guard;
  readonly userAgent?: string;
  /** Certificate authorities to trust besides the usual ones, PEM. */
  readonly ca?: readonly string[];
};

/**
 * Returns a `Send` with its own connections. They stay open between requests.
 *
 * Throws RetryLater with the code `timeout`, `dns`, `connect`, `tls`, `reset`, `too_large`, `protocol` or
 * `blocked_address`. Throws Misconfigured (`invalid_request`) for a request that HTTP cannot carry. A message names the
 * host and the fault. It never names path, query, headers or body. A redirect is an answer like any other.
 *
 * It inflates no answer. It asks for identity, and a compressed answer is `protocol`. Where the caller wants only the
 * beginning of a body, the status of a compressed answer counts and its body stays unread.
 *
 * If the server has already closed an idle connection, the request goes out once more on a new one, within the same
 * deadline. This happens only when no byte of an answer has come.
 */
export const createSend = (options: SendOptions): Send => {
  const kept = createAgents(options, true);
  const fresh = createAgents(options, false);

  return async (request) => {
    const url = parse(request.url);
    const reason = options.guard && refusal(url.href, options.guard.rules);
    if (reason !== undefined)
      throw new RetryLater({ code: 'blocked_address', message: sentence('net_uncalled', { reason }) });

    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), options.timeoutMs);
    const attempt = (agents: Agents) => exchange(url, request, agents, options, deadline.signal);
    try {
      return await attempt(kept).catch((error) => {
        if (error === STALE) return attempt(fresh);
        throw error;
      });
    } finally {
      clearTimeout(timer);
    }
  };
};

const parse = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new Misconfigured({ code: 'invalid_request', message: sentence('net_unparsed') });
};

type Agents = Readonly<Record<string, InstanceType<typeof http.Agent>>>;

/**
 * Servers close idle connections: Node after 5 s (its Keep-Alive header says so, and the agent obeys), nginx after 75
 * s.
 */
const IDLE_MS = 30_000;

const createAgents = ({ guard, ca }: SendOptions, keepAlive: boolean): Agents => {
  const connection = {
    keepAlive,
    timeout: IDLE_MS,
    maxSockets: 100,
    maxFreeSockets: 16,
    // Node's 250 ms for each of several addresses are shorter than a round trip between some continents.
    autoSelectFamilyAttemptTimeout: 2_000,
    ...(guard && { lookup: createLookup(guard) }),
  };
  return {
    'http:': new http.Agent(connection),
    'https:': new https.Agent({
      ...connection,
      // This setting overrides NODE_TLS_REJECT_UNAUTHORIZED in the environment.
      rejectUnauthorized: true,
      // Made once, because reading a hundred root certificates for each connection takes 30 ms.
      ...(ca && { secureContext: createSecureContext({ ca: [...getCACertificates(), ...ca] }) }),
    }),
  };
};

/** The server had closed an idle connection before any byte came. */
const STALE = new Error('stale connection');

const exchange = (
  url: URL,
  { method, headers, body }: HttpRequest,
  agents: Agents,
  options: SendOptions,
  deadline: AbortSignal,
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const host = url.hostname;
    const isSecure = url.protocol === 'https:';
    let phase: Phase = 'connecting';
    let answer: IncomingMessage | undefined;

    const request = prepared(host, () =>
      (isSecure ? https : http).request({
        method,
        protocol: url.protocol,
        hostname: host.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: `${url.pathname}${url.search}`,
        agent: agents[url.protocol],
        headers: {
          'accept-encoding': 'identity',
          ...(options.userAgent !== undefined && { 'user-agent': options.userAgent }),
          ...headers,
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        },
      }),
    );
    const fail = (error: unknown) => {
      // The promise rejects here, because a request that still waits for a connection reports no error when it is
      // destroyed.
      reject(error);
      request.destroy();
    };
    deadline.addEventListener('abort', () => {
      fail(fault('timeout', sentence('net_timeout', { host, ms: String(options.timeoutMs), phase })));
    });

    request.once('socket', (socket) => {
      if (socket.connecting) {
        socket.once('connect', () => {
          phase = isSecure ? 'securing' : 'waiting';
        });
        socket.once('secureConnect', () => {
          phase = 'waiting';
        });
      } else {
        phase = 'waiting';
      }
      socket.prependOnceListener('data', () => {
        phase = 'reading';
      });
    });
    request.on('error', (error) => {
      // A complete answer counts, whatever bytes follow it (a 204 with a body, a length that is too short).
      if (answer?.complete) return;
      const isStale = request.reusedSocket && phase === 'waiting' && isReset(error);
      fail(isStale ? STALE : classed(error, phase, host));
    });
    request.once('upgrade', () => fail(fault('protocol', sentence('net_upgrade', { host }), 101)));
    request.once('response', (response) => {
      answer = response;
      read(response, host, options).then(resolve, (error) => fail(classed(error, phase, host)));
    });
    request.end(body);
  });

/** Node refuses an invalid header in its own words. Our words name the host only. */
const prepared = <T>(host: string, request: () => T): T => {
  try {
    return request();
  } catch (error) {
    const code = codeOf(error);
    throw new Misconfigured({ code: 'invalid_request', message: sentence('net_unfit', { host, code }) });
  }
};

const read = async (
  response: IncomingMessage,
  host: string,
  { maxBytes, onTooLong }: SendOptions,
): Promise<HttpAnswer> => {
  const status = response.statusCode ?? 0;
  const distinct = Object.entries(response.headersDistinct);
  const headers = Object.fromEntries(distinct.map(([name, values]) => [name, (values ?? []).join(', ')]));

  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    if (onTooLong === 'fail') throw fault('protocol', sentence('net_compressed', { host }), status);
    response.destroy();
    return { status, headers, body: '', cut: true };
  }

  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  const cut = size > maxBytes;
  if (cut && onTooLong === 'fail')
    throw fault('too_large', sentence('net_too_large', { host, bytes: String(maxBytes) }), status);
  const bytes = Buffer.concat(chunks, Math.min(size, maxBytes));
  // With `stream`, the decoder drops a character that the cut has split. Otherwise it would insert a replacement
  // character.
  return { status, headers, body: new TextDecoder().decode(bytes, { stream: cut }), cut };
};
