/** Queue-driven, deployed once per cloud vendor: looks at operations and hides their messages until the next look. */
import { poll } from '../lib/look/poll.ts';
import { queueHandler } from '../lib/shell.ts';

export const handler = queueHandler((records, runtime) =>
  poll(records, runtime.env.pollQueues[process.env.VENDOR ?? ''] ?? [], runtime),
);
