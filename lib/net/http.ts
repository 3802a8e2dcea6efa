/**
 * The one user of the network: one HTTP/1.1 exchange, bounded in time and bytes.
 *
 * On node:https, because fetch cannot read an answer of 407, cannot be kept to checked addresses, and inflates what it is
 * sent; and undici would triple the notifier's bundle.
 */
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import { Misconfigured, RetryLater } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import { createLookup, type Guard, refusal } from './address-guard.ts';
import { classed, codeOf, fault, isReset, type Phase } from './http-faults.ts';

// An ES import of node:http reads all its exports, WebSocket among them, and so loads undici: 40 ms of CPU at every cold
// start that this way of asking does not cost.
const http = process.getBuiltinModule('node:http');

/**
 * One HTTP request, ready to send. Nothing is added to it but `host`, `connection`, `content-length`, and where it has none
 * `accept-encoding: identity` and the sender's `user-agent`.
 */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Absolute, already encoded; sent as it stands. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type HttpAnswer = {
  readonly status: number;
  /** Names in lower case; of a repeated header the values joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded as UTF-8. */
  readonly body: string;
  /** Whether the body went on past the byte cap (only where the caller asked to keep the beginning). */
  readonly cut: boolean;
};

/** Makes one attempt; follows nothing, retries nothing. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

export type SendOptions = {
  /** For the whole attempt, from looking up the name to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The most of an answer's body that is read. */
  readonly maxBytes: number;
  /** What to do with a longer one: no answer at all, or its beginning. */
  readonly onTooLong: 'fail' | 'cut';
  /** Keeps every connection on the addresses it lets through; left out, any host may be called. */
  readonly guard?: Guard;
  readonly userAgent?: string;
  /** Certificate authorities to trust besides the usual ones, PEM. */
  readonly ca?: readonly string[];
};

/**
 * A `Send` with connections of its own, kept open between requests.
 *
 * Throws RetryLater with the code `timeout`, `dns`, `connect`, `tls`, `reset`, `too_large`, `protocol` or
 * `blocked_address`, and Misconfigured (`invalid_request`) for a request that cannot be put on the wire. Messages name the
 * host and the fault, never path, query, headers or body. A redirect is an answer like any other.
 *
 * No answer is ever inflated: identity is asked for, and a compressed answer is `protocol`; where only the beginning of a
 * body is wanted, its status counts and its body is left unread.
 *
 * A request that meets a kept connection its server has already closed goes out once more on a new one, within the same
 * deadline, so long as not a byte of an answer came.
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

/** Servers close what idles: Node's after 5 s (and say so in Keep-Alive, which the agent heeds), nginx after 75 s. */
const IDLE_MS = 30_000;

const createAgents = ({ guard, ca }: SendOptions, keepAlive: boolean): Agents => {
  const connection = {
    keepAlive,
    timeout: IDLE_MS,
    maxSockets: 100,
    maxFreeSockets: 16,
    // Node's 250 ms for each of several addresses is less than a round trip between some continents.
    autoSelectFamilyAttemptTimeout: 2_000,
    ...(guard && { lookup: createLookup(guard) }),
  };
  return {
    'http:': new http.Agent(connection),
    'https:': new https.Agent({
      ...connection,
      // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot unsay it.
      rejectUnauthorized: true,
      // Made once: to read a hundred root certificates anew for each connection takes 30 ms.
      ...(ca && { secureContext: createSecureContext({ ca: [...getCACertificates(), ...ca] }) }),
    }),
  };
};

/** A kept connection turned out to be closed before anything came over it. */
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
      // Rejects by itself: a request still queued for a connection would not tell that it was destroyed.
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
      // An answer that has come to its end stands, whatever bytes follow it (a 204 with a body, a length that is too short).
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

/** Node refuses what cannot be a header, in words of its own; ours name the host and nothing else. */
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
  // As part of a stream, a character that the cut has split is left out instead of replaced.
  return { status, headers, body: new TextDecoder().decode(bytes, { stream: cut }), cut };
};
