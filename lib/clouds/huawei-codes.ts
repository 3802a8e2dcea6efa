/**
 * The error codes of Huawei Cloud that opwatch knows by name. The words of a code and of its message decide about all
 * others.
 */
import { asksForPatience, familyOf } from './code-family.ts';

/** The `error_code` of a successful answer, for products that have one in their HTTP 200 (DWS). */
export const GOOD = /^DWS\.0000$/;

/** The codes of the API gateway, in both of its spellings. With such a code the request has not reached a service. */
export const GATEWAY = /^APIGW?\./;

/**
 * Codes of the services that identify the caller: IAM, its policies and its temporary credentials. IAM itself also uses
 * the HTTP status as its code. Source: support.huaweicloud.com, api-iam iam_02_0006, api-iam5 and api-sts, error codes.
 */
const IDENTITY = /^((IAM|PAP5?|STS5?|PDP5?|IdentityCenter)\.|401$)/i;

/** "The throttling threshold has been reached." Source: usermanual-apig apig_03_0048. */
const THROTTLED = /^APIGW?\.0308$/;

/**
 * Codes of states that pass by themselves. DWS.0011 (HTTP 409) means "another operation is being performed on the
 * instance" (api-dws dws_02_0030). DWS.7023 (403) means that the state of the cluster does not allow the call now.
 * terraform-provider-huaweicloud repeats the call then (services/dws, cluster_elb_associate).
 */
const PASSING = /^DWS\.(0011|7023)$/;

/** The HTTP statuses of a conflict, of a lock and of "too early". These states pass. */
const PASSING_STATUS: ReadonlySet<number> = new Set([409, 423, 425]);

/**
 * Phrases in messages about a rate limit, in English and in Chinese. Most codes of Huawei Cloud are numbers, so only
 * the message holds words. A blank at an end of a phrase marks the edge of a word.
 */
const RATE = [
  ...[' throttl', ' too many', ' too frequent', ' request rate', ' request frequency', ' frequency limit'],
  ...[' flow control', ' traffic control', ' rate limit', ' flow limit', ' speed limit', 'ratelimit', ' flowcontrol'],
  ...['流控', '限流', '流量控制', '频繁', '请求过多'],
];

const BUSY = [
  ...[
    ' busy ',
    ' overload',
    ' temporar',
    ' unavailable ',
    ' in progress ',
    ' under maintenance ',
    ' try again',
    ' retry ',
  ],
  ...[' system error', ' system exception', ' system is abnormal ', ' internal error', ' internal server error'],
  ...[
    ' server error',
    ' server exception',
    ' server failure',
    ' service error',
    ' service exception',
    ' database error',
  ],
  ...[
    ' timeout',
    ' time out',
    ' timed out ',
    ' being processed ',
    ' being executed ',
    ' being performed ',
    ' being handled ',
  ],
  ...[
    ' being created ',
    ' being updated ',
    ' being deleted ',
    ' being modified ',
    ' being upgraded ',
    ' being restored ',
  ],
  ...[
    ' being started ',
    ' being stopped ',
    ' being restarted ',
    ' still processing ',
    ' still running ',
    ' is locked ',
  ],
  ...[' quota exceeded ', ' limit exceeded ', ' limit has been reached ', ' limit has been exceeded '],
  ...['繁忙', '超时', '稍后', '稍候', '处理中', '进行中', '系统异常', '系统错误', '内部错误', '暂不可用'],
];

/**
 * Words for the caller's own user, agency or key. When one of these no longer exists, the error may be an HTTP 404, and
 * it is not about the operation.
 */
const CALLER = [
  ...[' user ', ' agency ', ' role ', ' account ', ' domain ', ' tenant ', ' caller ', ' identity ', ' principal '],
  ...[' credential ', ' credentials ', ' access key ', ' accesskey ', ' ak ', ' token ', ' securitytoken '],
  ...['用户', '委托', '角色', '账号', '帐号', '账户', '租户', '令牌', '凭证', '密钥'],
];
const GONE = [
  ...[' not exist', ' t exist', ' no longer exist', ' not found ', ' not be found ', ' no such ', ' could not find '],
  ...[' deleted ', ' disabled ', ' frozen ', ' locked ', ' expired ', ' invalid ', ' suspended ', ' removed '],
  ...['不存在', '已删除', '被删除', '已失效', '已过期', '已冻结', '被冻结', '已禁用', '被禁用', '无效'],
];

/** Returns a text in lower case. Each word has one blank on both sides. */
const wordsIn = (text: string): string => ` ${text.toLowerCase().replace(/[^a-z0-9\u4e00-\u9fff]+/g, ' ')} `;

const hasAny = (phrases: readonly string[], text: string): boolean => {
  const words = wordsIn(text);
  return phrases.some((phrase) => words.includes(phrase));
};

/**
 * Answers whether a message says that the caller no longer exists. Both words must stand in one clause: "the user is
 * known; the server does not exist" is about the server.
 */
const isCallerGone = (message: string): boolean =>
  message.split(/[.;,!?。；，]/).some((clause) => hasAny(CALLER, clause) && hasAny(GONE, clause));

/** opwatch reads only the beginning of a message, because a message may be a text of any length. */
const MESSAGE_MAX = 1_000;

export type Sort =
  /** opwatch asks too often. */
  | 'rate'
  /** A later call may succeed. */
  | 'passing'
  /** The key or its owner does not exist, or the cloud does not accept it. */
  | 'key'
  /** The key is valid but has no right to this call. */
  | 'permission';

/**
 * Classifies an error by its code, its HTTP status and the words of its message. Undefined when none of these decides.
 * For an error of the gateway, words about a rate limit count, and nothing else in the message does.
 */
export const sortOf = (code: string, status: number, message: string): Sort | undefined => {
  const words = message.slice(0, MESSAGE_MAX);
  const family = familyOf(code);
  if (THROTTLED.test(code) || family === 'rate' || hasAny(RATE, words)) return 'rate';
  if (GATEWAY.test(code)) return undefined;
  if (isCallerGone(words) || (IDENTITY.test(code) && (status === 401 || status === 404))) return 'key';
  if (PASSING.test(code) || PASSING_STATUS.has(status)) return 'passing';
  if (family === 'permission') return 'permission';
  return family === 'passing' || hasAny(BUSY, words) || asksForPatience(words) ? 'passing' : undefined;
};
