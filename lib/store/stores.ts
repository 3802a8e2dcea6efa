/** The table, the queues, and the values that functions need together with them. */
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Queue } from './queue.ts';
import type { Table } from './store.ts';

/**
 * The queues and the public address that this function uses. serverless.yml gives each function only those that it
 * needs.
 */
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
