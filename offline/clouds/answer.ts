/** An answer of a stand-in, and how its bytes leave. */
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

/** How the bytes of an answer leave: as they should, or in one of the ways that hurt a careless client. */
export type Sending = 'whole' | 'reset' | 'drip' | 'huge' | 'bomb' | 'hang';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly sending?: Sending;
  /** The code of the error it tells, for the log. */
  readonly code?: string;
};

const MEGABYTE = 1024 * 1024;
const HUGE_MEGABYTES = 100;
const DRIP_MS = 1000;

const FILLER = Buffer.alloc(MEGABYTE, 'x');
let packedFiller: Buffer | undefined;

/** Sends `answer` as it says. Stops by itself when the client goes away. */
export const transmit = (answer: Answer, response: ServerResponse): void => {
  SENDERS[answer.sending ?? 'whole'](answer, response);
};

const SENDERS: Readonly<Record<Sending, (answer: Answer, response: ServerResponse) => void>> = {
  whole(answer, response) {
    head(answer, response).end(answer.body);
  },

  /** Promises the whole body, sends half of it and resets the connection. */
  reset(answer, response) {
    const bytes = Buffer.from(answer.body);
    head(answer, response, { 'content-length': String(bytes.length) });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.resetAndDestroy());
  },

  /** One byte a second: defeats every idle time-out, and only a deadline for the whole helps. */
  drip(answer, response) {
    const bytes = Buffer.from(answer.body);
    head(answer, response, { 'content-length': String(bytes.length) });
    let sent = 0;
    const next = () => {
      response.write(bytes.subarray(sent, sent + 1));
      sent += 1;
      if (sent >= bytes.length) response.end();
    };
    next();
    const timer = setInterval(next, DRIP_MS);
    response.once('close', () => clearInterval(timer));
  },

  huge(answer, response) {
    pipeline(Readable.from(padded(answer.body)), head(answer, response), () => undefined);
  },

  /** The same 100 MB as some 100 KB of gzip, whatever the client said it accepts. */
  bomb(answer, response) {
    packedFiller ??= gzipSync(FILLER);
    const packed = packedFiller;
    const members = Readable.from(padded(answer.body)).map((part: Buffer) =>
      part === FILLER ? packed : gzipSync(part),
    );
    pipeline(members, head(answer, response, { 'content-encoding': 'gzip' }), () => undefined);
  },

  hang() {
    // Nothing, until the client gives up.
  },
};

const head = (answer: Answer, response: ServerResponse, more: Readonly<Record<string, string>> = {}): ServerResponse =>
  response.writeHead(answer.status, { ...answer.headers, ...more });

/** Valid JSON all the same, with what the cloud really said at its far end: a client that reads on would even be right. */
function* padded(body: string): Generator<Buffer> {
  yield Buffer.from('{"Padding":"');
  for (let i = 0; i < HUGE_MEGABYTES; i++) yield FILLER;
  yield Buffer.from(body.startsWith('{') && body !== '{}' ? `",${body.slice(1)}` : '"}');
}
