/** List prices in us-east-1, arm64, US dollars, without any free tier: aws.amazon.com, pages "Pricing" of each service. */
import type { Bill } from './meter.ts';

const SQS_REQUEST = 0.4e-6;
const READ_UNIT = 0.125e-6;
const WRITE_UNIT = 0.625e-6;
const INVOCATION = 0.2e-6;
const GB_SECOND = 0.0000133334;
const MEMORY_GB = 0.5;

export const costOf = (bill: Bill): number =>
  bill.sqsRequests * SQS_REQUEST +
  bill.readUnits * READ_UNIT +
  bill.writeUnits * WRITE_UNIT +
  bill.invocations * INVOCATION +
  (bill.lambdaMs / 1_000) * MEMORY_GB * GB_SECOND;
