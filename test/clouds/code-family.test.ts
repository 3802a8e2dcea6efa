import { describe, expect, it } from 'vitest';
import { asksForPatience, familyOf } from '../../lib/clouds/code-family.ts';

/** Codes of the clouds' many products, as their error pages and terraform-provider-alicloud have them. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  rate: `Throttling Throttling.User Throttling.Api ThrottlingException Rejected.Throttling TooManyRequests QpsLimitExceeded
    ExceedQPSLimit FlowControl Rejected.FlowControl FlowLimitExceeded TrafficLimit RateLimit RateLimitExceeded
    RequestLimitExceeded ApiCallLimitExceeded CONCURRENT_LIMIT TooFrequentCalls UserQpsExceeded`.split(/\s+/),
  passing:
    `SystemBusy OperationBusy ServiceBusy ServerBusy ResourceBusy ServiceUnavailable ServiceUnAvailable ServiceNotAvailable
    SerivceUnavailableTemporary ServiceFailure InternalError InternalFailure InternalServerError UnknownError SystemError
    DbError RedisError SignatureNonceUsed RequestTimeout OperationTimeout GatewayTimeout BackendTimeOut ReadTimedOut
    DeadlineExceeded TryLater RetryLater LastTokenProcessing OperationFailed.LastTokenProcessing InProcessing
    OperationInProgress TaskRunning TASK_EXECUTING ServiceIsConfiguring ServiceIsStopping BackendServer.configuring
    SYSTEM.CONCURRENT_OPERATE OperationConflict TaskConflict InvalidOperation.Conflict IncorrectStatus IncorrectStatus.VSwitch
    IncorrectInstanceStatus InvalidInstanceStatus ResourceInUse InstanceLocked NotReady QuotaExceeded QuotaExceeded.Task
    LimitExceeded OutOfQuota ExceededLimit SystemUpgrading ConnectionReset`.split(/\s+/),
  permission: `Forbidden Forbidden.RAM NoPermission NoPermission.Operator NotAuthorized NotAuthorizedError Unauthorized
    UnauthorizedOperation AccessDenied Role.AccessDenied PermissionDenied AuthFailure AuthenticationFailed`.split(
    /\s+/,
  ),
  mistake:
    `InvalidParameter InvalidParams InvalidParameter.Timeout InvalidTimeout InvalidTimeout.Malformed InvalidClusterId.NotFound
    MissingClusterId MissingParameter Unsupported.Action IllegalArgument MalformedInput`.split(/\s+/),
  none: `NotEnabled ResourceNotFound ClusterNotFound StackNotFound OperationDenied EntityNotExist.Role Whatever 8004 9001 长
    SignatureDoesNotMatch`.split(/\s+/),
};

describe('the family of an error code', () => {
  const rows = Object.entries(FAMILIES).flatMap(([family, codes]) => codes.map((code) => [code, family] as const));

  it.each(rows)('%s is %s [F50]', (code, family) => {
    expect(familyOf(code) ?? 'none').toBe(family);
  });

  it('takes no time over a text that is no code', () => {
    for (const text of ['A'.repeat(1e6), 'aA'.repeat(5e5), 'incorrect '.repeat(1e5), '.'.repeat(1e6)]) familyOf(text);
  });
});

describe('a message that asks for patience', () => {
  it.each([
    ['The system is busy, please try again later.', true],
    ['系统繁忙,请稍后再试', true],
    ['请求过于频繁', true],
    ['任务正在处理', true],
    ['The operation timed out.', true],
    ['The specified parameter is not valid.', false],
    ['集群不存在', false],
    ['', false],
  ])('%s: %s', (message, asks) => {
    expect(asksForPatience(message)).toBe(asks);
  });
});
