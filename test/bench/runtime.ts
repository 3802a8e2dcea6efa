/** A runtime as lib/runtime.ts makes it, with what a measurement puts in place of AWS. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../lib/config/config.ts';
import { createSecrets } from '../../lib/config/secrets.ts';
import { createLog } from '../../lib/core/log.ts';
import { createLanes } from '../../lib/limits/lanes.ts';
import { createLimits } from '../../lib/limits/quotas.ts';
import { createTargetLimiters } from '../../lib/limits/target-limiters.ts';
import { createSend } from '../../lib/net/http.ts';
import { createSharedAnswers } from '../../lib/net/shared-answers.ts';
import type { Runtime } from '../../lib/runtime.ts';
import type { Queue } from '../../lib/store/queue.ts';
import type { Table } from '../../lib/store/store.ts';

export type BenchRuntime = {
  readonly config: Config;
  readonly table: Table;
  readonly queue: Queue;
  readonly pollQueues: Runtime['env']['pollQueues'];
  /** What secret references stand for. */
  readonly variables: Readonly<Record<string, string>>;
  readonly now?: () => number;
  readonly onLog?: (line: string) => void;
};

const LIMITS = { timeoutMs: 10_000, maxBytes: 1024 * 1024, onTooLong: 'fail', userAgent: 'opwatch/1' } as const;

export const benchRuntime = (parts: BenchRuntime): Runtime => {
  const { config, table, queue, pollQueues, variables, now = Date.now, onLog = () => {} } = parts;
  const pause = (ms: number) => sleep(ms).then(() => undefined);
  const tools = { table, now, chance: Math.random, pause };
  const log = createLog(onLog);
  return {
    config,
    table,
    queue,
    lanes: createLanes(tools),
    targetLimiters: createTargetLimiters(tools),
    limits: createLimits({ ...tools, config, log }),
    secrets: createSecrets(noSsm, variables, now),
    answers: createSharedAnswers(now),
    sendToCloud: createSend(LIMITS),
    sendToTarget: createSend(LIMITS),
    log,
    env: { pollQueues, notifyQueues: ['notify'], deadLetterQueue: 'dead', publicUrl: '' },
    now,
    chance: Math.random,
    uniqueId: randomUUID,
    pause,
  };
};

/** Every reference here is to a variable. */
const noSsm = {
  send: () => {
    throw new Error('nothing here is kept in SSM');
  },
};
