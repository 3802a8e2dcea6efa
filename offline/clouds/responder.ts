/** How answers are written in one cloud's shape, and what an API has to write them from. */
import type { Answer } from './answer.ts';
import type { Moment } from './operation.ts';

/** Writes answers in one cloud's shape: its headers, its request id, its way to say no. One for each request. */
export type Responder = {
  readonly ok: (json: object) => Answer;
  /** `more` is laid over the body. */
  readonly error: (status: number, code: string, message: string, more?: object) => Answer;
  /** Too many calls, in this cloud's plainest words. */
  readonly throttled: () => Answer;
  /** The same said by a header that names the wait. */
  readonly backOff: (ms: number) => Answer;
  readonly unavailable: () => Answer;
  readonly broken: () => Answer;
  /** The key is good and lacks the permission. */
  readonly denied: () => Answer;
  /** The headers of the request, secrets and all. */
  readonly sent: Readonly<Record<string, string>>;
  /** An address on another host, where nobody should arrive. */
  readonly elsewhere: string;
};

export type Params = Readonly<Record<string, string>>;

export type Asked = {
  readonly params: Params;
  /** The operations of the call as they stand now, newest first. */
  readonly moments: readonly Moment[];
  readonly responder: Responder;
  /** How far the cloud's clock is ahead, ms: by that clock it tells when a run began. */
  readonly aheadMs: number;
  /** How many entries a page of a list has at most. */
  readonly pageSize: number;
  /** Answers as the API does for what it does not know. */
  readonly absent: () => Answer;
};
