/** The error codes of Alibaba Cloud that opwatch knows by name. `code-family.ts` reads all others by their words. */
import { wordsIn } from './code-family.ts';

/**
 * The beginnings of codes that are about the access key itself. Such a code means that the cloud refuses every call
 * with this key. Sources: error-center.alibabacloud.com, product Public (SignatureDoesNotMatch, IncompleteSignature,
 * InvalidAccessKeyId.NotFound, InvalidAccessKeyId.Inactive, Forbidden.AccessKeyDisabled, MissingSecurityToken,
 * InvalidSecurityToken.Expired, .Malformed, .MismatchWithAccessKey); help.aliyun.com 69008, KMS (Forbidden.AccessKey);
 * alibabacloud.com, "Rotate AccessKey pairs" of RAM (InactiveAccessKeyId); OSS error codes (SecurityTokenExpired).
 */
const OF_THE_KEY: readonly string[] = [
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'InvalidAccessKey',
  'InactiveAccessKey',
  'Forbidden.AccessKey',
  'InvalidSecurityToken',
  'MissingSecurityToken',
  'SecurityToken',
].map((name) => name.toLowerCase());

/**
 * Matches codes by whose words the caller's own user, role or key no longer exists. They come with HTTP 404. They are
 * about the owner of the key and not about the operation, because no call of opwatch names a user or a role. Sources:
 * help.aliyun.com 28754, RAM (EntityNotExist.User, EntityNotExist.User.AccessKey, EntityNotExist.Role); Tag 2018-08-28
 * (403 EntityNotExist.Role).
 */
const OWNER = '(ram |sub |assumed? )?(user|role|account|owner|caller|principal|access key|sts token)( id| name)?';
const GONE = '(not (found|exists?)|no longer exists|does not exist|(is )?(deleted|disabled|inactive|frozen|expired))';
const OWNER_IS_GONE = new RegExp(`^entity not exists?( ${OWNER})?|\\b${OWNER} ${GONE}\\b|\\bno such ${OWNER}\\b`);

/** The cloud may report an expired token as an invalid parameter (kubevela/terraform-controller issue 52). */
const TOKEN_IN_MESSAGE = /\bSecurityToken\.?\s?(is )?(Expired|Malformed|Mismatch|Invalid)/i;

/**
 * Answers whether an error is about the access key. `message` counts only when the code reports a wrong parameter. The
 * caller first removes the values of the request from `message`. The cloud may quote an operation id such as
 * "SecurityToken.Expired", and this id must not stop the connection.
 */
export const isOfTheKey = (code: string, message: string): boolean =>
  OF_THE_KEY.some((name) => code.toLowerCase().startsWith(name)) ||
  OWNER_IS_GONE.test(wordsIn(code)) ||
  (/^InvalidParameter/.test(code) && TOKEN_IN_MESSAGE.test(message));

/** The code for a clock of opwatch that is too far off. The key is good. */
export const SKEWED = /^InvalidTimeStamp\.Expired$/;

/** Codes by which the gateway does not know the API, the version or the region. They are not about the operation. */
export const WRONG_ADDRESS = /^Invalid(Action|Api|Version|Product|Region|RegionId)\b/;

/** The `Code` of a successful answer, for products that have one in their HTTP 200 (BPStudio: 200). */
export const GOOD = /^(0|200|ok|success)$/i;

/**
 * Codes that mean "no such thing", for products that name no codes of their own. Sources: help.aliyun.com, error codes
 * of GetOperation of EMR (ResourceNotFound), of ListTasks of E-HPC (ClusterNotFound), of GetStack of ROS
 * (StackNotFound). No page lists the other two codes. Their names are clear.
 */
export const NO_SUCH_THING = /^(ResourceNotFound|ClusterNotFound|StackNotFound|OperationNotFound|TaskNotFound)$/;
