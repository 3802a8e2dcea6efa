/** What must not be wrong unnoticed: the core and its times, the paces, the signers, the guard, redaction. */
export const FILES: readonly string[] = [
  'lib/watch.ts',
  'lib/decide.ts',
  'lib/next-look.ts',
  'lib/deadline.ts',
  'lib/blocked.ts',
  'lib/schedule.ts',
  'lib/delivery.ts',
  'lib/lane.ts',
  'lib/turn.ts',
  'lib/clouds/aliyun-signer.ts',
  'lib/clouds/huawei-signer.ts',
  'lib/clouds/signing.ts',
  'lib/clouds/encoding.ts',
  'lib/targets/kit/sigv4.ts',
  'lib/standard-webhooks.ts',
  'lib/address-guard.ts',
  'lib/redact.ts',
  'lib/text.ts',
];

/** Of the mutants of each file, at least this many in a hundred have to be killed. */
export const LEAST_SCORE = 90;
