/** Reads the HTTP answer of a cloud before an adapter reads a state in it. */
import { type CloudWords, RetryLater, Throttled } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import { plain } from '../core/text.ts';
import type { HttpAnswer } from '../net/http.ts';
import { redact } from '../net/redact.ts';
import { parseHttpDate } from '../net/retry-after.ts';
import type { Credentials } from './cloud.ts';
import { type Fields, given } from './fields.ts';

export type Answer =
  /** The cloud told something about the operation. */
  | { readonly kind: 'answered'; readonly body: Fields; readonly requestId?: string }
  /** The cloud does not know the operation. */
  | { readonly kind: 'unknown'; readonly words: CloudWords };

/** The values besides the answer that a reader of answers needs. */
export type Reading = {
  readonly credentials: Credentials;
  /** Now, epoch ms, by the cloud's clock. */
  readonly now: number;
  /** Codes by which this product says that it does not know the operation. No other code counts as absence. */
  readonly unknownCode?: RegExp;
};

/** Both clouds accept a request whose date is at most 15 minutes off their clock. */
export const SKEW_MAX_MS = 15 * 60_000;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Returns the time of the cloud's clock, from its `Date` header, epoch ms. */
export const cloudTime = ({ headers }: HttpAnswer, now: number): number | undefined =>
  parseHttpDate(headers.date?.trim() ?? '', now);

/**
 * Removes the secrets from a cloud's words. When a cloud refuses a signature, it quotes the request, and the request
 * holds the token.
 */
export const withoutSecrets = (words: string, { secretAccessKey, securityToken = '' }: Credentials): string =>
  redact(words, [secretAccessKey, securityToken]);

const QUOTED_BYTES = 300;

/**
 * Returns the beginning of a body that opwatch cannot read, because a person may understand it. The text holds no
 * secrets and is safe to store.
 */
export const quoted = (body: string, credentials: Credentials): string =>
  plain(withoutSecrets(body.trim(), credentials), QUOTED_BYTES);

/**
 * Returns the error for an answer that does not come from the cloud's API: a proxy's page, a cut body, JSON of another
 * shape.
 */
export const nonsense = (
  answer: HttpAnswer,
  what: string,
  afterMs: number | undefined,
  credentials: Credentials,
): RetryLater => {
  const quote = quoted(answer.body, credentials);
  const message = `HTTP ${answer.status}: ${what}${quote && `: ${quote}`}`;
  const words = { code: 'no_sense', message, status: answer.status };
  return answer.status === 429 ? new Throttled(words, afterMs) : new RetryLater(words, afterMs);
};

/** Returns the error for an answer of the cloud about another operation than the requested one. */
export const ofAnother = (asked: string, other: string, requestId: string | undefined): RetryLater =>
  new RetryLater({
    code: 'of_another',
    message: sentence('of_another', { wanted: asked, told: other }),
    ...given({ requestId }),
  });

/** Returns the error for an answer of the cloud that holds no state. */
export const noState = (field: string, requestId: string | undefined): RetryLater =>
  new RetryLater({ code: 'no_state', message: sentence('no_state', { name: field }), ...given({ requestId }) });
