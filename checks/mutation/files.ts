/** What must not be wrong unnoticed: the core and its times, the paces, the signers, the guard, redaction. */
export const FILES: readonly string[] = [
  'lib/core/watch.ts',
  'lib/core/decide.ts',
  'lib/core/next-look.ts',
  'lib/core/deadline.ts',
  'lib/core/blocked.ts',
  'lib/core/schedule.ts',
  'lib/core/delivery.ts',
  'lib/core/lane.ts',
  'lib/core/target-limiter.ts',
  'lib/clouds/aliyun-signer.ts',
  'lib/clouds/huawei-signer.ts',
  'lib/clouds/signing.ts',
  'lib/clouds/encoding.ts',
  'lib/targets/kit/sigv4.ts',
  'lib/net/standard-webhooks.ts',
  'lib/net/address-guard.ts',
  'lib/net/redact.ts',
  'lib/core/text.ts',
];

/** Of the mutants of each file, at least this many in a hundred have to be killed. */
export const LEAST_SCORE = 90;
