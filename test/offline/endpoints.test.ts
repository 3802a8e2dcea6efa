/** The local stack on a machine that is signed in to a real account. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FunctionDefinition, Serverless } from '../../deploy/serverless.ts';
import { givenSurroundings, runningEndpoints, VARIABLE } from '../../offline/endpoints.ts';
import OfflinePlugin from '../../offline/plugin.ts';

const REAL = {
  AWS_PROFILE: 'production',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAREAL',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_ENDPOINT_URL_SQS: 'https://sqs.eu-west-1.amazonaws.com',
};
const before = { ...process.env };
const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));

beforeEach(() => {
  delete process.env[VARIABLE];
  Object.assign(process.env, REAL);
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  rmSync(dir, { recursive: true, force: true });
});

const serverlessWith = (definition: FunctionDefinition): Serverless => ({
  serviceDir: dir,
  processedInput: { commands: ['invoke', 'local'] },
  service: {
    provider: { region: 'eu-west-1' },
    custom: { 'serverless-offline': { httpPort: 4_100 } },
    functions: { poller: definition },
    resources: { Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'opwatch-prod-poll' } } } },
  },
  pluginManager: { plugins: [] },
});

/** What of a request the SDK hands its client. */
type HttpRequest = {
  readonly hostname: string;
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
};

const HERE = /^127\.0\.0\.1:\d+$/;

test('a function on this machine gets its queues, keys and endpoints from the local stack, none from the account [S15]', async () => {
  const definition: FunctionDefinition = {
    name: 'opwatch-prod-poller',
    events: [],
    handler: '',
    environment: { POLL_QUEUE_URLS: { Ref: 'Queue' } },
  };
  const log = { notice: () => {}, warning: () => {} };
  const { hooks } = new OfflinePlugin(serverlessWith(definition), {}, { log });
  await hooks.initialize?.();
  try {
    expect(new URL(String(definition.environment?.POLL_QUEUE_URLS)).host).toMatch(HERE);
    expect(process.env).toMatchObject({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) expect(process.env).not.toHaveProperty(name);
    const called: string[] = [];
    const requestHandler = {
      handle: async ({ hostname, port, headers }: HttpRequest): Promise<never> => {
        called.push(`${hostname}:${port} ${headers.authorization?.split('/')[0]}`);
        throw new Error('called');
      },
    };
    const options = { requestHandler, maxAttempts: 1 };
    await expect(new SQSClient(options).send(new ListQueuesCommand({}))).rejects.toThrow('called');
    await expect(new DynamoDBClient(options).send(new ListTablesCommand({}))).rejects.toThrow('called');
    await expect(new SSMClient(options).send(new DescribeParametersCommand({}))).rejects.toThrow('called');
    expect(called).toHaveLength(3);
    for (const call of called) expect(call).toMatch(/^127\.0\.0\.1:\d+ AWS4-HMAC-SHA256 Credential=local$/);
  } finally {
    await hooks.finalize?.();
  }
});

describe('endpoints that are not on this machine', () => {
  const good = {
    dynamodb: 'http://127.0.0.1:4103',
    sqs: 'http://127.0.0.1:4104',
    ssm: 'http://127.0.0.1:4106',
    api: 'http://127.0.0.1:4100',
    environment: {},
  };
  const bad = [
    { ...good, sqs: 'https://sqs.eu-west-1.amazonaws.com' },
    { ...good, dynamodb: 'https://dynamodb.eu-west-1.amazonaws.com' },
    { ...good, ssm: 'https://ssm.eu-west-1.amazonaws.com' },
    { ...good, sqs: 'http://127.0.0.1:4104@sqs.eu-west-1.amazonaws.com' },
    { ...good, sqs: 'http://127.0.0.1.example.com:4104' },
  ];

  test('are refused when they are handed over [S15]', () => {
    process.env[VARIABLE] = JSON.stringify(good);
    expect(givenSurroundings()).toEqual(good);
    for (const some of bad) {
      process.env[VARIABLE] = JSON.stringify(some);
      expect(givenSurroundings).toThrow('must be an origin on this machine');
    }
  });

  test('are no running stack [S15]', async () => {
    const server = createServer((_, answer) => answer.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const dynamodb = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    mkdirSync(join(dir, '.opwatch'), { recursive: true });
    const announce = (some: object) => writeFileSync(join(dir, '.opwatch', 'stack.json'), JSON.stringify(some));
    try {
      announce({ ...good, dynamodb });
      expect(await runningEndpoints(dir)).toEqual({ ...good, dynamodb });
      for (const some of bad) {
        announce(some.dynamodb === good.dynamodb ? { ...some, dynamodb } : some);
        expect(await runningEndpoints(dir)).toBeUndefined();
      }
    } finally {
      server.close();
    }
  });
});
