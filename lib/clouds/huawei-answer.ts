import { ClockSkew, type CloudWords, Misconfigured, NotAllowed, Refused, RetryLater, Throttled } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { retryAfterMs } from '../retry-after.ts';
import { type Answer, cloudTime, isSuccess, nonsense, type Reading, SKEW_MAX_MS, withoutSecrets } from './answer.ts';
import { code, type Fields, fields, given, parseFields, text } from './fields.ts';

export type HuaweiReading = Reading & {
  /** True where `error_code` in an HTTP 200 tells why the thing asked about failed, not that asking failed. */
  readonly errorCodeIsFact?: boolean;
};

/** `error_code` of an answer that went well, where a product has one in its HTTP 200 (DWS). */
const GOOD = /^DWS\.0000$/;

/** The API gateway's own codes, in both of its spellings, come before any service was asked. */
const GATEWAY = /^APIG(W)?\./;
const BUSY = /^APIGW?\.0308$/;

const codeInSuccess = (body: Fields) => code(body.error_code) ?? code(body.errCode);

const codeOf = (body: Fields) => codeInSuccess(body) ?? code(fields(body.error).code) ?? code(body.code);

const messageOf = (body: Fields) =>
  text(body.error_msg) ?? text(body.externalMessage) ?? text(fields(body.error).message) ?? text(body.message);

/**
 * Reads an answer of a Huawei Cloud REST API by `error_code`, HTTP status and headers alike.
 *
 * Throws the LookError that names what to do next. A 401 means refused credentials, and more than five in a row lock the
 * key, or a date too far off, which the `Date` header tells apart (APIGW.0301, APIGW.0303). An empty HTTP 200 is an
 * answer that tells nothing; anything else but a JSON object is none, whatever the status.
 * Source: Huawei Cloud, "API Request Signing Guide", error codes; bodies as the products' SDKs read them.
 */
export const readHuawei = (answer: HttpAnswer, reading: HuaweiReading): Answer => {
  const { status } = answer;
  const failed = !isSuccess(status);
  const afterMs = retryAfterMs(answer);
  const empty = !failed && !answer.cut && answer.body.trim() === '';
  const body = empty ? {} : answer.cut ? undefined : parseFields(answer.body);
  if (!body) throw nonsense(answer, 'no JSON object', afterMs, reading.credentials);

  const requestId = text(body.request_id) ?? text(answer.headers['x-request-id']);
  const said = failed ? codeOf(body) : codeInSuccess(body);
  const fine = said === undefined || GOOD.test(said) || reading.errorCodeIsFact;
  if (!failed && fine) return { kind: 'told', body, ...given({ requestId }) };

  const words: CloudWords = {
    code: said ?? `http_${status}`,
    message: withoutSecrets(messageOf(body) ?? `HTTP ${status}`, reading.credentials),
    status,
    ...given({ requestId }),
  };
  if (said !== undefined && reading.unknownCode?.test(said)) return { kind: 'unknown', words };
  if (BUSY.test(words.code) || status === 429) throw new Throttled(words, afterMs);
  if (status >= 500 || status === 408) throw new RetryLater(words, afterMs);
  if (status === 401) throw skewOrRefusal(words, cloudTime(answer, reading.now), reading.now);
  if (status === 403) throw new NotAllowed(words);
  if (said === undefined) throw nonsense(answer, 'an error without a code', afterMs, reading.credentials);
  if (status === 404 && !GATEWAY.test(said)) return { kind: 'unknown', words };
  throw status >= 400 ? new Misconfigured(words) : new RetryLater(words, afterMs);
};

const skewOrRefusal = (words: CloudWords, time: number | undefined, now: number) =>
  time !== undefined && Math.abs(time - now) > SKEW_MAX_MS ? new ClockSkew(words, time) : new Refused(words);
