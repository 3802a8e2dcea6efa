/** Table and queues, and what goes with them everywhere. */
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Queue } from './queue.ts';
import type { Table } from './store.ts';

/** Where this function's table, queues and addresses are; serverless.yml gives each function what it needs. */
export type Environment = {
  readonly pollQueues: Readonly<Record<string, readonly string[]>>;
  readonly notifyQueues: readonly string[];
  readonly deadLetterQueue: string;
  readonly publicUrl: string;
};

export type Stores = Clock & {
  readonly table: Table;
  readonly queue: Queue;
  readonly log: Log;
  readonly env: Environment;
};
