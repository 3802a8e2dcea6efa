/**
 * List prices in us-east-1, US dollars, on arm64, without any free tier. Source: the pricing pages of Amazon SQS, Amazon
 * DynamoDB (on demand), AWS Lambda, Amazon CloudWatch.
 */
import type { Bill } from './meter.ts';

const MILLION = 1e6;
const SQS_REQUEST = 0.4 / MILLION;
const READ_UNIT = 0.125 / MILLION;
const WRITE_UNIT = 0.625 / MILLION;
const CALL = 0.2 / MILLION;
const GB_SECOND = 0.000_013_333_4;
const LOG_GB = 0.5;
/** serverless.yml, provider.memorySize. */
const MEMORY_GB = 0.5;

export const ALARM_MONTH = 0.1;
/** Of opwatch's own; AWS's cost nothing. */
export const METRIC_MONTH = 0.3;
export const KEY_MONTH = 1;

export type Cost = Readonly<Record<'sqs' | 'dynamodb' | 'lambda' | 'logs' | 'total', number>>;

export const costOf = (bill: Bill): Cost => {
  const sqs = bill.sqsRequests * SQS_REQUEST;
  const dynamodb = bill.readUnits * READ_UNIT + bill.writeUnits * WRITE_UNIT;
  const lambda = bill.invocations * CALL + (bill.lambdaMs / 1_000) * MEMORY_GB * GB_SECOND;
  const logs = (bill.logBytes / 1e9) * LOG_GB;
  return { sqs, dynamodb, lambda, logs, total: sqs + dynamodb + lambda + logs };
};
