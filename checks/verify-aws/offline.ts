/** The embedded stack as a site: opwatch's functions on one machine, the probe's in this process. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Resource } from '../../deploy/serverless.ts';
import { createQueue, type SqsRecord } from '../../lib/store/queue.ts';
import { createTable } from '../../lib/store/store.ts';
import { deploy } from '../../offline/deploy.ts';
import { startMapping } from '../../offline/event-source-mapping.ts';
import { createResolver } from '../../offline/resolve.ts';
import type { Stack } from '../../offline/stack.ts';
import { play } from './probe/mapped.ts';
import type { Site } from './site.ts';

const REGION = 'us-east-1';
const ACCESS = { region: REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** The probe's own resources, as serverless.yml would have them for a stage. */
export const probeResources = (stage: string): Readonly<Record<string, Resource>> => {
  const text = readFileSync(new URL('probe/resources.json', import.meta.url), 'utf8');
  return JSON.parse(text.replaceAll(/\$\{sls:stage\}/g, stage)).Resources;
};

export type Emulated = Pick<Stack, 'table'> & { readonly urls: Pick<Stack['urls'], 'api' | 'dynamodb' | 'sqs'> };

type Options = {
  /** When a message that nobody has hidden comes back; as in the template unless given. */
  readonly visibilitySeconds?: number;
  readonly patience?: number;
};

/** Puts the probe beside a running stack. */
export const joinStack = async (
  { urls, table: name }: Emulated,
  { visibilitySeconds, patience = 1 }: Options = {},
): Promise<{ site: Site; close: () => Promise<void> }> => {
  const sqs = new SQSClient({ ...ACCESS, endpoint: urls.sqs });
  const dynamodb = new DynamoDBClient({ ...ACCESS, endpoint: urls.dynamodb });
  const resources = probeResources('offline');
  const resolve = createResolver({ resources, region: REGION, sqsUrl: urls.sqs, attributes: {} });
  await deploy({ resources, resolve, dynamodb, sqs });

  const pause = (ms: number) => sleep(ms).then(() => undefined);
  const now = () => Date.now();
  const table = createTable(dynamodb, name, pause);
  const urlOf = (id: string) => String(resolve({ Ref: id }));
  const queueUrl = urlOf('MappedQueue');
  if (visibilitySeconds !== undefined) {
    const Attributes = { VisibilityTimeout: String(visibilitySeconds) };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes }));
  }
  const tools = { table, queue: createQueue(sqs), queueUrl, now, pause };
  const mapping = startMapping(
    {
      queueUrl,
      queueArn: String(resolve({ 'Fn::GetAtt': ['MappedQueue', 'Arn'] })),
      region: REGION,
      batchSize: 10,
      concurrency: 2,
      reportsItemFailures: true,
    },
    {
      sqs,
      invoke: (event) => play((event as { Records: readonly SqsRecord[] }).Records, randomUUID(), tools),
      // The checks make batches fail on purpose.
      log: () => undefined,
    },
  );
  return {
    site: {
      table,
      sqs,
      queues: { plain: urlOf('PlainQueue'), deadLetters: urlOf('DeadLetters'), mapped: queueUrl },
      api: urls.api,
      now,
      pause,
      patience,
    },
    close: async () => {
      await mapping.stop();
      sqs.destroy();
      dynamodb.destroy();
    },
  };
};
