/**
 * The composition root. Only this file makes clients and reads the clock, the environment and random numbers. It passes
 * them to all other code, so a test or a simulation can pass others.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import settings from '#config';
import { readConfig } from './config/config.ts';
import { createSecrets } from './config/secrets.ts';
import { createLog } from './core/log.ts';
import { createLanes } from './limits/lanes.ts';
import { createLimits } from './limits/quotas.ts';
import { createTargetLimiters } from './limits/target-limiters.ts';
import { createSend } from './net/http.ts';
import { createSharedAnswers } from './net/shared-answers.ts';
import type { Runtime } from './runtime.ts';
import { createQueue } from './store/queue.ts';
import { createTable } from './store/store.ts';
import type { Environment } from './store/stores.ts';

const USER_AGENT = 'opwatch/1';

const CLOUD_LIMITS = { timeoutMs: 10_000, maxBytes: 1024 * 1024, onTooLong: 'fail' } as const;
const TARGET_LIMITS = { timeoutMs: 15_000, maxBytes: 16 * 1024, onTooLong: 'cut' } as const;

/**
 * The settings of AWS clients. A call must not hang longer than a function can wait. By default, the SDK waits forever.
 */
const CLIENT = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

const list = (value: string | undefined): string[] => (value ?? '').split(',').filter(Boolean);

export const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Environment => ({
  pollQueues: { aliyun: list(env.POLL_QUEUE_URLS_ALIYUN), huawei: list(env.POLL_QUEUE_URLS_HUAWEI) },
  // The code also reads the variable of release 0.1.0. During an upgrade, Lambda replaces the code a few seconds before
  // the environment, or after it.
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
    lanes: createLanes({ table, now, chance, pause }),
    targetLimiters: createTargetLimiters({ table, now, chance, pause }),
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

/** Returns the one runtime of this process. Throws a ConfigError where opwatch.config.ts has faults. */
export const theRuntime = (): Runtime => {
  runtime ??= create();
  return runtime;
};
