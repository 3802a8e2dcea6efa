/** Messages that nobody can read, put into each queue: where they end, and what becomes of their neighbors. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/core/schedule.ts';
import { writeWakeUp } from '../../lib/store/queue.ts';
import type { QueueName } from './kit/infra.ts';
import { anOperation, type Opwatch, type Submission } from './kit/opwatch.ts';

let opwatch: Opwatch;

const POISON: Readonly<Record<string, string>> = {
  'not JSON': 'not JSON',
  '[1,2,3]': 'v: ',
  '{"v":1,"sk":"watch","ticket":1}': 'pk',
  '{"v":1,"pk":"w_1","sk":"watch","ticket":"one"}': 'ticket',
  '{"v":1,"pk":"w_1","sk":"watch","ticket":1,"url":"https://example.com/"}': 'url',
  '{"v":0,"pk":"w_1","sk":"watch","ticket":1}': 'v',
};

/** A watch that is under way and whose next look will show it over; answers what makes that look due. */
const aWatch = async (submission: Submission): Promise<Neighbor> => {
  await opwatch.begin(submission, { scenario: 'endless', agoSeconds: 10 });
  const { id } = await opwatch.submit(submission);
  await opwatch.readUntil(id, ({ status }) => status === 'running');
  await opwatch.begin(submission);
  return { id, wake: () => opwatch.letPass(id, MINUTE) };
};

/** A delivery whose receiver has failed once. */
const aDelivery = async (): Promise<Neighbor> => {
  opwatch.receiver.answers('neighbor', 500);
  const submission = { ...anOperation(), notify: [opwatch.receiver.urlOf('neighbor')] };
  await opwatch.begin(submission);
  const { id } = await opwatch.submit(submission);
  await opwatch.readUntil(id, ({ deliveries: [delivery] }) => delivery?.log.length === 1);
  return { id, wake: () => opwatch.tellAgain(id) };
};

type Neighbor = { readonly id: string; readonly wake: () => Promise<void> };

const job: Submission = {
  provider: 'huawei-job',
  operation: { service: 'evs', region: 'cn-north-4', project_id: 'p1', job_id: 'poisoned' },
};

export const poison = (running: () => Opwatch): void => {
  beforeAll(() => {
    opwatch = running();
  });

  describe.each<[QueueName, () => Promise<Neighbor>]>([
    ['poll-aliyun', () => aWatch(anOperation())],
    ['poll-huawei', () => aWatch(job)],
    ['notify', aDelivery],
  ])('in queue %s', (queue, makeNeighbor) => {
    it('what cannot be read is moved to its dead-letter queue with the reason, and what can is served [F14] [F43]', async () => {
      const { id, wake } = await makeNeighbor();
      const [first = '', ...others] = Object.keys(POISON);
      await opwatch.infra.send(queue, first);
      await wake();
      await opwatch.infra.send(queue, ...others);
      await opwatch.readUntil(id, ({ over, deliveries: [told] }) => over && told?.state === 'delivered');

      const dead = await opwatch.infra.takeAll(`${queue}-dead`, Object.keys(POISON).length);
      const reasons = new Map(
        dead.map(({ Body, MessageAttributes }) => [Body, MessageAttributes?.reason?.StringValue]),
      );
      expect([...reasons.keys()].sort()).toEqual(Object.keys(POISON).sort());
      for (const [body, reason] of Object.entries(POISON)) expect(reasons.get(body)).toContain(reason);
    });

    it('what speaks of nothing there is, or of what was long since, is dropped [F10]', async () => {
      const ghost = { pk: 'w_ghost', sk: 'watch', ticket: 1 };
      const before = await opwatch.infra.count(queue);
      await opwatch.infra.send(queue, writeWakeUp(ghost), writeWakeUp({ ...ghost, sk: 'delivery#msg_ghost' }));
      await expect.poll(() => opwatch.infra.count(queue)).toBeLessThanOrEqual(before);
      expect(await opwatch.infra.count(`${queue}-dead`)).toBe(Object.keys(POISON).length);
    });
  });
};
