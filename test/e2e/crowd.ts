/** Five hundred at once: each is told of exactly once. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { OperationEvent } from '../../lib/event.ts';
import type { WatchView } from '../../lib/view.ts';
import { type Answer, anOperation, type Opwatch, OVER, OVER_SOON, type Submission } from './kit/opwatch.ts';

let opwatch: Opwatch;

const POSTS = 20;
const WATCHES_A_POST = 25;

/** Half of them of each cloud; of the tasks of one HPC cluster many can be looked at by one call. */
const crowdMember = (i: number): Submission => {
  if (i % 4 === 0) return anOperation();
  if (i % 4 === 1) {
    const operation = { RegionId: 'cn-hangzhou', ClusterId: 'ehpc-hz-crowd', TaskId: `T-${i}` };
    return { provider: 'aliyun-ehpc', operation };
  }
  const ids = { region: 'cn-north-4', project_id: 'p1' };
  return i % 4 === 2
    ? { provider: 'huawei-modelarts', operation: { ...ids, id: 'server', operation_id: `o-${i}` } }
    : { provider: 'huawei-job', operation: { ...ids, service: 'ecs', job_id: `j-${i}` } };
};

export const crowd = (running: () => Opwatch): void => {
  beforeAll(() => {
    opwatch = running();
  });

  it('500 watches submitted at once end in exactly one webhook-id each', async () => {
    const submissions = Array.from({ length: POSTS * WATCHES_A_POST }, (_, i) => crowdMember(i));
    // Every third is under way when it is first looked at, every fifth fails.
    await Promise.all(
      submissions.map((submission, i) =>
        opwatch.begin(submission, { ...(i % 3 === 0 ? OVER_SOON : OVER), ...(i % 5 === 0 && { scenario: 'failed' }) }),
      ),
    );
    const posts = Array.from({ length: POSTS }, (_, i) =>
      submissions.slice(i * WATCHES_A_POST, (i + 1) * WATCHES_A_POST),
    );
    // On a busy machine a request may run out of time: submitting again is safe.
    const post = (body: readonly Submission[]): Promise<Answer> =>
      vi.waitUntil(async () => [await opwatch.ask('/watches', { body })].find(({ status }) => status === 207), {
        timeout: 60_000,
      });
    const answers = await Promise.all(posts.map(post));
    const each = answers.flatMap(({ body }) => body as { status: number; watch: WatchView }[]);
    expect(each.filter(({ status }) => status !== 202 && status !== 200)).toEqual([]);
    const ids = each.map(({ watch }) => watch.id);
    expect(new Set(ids).size).toBe(submissions.length);

    const told = () =>
      opwatch.stack.inbox
        .received()
        .map(({ body, ...message }) => ({ ...message, event: body as OperationEvent }))
        // Operators are told in the same place, of what is no watch's own.
        .filter(({ event }) => event.type.startsWith('operation.') && ids.includes(event.data.watch.id));
    // A function that ran out of time, on a busy machine, has left its batch to the sweep.
    let sweptAt = Date.now();
    const sweepNowAndThen = async (): Promise<void> => {
      if (Date.now() < sweptAt + 30_000) return;
      await opwatch.sweepUp();
      sweptAt = Date.now();
    };
    await expect
      .poll(() => sweepNowAndThen().then(() => told().length), { timeout: 120_000, interval: 500 })
      .toBe(submissions.length);
    // Nobody is told a second time once all that was owed is settled.
    const isOurs = new Set(ids);
    const owing = async () =>
      (await opwatch.beneath.items()).filter(({ pk, aliveUntil }) => isOurs.has(pk) && aliveUntil !== undefined);
    await expect.poll(owing, { timeout: 30_000, interval: 1_000 }).toEqual([]);
    expect(new Set(told().map(({ id }) => id)).size).toBe(submissions.length);
    expect(told().every(({ verified, attemptCount }) => verified && attemptCount === 1)).toBe(true);
    const typeOf = new Map(told().map(({ event }) => [event.data.watch.id, event.type]));
    expect(ids.map((id) => typeOf.get(id))).toEqual(
      submissions.map((_, i) => (i % 5 === 0 ? 'operation.failed' : 'operation.succeeded')),
    );
  }, 180_000);
};
