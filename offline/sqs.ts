/** SQS on one machine: fauxqs, on the loopback address and with its messages on disk. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { buildApp } from 'fauxqs';
// fauxqs keeps messages only when started by startFauxqs(), which listens on every address of the machine. So its parts
// are put together here; its package.json exports none of them, hence the paths.
import { PersistenceManager } from '../node_modules/fauxqs/dist/persistence.js';
import { S3Store } from '../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from '../node_modules/fauxqs/dist/sqs/sqsStore.js';
import type { CallLog } from './calls.ts';

export type Emulator = { readonly url: string; readonly close: () => Promise<void> };

/**
 * Starts SQS. Queues, messages and the times at which hidden ones come back stay in `dir` and survive a kill.
 * Queue URLs are `<url>/000000000000/<name>`; those that the API itself answers name a host that does not resolve.
 */
export const startSqs = async (port: number, dir: string, log?: CallLog): Promise<Emulator> => {
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const kept = new Messages(join(dir, 'sqs'));
  // Loaded before it is attached: what comes from the disk is not written to it again.
  kept.loadSqsAndSns(stores.sqsStore, stores.snsStore);
  stores.sqsStore.persistence = kept;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = kept;

  const app = buildApp({ logger: false, stores });
  // Those who receive for Lambda do not die with a function. Here they do, and a receive they left waiting would take
  // messages away with it until their visibility timeout: what nobody is there to take goes back.
  app.addHook('onSend', async (request, _reply, payload) => {
    if (request.raw.socket.destroyed && typeof payload === 'string') putBack(stores.sqsStore, payload);
    return payload;
  });
  app.addHook('preHandler', async ({ headers, body }) => log?.(headers, JSON.stringify(body) ?? ''));
  const url = await app.listen({ port, host: '127.0.0.1' });
  return {
    url,
    close: async () => {
      await app.close();
      kept.close();
    },
  };
};

const putBack = (store: SqsStore, answer: string): void => {
  const receipts = [...answer.matchAll(/"ReceiptHandle":"([^"]+)"/g)].map(([, receipt = '']) => receipt);
  for (const queue of store.allQueues()) {
    for (const receipt of receipts) if (queue.inflightMessages.has(receipt)) queue.changeVisibility(receipt, 0);
  }
};

class Messages extends PersistenceManager {
  constructor(dir: string) {
    super(dir);
    // Outliving a killed process is enough, and a disk is too slow to wait for at every message.
    (this as unknown as { db: DatabaseSync }).db.exec('PRAGMA synchronous = OFF');
  }

  /**
   * fauxqs 2.4.1 would write no receive count here, which its own schema refuses: a message made visible at once
   * (ChangeMessageVisibility to 0) was lost. As it stands on the disk it comes back after a restart, only not at once.
   */
  override updateMessageReady(): void {}
}
