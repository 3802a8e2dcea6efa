/**
 * The function behind the poll queues. Each cloud vendor has its own poller. The poller looks at operations and hides
 * each message until the next look.
 */
import { poll } from '../lib/look/poll.ts';
import { queueHandler } from '../lib/shell.ts';

export const handler = queueHandler((records, runtime) =>
  poll(records, runtime.env.pollQueues[process.env.VENDOR ?? ''] ?? [], runtime),
);
