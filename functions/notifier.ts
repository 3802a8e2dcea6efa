/** The function behind the notify queues. It makes one attempt at each delivery that is due. */
import { deliver } from '../lib/deliver/deliver.ts';
import { queueHandler } from '../lib/shell.ts';

export const handler = queueHandler((records, runtime) => deliver(records, runtime.env.notifyQueues, runtime));
