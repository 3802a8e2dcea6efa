/**
 * The words of AWS services: the throttling codes of its SDKs (smithy-typescript, service-error-classification), the
 * codes of SNS and EventBridge (their API references, "Common errors" and "Publish"), and the codes that only a person
 * can mend.
 */
import type { Vocabularies } from './judge.ts';

const THROTTLING = [
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ServiceQuotaExceededException',
  'SlowDown',
  'TooManyRequestsException',
  'TransactionInProgressException',
];

/** Codes of JSON protocols may have a namespace before a `#`. */
const ENDED =
  /(^|#)(NotFound|NotFoundException|ResourceNotFoundException|TopicNotFound|KMS(Disabled|InvalidState|NotFound|AccessDenied)\w*|EndpointDisabled\w*|PlatformApplicationDisabled\w*|AuthorizationError\w*|AccessDenied\w*|NotAuthorized\w*|InvalidClientTokenId|UnrecognizedClientException|OptInRequired)$/;

export const AWS: Vocabularies = {
  slow: { codes: THROTTLING, words: /thrott|rate exceeded|rate limit/i },
  busy: { codes: ['ServiceUnavailable', 'ServiceUnavailableException'] },
  ended: { words: ENDED },
};
