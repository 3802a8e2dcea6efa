import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { BadRequest } from '../local-server.ts';
import type { Answer, Judgment, Receiver } from './receiver.ts';

const manners = ['hang', 'slow', 'redirect', 'huge', 'reset'] as const;

const plays = ['limited', 'refused'] as const;

/** How a name misbehaves instead of answering as its receiver would. */
export type Mode = {
  /** Says, in its receiver's own way, that it is told too often, or just no. */
  readonly play?: (typeof plays)[number];
  readonly status?: number;
  readonly body?: string;
  /** `Retry-After`, as it is to stand in the header. */
  readonly retryAfter?: string;
  readonly manner?: (typeof manners)[number];
  /** How long `slow` waits before it answers, ms. */
  readonly delayMs?: number;
  /** For how many attempts; without it until it is taken back. */
  readonly times?: number;
};

const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');
const HUGE_MEGABYTES = 100;
const DEFAULT_DELAY_MS = 5000;

const isWhole = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isText = (value: unknown): boolean => typeof value === 'string';

const fits: Readonly<Record<keyof Mode, (value: unknown) => boolean>> = {
  play: (value) => plays.some((play) => play === value),
  status: (value) => isWhole(value) && Number(value) >= 200 && Number(value) <= 599,
  body: isText,
  retryAfter: isText,
  manner: (value) => manners.some((manner) => manner === value),
  delayMs: isWhole,
  times: (value) => isWhole(value) && value !== 0,
};

/** Throws BadRequest naming the field that does not fit. */
export function parseMode(value: unknown): Mode {
  if (typeof value !== 'object' || value === null) throw new BadRequest('a mode is a JSON object');
  const bad = Object.entries(value).find(([name, one]) => !Object.hasOwn(fits, name) || !fits[name as keyof Mode](one));
  if (bad) throw new BadRequest(`${bad[0]} does not fit; a mode has ${Object.keys(fits).join(', ')}`);
  return value;
}

/** The receiver's own answer, unless it plays another part, or was told more often than it takes. */
export function judgedAs(receiver: Receiver, judgment: Judgment, { play }: Mode, isTooOften: boolean): Judgment {
  if (play) return { ...judgment, answer: receiver[play], fault: `${play}, as it was told to be` };
  return isTooOften ? { ...judgment, answer: receiver.limited, fault: 'told too often' } : judgment;
}

/** Changes the receiver's own answer by `mode`. Status 0 stands for an answer that never comes. */
export function answerOf(own: Answer, { status, body, retryAfter, manner }: Mode): Answer {
  const silent = manner === 'hang' || manner === 'reset';
  return {
    status: silent ? 0 : (status ?? (manner === 'redirect' ? 307 : own.status)),
    body: body ?? own.body ?? '',
    headers: { ...own.headers, ...(retryAfter !== undefined && { 'retry-after': retryAfter }) },
  };
}

/** Sends the answer in the manner of `mode`; `elsewhere` is where it redirects to. */
export function transmit(answer: Answer, { manner, delayMs }: Mode, response: ServerResponse, elsewhere: string): void {
  const head = (status = answer.status) => response.writeHead(status, answer.headers);
  if (manner === 'hang') return;
  if (manner === 'reset') response.socket?.resetAndDestroy();
  else if (manner === 'slow') {
    const timer = setTimeout(() => head().end(answer.body), delayMs ?? DEFAULT_DELAY_MS);
    response.once('close', () => clearTimeout(timer));
  } else if (manner === 'huge') {
    const megabytes = Array<Buffer>(HUGE_MEGABYTES).fill(MEGABYTE);
    // A 204 has no body to be huge with.
    pipeline(Readable.from(megabytes), head(answer.status === 204 ? 200 : answer.status), () => undefined);
  } else {
    if (manner === 'redirect') response.setHeader('location', elsewhere);
    head().end(answer.body);
  }
}
