import {
  ClockSkew,
  type CloudWords,
  Misconfigured,
  NotAllowed,
  Refused,
  RetryLater,
  Throttled,
} from '../core/errors.ts';
import { MINUTE } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import type { HttpAnswer } from '../net/http.ts';
import { retryAfterMs } from '../net/retry-after.ts';
import {
  type Answer,
  cloudTime,
  isSuccess,
  nonsense,
  quoted,
  type Reading,
  SKEW_MAX_MS,
  withoutSecrets,
} from './answer.ts';
import { code, type Fields, fields, given, parseFields, text } from './fields.ts';
import { GATEWAY, GOOD, sortOf } from './huawei-codes.ts';

export type HuaweiReading = Reading & {
  /** The member that tells a state: beside one, `error_code` in an HTTP 200 tells why the operation failed, not that asking did. */
  readonly stateIn?: string;
  /** Values that the request held: the cloud may quote them back, and they are none of its own words. */
  readonly sent: readonly string[];
};

const codeInSuccess = (body: Fields) => code(body.error_code) ?? code(body.errCode);

const codeOf = (body: Fields) => codeInSuccess(body) ?? code(fields(body.error).code) ?? code(body.code);

const messageOf = (body: Fields) =>
  text(body.error_msg) ?? text(body.externalMessage) ?? text(fields(body.error).message) ?? text(body.message);

/**
 * Reads an answer of a Huawei Cloud REST API by `error_code`, HTTP status and headers alike.
 *
 * Throws the LookError that names what to do next. 429 and 5xx say nothing about what was asked, whatever their code. A 401 of
 * the gateway, or one that names no service, means refused credentials, and more than five in a row lock the key, or a date
 * too far off, which the `Date` header tells apart (APIGW.0301, APIGW.0303). An empty HTTP 200 is an answer that tells
 * nothing; anything else but a JSON object is none. A code that no list names is read by its family (`huawei-codes.ts`).
 * Source: Huawei Cloud, "API Request Signing Guide", error codes; bodies as the products' SDKs read them.
 */
export const readHuawei = (answer: HttpAnswer, reading: HuaweiReading): Answer => {
  const { status } = answer;
  const failed = !isSuccess(status);
  const isEmpty = !answer.cut && answer.body.trim() === '';
  const body = isEmpty && !failed ? {} : answer.cut ? undefined : parseFields(answer.body);
  const said = body && (failed ? codeOf(body) : codeInSuccess(body));
  const hasState = reading.stateIn !== undefined && text(body?.[reading.stateIn]) !== undefined;
  const fine = said === undefined || GOOD.test(said) || hasState;
  const requestId = text(body?.request_id) ?? text(answer.headers['x-request-id']);
  if (body && !failed && fine) return { kind: 'answered', body, ...given({ requestId }) };

  const { credentials } = reading;
  if (!body && status !== 401)
    throw nonsense(answer, sentence('no_json'), retryAfterMs(answer, reading.now), credentials);
  const message = (body && messageOf(body)) ?? `HTTP ${status}: ${quoted(answer.body, credentials)}`;
  const words: CloudWords = {
    code: said ?? `http_${status}`,
    message: withoutSecrets(message, credentials),
    status,
    ...given({ requestId }),
  };
  return meaningOf(answer, words, said, reading);
};

/** What an error means: absence, or the LookError that it is. */
const meaningOf = (answer: HttpAnswer, words: CloudWords, said: string | undefined, reading: HuaweiReading): Answer => {
  const { status } = answer;
  const afterMs = retryAfterMs(answer, reading.now);
  const isOfGateway = said !== undefined && GATEWAY.test(said);
  const own = reading.sent.reduce((rest, value) => rest.replaceAll(value, ' '), words.message);
  const sort = said === undefined ? undefined : sortOf(said, status, own);

  if (status === 429) throw new Throttled(words, afterMs);
  if (status >= 500 || status === 408) throw new RetryLater(words, afterMs);
  // Whoever answers so without a code of a service may count it as a failure of the key, and lock it.
  if (status === 401 && (said === undefined || isOfGateway)) throw skewOrRefusal(answer, words, reading.now);
  if (said === undefined)
    throw nonsense(answer, sentence('no_error_code', { name: 'code' }), afterMs, reading.credentials);
  if (sort !== 'key' && reading.unknownCode?.test(said)) return { kind: 'unknown', words };
  if (sort === 'rate') throw new Throttled(words, afterMs);
  if (sort === 'key' && !isSuccess(status)) throw skewOrRefusal(answer, words, reading.now);
  if (sort === 'passing') throw new RetryLater(words, afterMs);
  if (sort !== undefined || status === 401 || status === 403) throw new NotAllowed(words);
  // The product's own "Not Found" is about what was asked; the gateway's is about the address.
  if (status === 404 && !isOfGateway) return { kind: 'unknown', words };
  throw status >= 400 ? new Misconfigured(words) : new RetryLater(words, afterMs);
};

/**
 * "AK access failed to reach the limit": after more than five failures in a row the gateway takes no call of the key for five
 * minutes. Source: API Request Signing Guide, error codes and FAQs.
 */
const LOCKED = /access failed to reach the limit/i;
const LOCKED_FOR_MS = 5 * MINUTE;

const skewOrRefusal = (answer: HttpAnswer, words: CloudWords, now: number) => {
  // Signed by the right clock it would be refused as well: it is not tried again at once.
  if (LOCKED.test(words.message)) return new Refused(words, LOCKED_FOR_MS);
  const time = cloudTime(answer, now);
  return time !== undefined && Math.abs(time - now) > SKEW_MAX_MS ? new ClockSkew(words, time) : new Refused(words);
};
