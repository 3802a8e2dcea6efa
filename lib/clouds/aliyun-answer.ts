import { ClockSkew, type CloudWords, Misconfigured, NotAllowed, Refused, RetryLater, Throttled } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { retryAfterMs } from '../retry-after.ts';
import { type Answer, cloudTime, isSuccess, nonsense, type Reading, withoutSecrets } from './answer.ts';
import { code, type Fields, given, parseFields, text } from './fields.ts';

/** `Code` of an answer that went well, where a product has one in its HTTP 200 (BPStudio: 200). */
const GOOD = /^(0|200|ok|success)$/i;

const BUSY = /throttling/i;
/** E-HPC answers the last two with HTTP 406. */
const PASSING = /^(ServiceUnavailable|ServiceFailure|InternalError|UnknownError|SignatureNonceUsed|DbError|RedisError)/;
const SKEWED = /^InvalidTimeStamp\.Expired$/;
const REFUSED =
  /^(SignatureDoesNotMatch|IncompleteSignature|InvalidAccessKey|InactiveAccessKey|InvalidSecurityToken|MissingSecurityToken|Forbidden\.AccessKey)/;
const NOT_ALLOWED = /^(Forbidden|NoPermission|NotAuthorized)/;
/** What the gateway does not know is the API, the version or the region, not the operation. */
const WRONG_ADDRESS = /^Invalid(Action|Api|Version|Product|Region|RegionId)\b/;
const UNKNOWN = /NotFound\b/;

/** `x-acs-retry-after`: milliseconds, a positive whole number. */
const wishMs = (answer: HttpAnswer): number | undefined => {
  const value = answer.headers['x-acs-retry-after']?.trim() ?? '';
  return /^0*[1-9]\d{0,12}$/.test(value) ? Number(value) : undefined;
};

/**
 * Reads an answer of an Alibaba Cloud RPC API by `Code`, HTTP status and headers alike.
 *
 * Throws the LookError that names what to do next. Throttling comes with HTTP 400 and a `Code`, or as the header
 * `x-acs-retry-after` alone (aliyun/darabonba-openapi pull request 283). Nothing but a JSON object is an answer, whatever
 * the status, and an error `Code` inside an HTTP 200 is an error.
 * Source: the products' error code pages, and NeedRetry in aliyun/terraform-provider-alicloud.
 */
export const readAliyun = (answer: HttpAnswer, reading: Reading): Answer => {
  const wish = wishMs(answer);
  const afterMs = wish ?? retryAfterMs(answer);
  const body = answer.cut ? undefined : parseFields(answer.body);
  const said = code(body?.Code);
  const failed = !isSuccess(answer.status);
  const requestId = text(body?.RequestId) ?? text(answer.headers['x-acs-request-id']);

  const fine = !failed && (said === undefined || GOOD.test(said));
  if (body && fine) return { kind: 'told', body, ...given({ requestId }) };

  const words = wordsOf(body, said, answer.status, requestId, reading);
  if (wish !== undefined) throw new Throttled(words, wish);
  if (!body || said === undefined) throw nonsense(answer, body ? 'an error without a Code' : 'no JSON object', afterMs);
  // BPStudio repeats HTTP's own numbers as `Code` inside an HTTP 200.
  const status = failed ? answer.status : Number(/^[45]\d\d$/.exec(said)?.[0] ?? answer.status);

  if (BUSY.test(said) || status === 429) throw new Throttled(words, afterMs);
  if (PASSING.test(said) || status >= 500 || status === 408) throw new RetryLater(words, afterMs);
  const time = cloudTime(answer, reading.now);
  if (SKEWED.test(said)) throw time === undefined ? new RetryLater(words) : new ClockSkew(words, time);
  if (REFUSED.test(said) || status === 401) throw new Refused(words);
  if (reading.unknownCode?.test(said)) return { kind: 'unknown', words };
  if (NOT_ALLOWED.test(said) || status === 403 || status === 407) throw new NotAllowed(words);
  if (WRONG_ADDRESS.test(said)) throw new Misconfigured(words);
  if (UNKNOWN.test(said) || status === 404) return { kind: 'unknown', words };
  throw status >= 400 ? new Misconfigured(words) : new RetryLater(words, afterMs);
};

const wordsOf = (
  body: Fields | undefined,
  said: string | undefined,
  status: number,
  requestId: string | undefined,
  { credentials }: Reading,
): CloudWords => ({
  code: said ?? `http_${status}`,
  message: withoutSecrets(text(body?.Message) ?? `HTTP ${status}`, credentials),
  status,
  ...given({ requestId }),
});
