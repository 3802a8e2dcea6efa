/** Error codes of Huawei Cloud that are known by name, and the families that all others are read by. */
import { asksForPatience, familyOf } from './code-family.ts';

/** `error_code` of an answer that went well, where a product has one in its HTTP 200 (DWS). */
export const GOOD = /^DWS\.0000$/;

/** The API gateway's own codes, in both of its spellings, come before any service was asked. */
export const GATEWAY = /^APIGW?\./;

/**
 * Codes of the services that say who the caller is: IAM, its policies and its temporary credentials. IAM itself also answers
 * with the HTTP status as its code. Source: support.huaweicloud.com, api-iam iam_02_0006, api-iam5 and api-sts, error codes.
 */
const IDENTITY = /^((IAM|PAP5?|STS5?|PDP5?|IdentityCenter)\.|401$)/i;

/** "The throttling threshold has been reached." Source: usermanual-apig apig_03_0048. */
const THROTTLED = /^APIGW?\.0308$/;

/**
 * Named codes that pass by themselves: "another operation is being performed on the instance" (DWS.0011, HTTP 409; api-dws
 * dws_02_0030) and a state of the cluster that does not allow the call now (DWS.7023, 403), which
 * terraform-provider-huaweicloud repeats (services/dws, cluster_elb_associate).
 */
const PASSING = /^DWS\.(0011|7023)$/;

/** HTTP statuses of a conflict, a lock and "too early": they pass. */
const PASSING_STATUS: ReadonlySet<number> = new Set([409, 423, 425]);

/**
 * Most codes of Huawei Cloud are numbers, so the words stand in the message, in English or in Chinese. A blank at either end of
 * a phrase is the edge of a word.
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

/** The caller's own user, agency or key is gone: that comes with HTTP 404 too, and is not about the operation. */
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

/** A text as words in small letters with one blank at each side of each. */
const wordsIn = (text: string): string => ` ${text.toLowerCase().replace(/[^a-z0-9\u4e00-\u9fff]+/g, ' ')} `;

const hasAny = (phrases: readonly string[], text: string): boolean => {
  const words = wordsIn(text);
  return phrases.some((phrase) => words.includes(phrase));
};

/** Both in one clause: "the user is known; the server does not exist" is about the server. */
const isCallerGone = (message: string): boolean =>
  message.split(/[.;,!?。；，]/).some((clause) => hasAny(CALLER, clause) && hasAny(GONE, clause));

/** Messages are somebody's text: only their beginning is read. */
const MESSAGE_MAX = 1_000;

export type Sort =
  /** We ask too often. */
  | 'rate'
  /** Asking later helps. */
  | 'passing'
  /** The key or its owner is gone or not accepted. */
  | 'key'
  /** The key is good and may not do this. */
  | 'permission';

/**
 * What an error is about, by its code, its HTTP status and the words of its message; undefined where nothing tells. The
 * gateway's own errors are told by code and status alone.
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
