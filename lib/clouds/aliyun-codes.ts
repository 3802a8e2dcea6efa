/** Error codes of Alibaba Cloud that are known by name. Every other one is read by its family (`code-family.ts`). */
import { wordsIn } from './code-family.ts';

/**
 * How the codes begin that speak of the access key itself, and no others: each means that every call of this key is refused.
 * Sources: error-center.alibabacloud.com, product Public (SignatureDoesNotMatch, IncompleteSignature,
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
 * Codes that say that the caller's own user, role or key is gone, by their words. They come with HTTP 404 and mean the key's
 * owner, not the operation: none of the watched calls names a user or a role. Sources: help.aliyun.com 28754, RAM
 * (EntityNotExist.User, EntityNotExist.User.AccessKey, EntityNotExist.Role); Tag 2018-08-28 (403 EntityNotExist.Role).
 */
const OWNER = '(ram |sub |assumed? )?(user|role|account|owner|caller|principal|access key|sts token)( id| name)?';
const GONE = '(not (found|exists?)|no longer exists|does not exist|(is )?(deleted|disabled|inactive|frozen|expired))';
const OWNER_IS_GONE = new RegExp(`^entity not exists?( ${OWNER})?|\\b${OWNER} ${GONE}\\b|\\bno such ${OWNER}\\b`);

/** A token that has ended may come as a parameter that is not valid (kubevela/terraform-controller issue 52). */
const TOKEN_IN_MESSAGE = /\bSecurityToken\.?\s?(is )?(Expired|Malformed|Mismatch|Invalid)/i;

/**
 * Whether an error is about the key. `message` counts only beside a code for a wrong parameter, and without what the request
 * itself held: a watch whose id reads "SecurityToken.Expired" is quoted back, and must not stop its connection.
 */
export const isOfTheKey = (code: string, message: string): boolean =>
  OF_THE_KEY.some((name) => code.toLowerCase().startsWith(name)) ||
  OWNER_IS_GONE.test(wordsIn(code)) ||
  (/^InvalidParameter/.test(code) && TOKEN_IN_MESSAGE.test(message));

/** Our clock is too far off: the key is good. */
export const SKEWED = /^InvalidTimeStamp\.Expired$/;

/** What the gateway does not know is the API, the version or the region, not the operation. */
export const WRONG_ADDRESS = /^Invalid(Action|Api|Version|Product|Region|RegionId)\b/;

/** `Code` of an answer that went well, where a product has one in its HTTP 200 (BPStudio: 200). */
export const GOOD = /^(0|200|ok|success)$/i;

/**
 * "No such thing", for products that name no codes of their own. Sources: help.aliyun.com, error codes of GetOperation of EMR
 * (ResourceNotFound), of ListTasks of E-HPC (ClusterNotFound), of GetStack of ROS (StackNotFound). No page has the other two:
 * their names leave no doubt.
 */
export const NO_SUCH_THING = /^(ResourceNotFound|ClusterNotFound|StackNotFound|OperationNotFound|TaskNotFound)$/;
