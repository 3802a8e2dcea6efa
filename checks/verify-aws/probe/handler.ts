/** The probe on AWS: what its functions are made of there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createQueue, type SqsRecord } from '../../../lib/store/queue.ts';
import { createTable } from '../../../lib/store/store.ts';
import { play } from './mapped.ts';

export { handler as attempt } from './attempt.ts';

const pause = (ms: number) => sleep(ms).then(() => undefined);
const table = createTable(new DynamoDBClient({}), process.env.TABLE_NAME ?? '', pause);
const queue = createQueue(new SQSClient({}));

export const mapped = ({ Records }: { readonly Records: readonly SqsRecord[] }, context: { awsRequestId: string }) =>
  play(Records, context.awsRequestId, {
    table,
    queue,
    queueUrl: process.env.QUEUE_URL ?? '',
    now: () => Date.now(),
    pause,
  });
