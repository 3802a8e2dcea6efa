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
  /**
   * The name of the member that holds the state. When an HTTP 200 has a state and an `error_code`, the code gives the
   * reason why the operation failed. The call itself succeeded.
   */
  readonly stateIn?: string;
  /**
   * The values that the request held. The cloud may quote them in its message. opwatch removes them before it reads the
   * message.
   */
  readonly sent: readonly string[];
};

const codeInSuccess = (body: Fields) => code(body.error_code) ?? code(body.errCode);

const codeOf = (body: Fields) => codeInSuccess(body) ?? code(fields(body.error).code) ?? code(body.code);

const messageOf = (body: Fields) =>
  text(body.error_msg) ?? text(body.externalMessage) ?? text(fields(body.error).message) ?? text(body.message);

/**
 * Reads an answer of a Huawei Cloud REST API. It judges by `error_code`, by the HTTP status and by the headers.
 *
 * Throws the LookError whose class tells the caller its next step. A 429 or 5xx says nothing about the operation,
 * whatever its code is. A 401 that comes from the gateway or names no service has one of two causes. Either the cloud
 * refuses the credentials (more than five such answers in a row lock the key), or the date of the request is too far
 * off. The `Date` header tells the two apart (APIGW.0301, APIGW.0303). An empty HTTP 200 is a valid answer without
 * content. Every other answer must be a JSON object. For a code that is in no list, the words in it decide
 * (`huawei-codes.ts`). Source: Huawei Cloud, "API Request Signing Guide", error codes; bodies as the products' SDKs
 * read them.
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

/**
 * Judges an error of the cloud. It returns `unknown` for an error that means absence, and throws the fitting LookError
 * for every other error.
 */
const meaningOf = (answer: HttpAnswer, words: CloudWords, said: string | undefined, reading: HuaweiReading): Answer => {
  const { status } = answer;
  const afterMs = retryAfterMs(answer, reading.now);
  const isOfGateway = said !== undefined && GATEWAY.test(said);
  const own = reading.sent.reduce((rest, value) => rest.replaceAll(value, ' '), words.message);
  const sort = said === undefined ? undefined : sortOf(said, status, own);

  if (status === 429) throw new Throttled(words, afterMs);
  if (status >= 500 || status === 408) throw new RetryLater(words, afterMs);
  // A server that sends 401 without the code of a service may count it as a failure of the key, and may lock the key.
  if (status === 401 && (said === undefined || isOfGateway)) throw skewOrRefusal(answer, words, reading.now);
  if (said === undefined)
    throw nonsense(answer, sentence('no_error_code', { name: 'code' }), afterMs, reading.credentials);
  if (sort !== 'key' && reading.unknownCode?.test(said)) return { kind: 'unknown', words };
  if (sort === 'rate') throw new Throttled(words, afterMs);
  if (sort === 'key' && !isSuccess(status)) throw skewOrRefusal(answer, words, reading.now);
  if (sort === 'passing') throw new RetryLater(words, afterMs);
  if (sort !== undefined || status === 401 || status === 403) throw new NotAllowed(words);
  // A "Not Found" of the product is about the operation. A "Not Found" of the gateway is about the address.
  if (status === 404 && !isOfGateway) return { kind: 'unknown', words };
  throw status >= 400 ? new Misconfigured(words) : new RetryLater(words, afterMs);
};

/**
 * "AK access failed to reach the limit": after more than five failures in a row the gateway refuses every call of the
 * key for five minutes. Source: API Request Signing Guide, error codes and FAQs.
 */
const LOCKED = /access failed to reach the limit/i;
const LOCKED_FOR_MS = 5 * MINUTE;

const skewOrRefusal = (answer: HttpAnswer, words: CloudWords, now: number) => {
  // The cloud refuses a locked key even when the date is right, so opwatch does not try again at once.
  if (LOCKED.test(words.message)) return new Refused(words, LOCKED_FOR_MS);
  const time = cloudTime(answer, now);
  return time !== undefined && Math.abs(time - now) > SKEW_MAX_MS ? new ClockSkew(words, time) : new Refused(words);
};
