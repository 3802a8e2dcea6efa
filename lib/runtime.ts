/**
 * The composition root: the only place that makes clients, reads the clock, the environment and chance.
 * Everything else is handed what it needs, so that a test or a simulation can hand it something else.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import settings from '#config';
import { type Config, readConfig } from './config.ts';
import type { Send } from './http.ts';
import { createSend } from './http.ts';
import { createLimits, type TenantLimits } from './limits.ts';
import { createLog, type Log } from './log.ts';
import { createPace, type Pace } from './pace.ts';
import { createQueue, type Queue } from './queue.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import { createSharedAnswers, type SharedAnswers } from './shared-answers.ts';
import { createTable, type Table } from './store.ts';
import { createTurns, type Turns } from './turns.ts';

export type Runtime = {
  readonly config: Config;
  readonly table: Table;
  readonly queue: Queue;
  readonly pace: Pace;
  readonly turns: Turns;
  /** What tenants may ask for. */
  readonly limits: TenantLimits;
  readonly secrets: Secrets;
  /** To the clouds: bounded in time and bytes, no redirects. */
  readonly sendToCloud: Send;
  /** What clouds have answered moments ago. */
  readonly answers: SharedAnswers;
  /** To targets and callbacks: the same, and to public addresses only. */
  readonly sendToTarget: Send;
  readonly log: Log;
  readonly env: Environment;
  /** Now, epoch ms. */
  readonly now: () => number;
  /** Chance, in [0, 1). */
  readonly chance: () => number;
  readonly uniqueId: () => string;
  readonly pause: (ms: number) => Promise<void>;
};

/** Where this function's table, queues and addresses are; serverless.yml gives each function what it needs. */
export type Environment = {
  readonly pollQueues: Readonly<Record<string, readonly string[]>>;
  readonly notifyQueues: readonly string[];
  readonly deadLetterQueue: string;
  readonly publicUrl: string;
};

const USER_AGENT = 'opwatch/1';

const CLOUD_LIMITS = { timeoutMs: 10_000, maxBytes: 1024 * 1024, onTooLong: 'fail' } as const;
const TARGET_LIMITS = { timeoutMs: 15_000, maxBytes: 16 * 1024, onTooLong: 'cut' } as const;

/** AWS calls: no call may hang longer than a function can wait for it (the SDK's own default is for ever). */
const CLIENT = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

const list = (value: string | undefined): string[] => (value ?? '').split(',').filter(Boolean);

export const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Environment => ({
  pollQueues: { aliyun: list(env.POLL_QUEUE_URLS_ALIYUN), huawei: list(env.POLL_QUEUE_URLS_HUAWEI) },
  // Lambda replaces code and environment one after the other: for seconds of an upgrade the variable is that of 0.1.0.
  notifyQueues: list(env.NOTIFY_QUEUE_URLS ?? env.NOTIFY_QUEUE_URL),
  deadLetterQueue: env.DEAD_LETTER_QUEUE_URL ?? '',
  publicUrl: (env.PUBLIC_URL ?? '').replace(/\/$/, ''),
});

const create = (): Runtime => {
  const config = readConfig(settings);
  const now = () => Date.now();
  const chance = () => Math.random();
  const pause = (ms: number) => sleep(ms).then(() => undefined);
  const table = createTable(new DynamoDBClient(CLIENT), process.env.TABLE_NAME ?? '', pause);
  const log = createLog(console.log, { deployment: process.env.TABLE_NAME ?? '', now });
  return {
    config,
    table,
    queue: createQueue(new SQSClient(CLIENT)),
    pace: createPace({ table, now, chance, pause }),
    turns: createTurns({ table, now, chance, pause }),
    limits: createLimits({ table, now, chance, pause, config, log }),
    secrets: createSecrets(new SSMClient(CLIENT), process.env, now),
    answers: createSharedAnswers(now),
    sendToCloud: createSend({ ...CLOUD_LIMITS, userAgent: USER_AGENT }),
    sendToTarget: createSend({ ...TARGET_LIMITS, userAgent: USER_AGENT, guard: { rules: config.addresses } }),
    log,
    env: readEnvironment(process.env),
    now,
    chance,
    uniqueId: () => randomUUID(),
    pause,
  };
};

let runtime: Runtime | undefined;

/** The one runtime of this process. Throws a ConfigError when opwatch.config.ts is wrong. */
export const theRuntime = (): Runtime => {
  runtime ??= create();
  return runtime;
};
