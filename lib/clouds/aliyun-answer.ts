import {
  ClockSkew,
  type CloudWords,
  Misconfigured,
  NotAllowed,
  Refused,
  RetryLater,
  Throttled,
} from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import type { HttpAnswer } from '../net/http.ts';
import { retryAfterMs } from '../net/retry-after.ts';
import { GOOD, isOfTheKey, NO_SUCH_THING, SKEWED, WRONG_ADDRESS } from './aliyun-codes.ts';
import { type Answer, cloudTime, isSuccess, nonsense, quoted, type Reading, withoutSecrets } from './answer.ts';
import { asksForPatience, familyOf } from './code-family.ts';
import { code, type Fields, given, parseFields, text } from './fields.ts';

export type AliyunReading = Reading & {
  /**
   * The values that the request held. The cloud may quote them in its message. opwatch removes them before it reads the
   * message.
   */
  readonly sent: readonly string[];
};

/** Returns the wait that the header `x-acs-retry-after` names: milliseconds, a positive whole number. */
const wishMs = (answer: HttpAnswer): number | undefined => {
  const value = answer.headers['x-acs-retry-after']?.trim() ?? '';
  return /^0*[1-9]\d{0,12}$/.test(value) ? Number(value) : undefined;
};

/**
 * Reads an answer of an Alibaba Cloud RPC API. It judges by `Code`, by the HTTP status and by the headers.
 *
 * Throws the LookError whose class tells the caller its next step. Alibaba Cloud reports throttling in two ways: HTTP
 * 400 with a `Code`, or only the header `x-acs-retry-after` (aliyun/darabonba-openapi pull request 283). Only a JSON
 * object is an answer. An error `Code` in an HTTP 200 is an error too. For a code that is in no list, the words in
 * the code decide (`code-family.ts`). Source: the products' error code pages, and NeedRetry in
 * aliyun/terraform-provider-alicloud.
 */
export const readAliyun = (answer: HttpAnswer, reading: AliyunReading): Answer => {
  const wish = wishMs(answer);
  const afterMs = wish ?? retryAfterMs(answer, reading.now);
  const body = answer.cut ? undefined : parseFields(answer.body);
  const said = code(body?.Code);
  const failed = !isSuccess(answer.status);
  const requestId = text(body?.RequestId) ?? text(answer.headers['x-acs-request-id']);

  const fine = !failed && (said === undefined || GOOD.test(said));
  if (body && fine) return { kind: 'answered', body, ...given({ requestId }) };

  const words = wordsOf(answer, body, said, requestId, reading);
  if (wish !== undefined) throw new Throttled(words, wish);
  if (!body || said === undefined)
    throw nonsense(
      answer,
      body ? sentence('no_error_code', { name: 'Code' }) : sentence('no_json'),
      afterMs,
      reading.credentials,
    );
  // BPStudio repeats the number of an HTTP status as `Code` in an HTTP 200.
  const status = failed ? answer.status : Number(/^[45]\d\d$/.exec(said)?.[0] ?? answer.status);
  const family = familyOf(said);

  if (family === 'rate' || status === 429) throw new Throttled(words, afterMs);
  if (status >= 500 || status === 408) throw new RetryLater(words, afterMs);
  const time = cloudTime(answer, reading.now);
  if (SKEWED.test(said)) throw time === undefined ? new RetryLater(words) : new ClockSkew(words, time);
  // Only the gateway refuses a key, and its answer has an HTTP error status. An error in an HTTP 200 comes from the
  // service.
  if (isOfTheKey(said, withoutSent(words.message, reading))) throw failed ? new Refused(words) : new NotAllowed(words);
  if ((reading.unknownCode ?? NO_SUCH_THING).test(said)) return { kind: 'unknown', words };
  if (family === 'passing') throw new RetryLater(words, afterMs);
  if (family === 'permission' || [401, 403, 407].includes(status)) throw new NotAllowed(words);
  if (family === 'mistake' || WRONG_ADDRESS.test(said)) throw new Misconfigured(words);
  throw status < 400 || asksForPatience(words.message) ? new RetryLater(words, afterMs) : new Misconfigured(words);
};

const withoutSent = (message: string, { sent }: AliyunReading): string =>
  sent.reduce((rest, value) => rest.replaceAll(value, ''), message);

const wordsOf = (
  { status, body: whole }: HttpAnswer,
  body: Fields | undefined,
  said: string | undefined,
  requestId: string | undefined,
  { credentials }: AliyunReading,
): CloudWords => ({
  code: said ?? `http_${status}`,
  message: withoutSecrets(text(body?.Message) ?? `HTTP ${status}: ${quoted(whole, credentials)}`, credentials),
  status,
  ...given({ requestId }),
});
