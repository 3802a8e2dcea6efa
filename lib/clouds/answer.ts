/** What becomes of a cloud's HTTP answer before anybody reads a state in it. */
import { type CloudWords, RetryLater, Throttled } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import { plain } from '../core/text.ts';
import type { HttpAnswer } from '../net/http.ts';
import { redact } from '../net/redact.ts';
import { parseHttpDate } from '../net/retry-after.ts';
import type { Credentials } from './cloud.ts';
import { type Fields, given } from './fields.ts';

export type Answer =
  /** The cloud told something of what was asked about. */
  | { readonly kind: 'answered'; readonly body: Fields; readonly requestId?: string }
  /** The cloud does not know what was asked about. */
  | { readonly kind: 'unknown'; readonly words: CloudWords };

/** What reading an answer depends on besides the answer. */
export type Reading = {
  readonly credentials: Credentials;
  /** Now, epoch ms, by the cloud's clock. */
  readonly now: number;
  /** Codes by which this product says that it does not know what was asked about: no other code counts as absence. */
  readonly unknownCode?: RegExp;
};

/** How far a request's date may be from the cloud's clock: 15 minutes with both clouds. */
export const SKEW_MAX_MS = 15 * 60_000;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** The cloud's clock by its `Date` header, epoch ms. */
export const cloudTime = ({ headers }: HttpAnswer, now: number): number | undefined =>
  parseHttpDate(headers.date?.trim() ?? '', now);

/** A cloud's words without secrets: it explains a refused signature by quoting the request back, token and all. */
export const withoutSecrets = (words: string, { secretAccessKey, securityToken = '' }: Credentials): string =>
  redact(words, [secretAccessKey, securityToken]);

const QUOTED_BYTES = 300;

/** The beginning of a body that nobody understands: a person may. Without secrets, and safe to keep. */
export const quoted = (body: string, credentials: Credentials): string =>
  plain(withoutSecrets(body.trim(), credentials), QUOTED_BYTES);

/** The error for an answer that is none of the cloud's own: a proxy's page, a cut body, JSON of another shape. */
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

/** The error for an answer that is the cloud's own and tells of another operation than the one asked about. */
export const ofAnother = (asked: string, other: string, requestId: string | undefined): RetryLater =>
  new RetryLater({
    code: 'of_another',
    message: sentence('of_another', { wanted: asked, told: other }),
    ...given({ requestId }),
  });

/** The error for an answer that is the cloud's own and holds no state. */
export const noState = (field: string, requestId: string | undefined): RetryLater =>
  new RetryLater({ code: 'no_state', message: sentence('no_state', { name: field }), ...given({ requestId }) });
