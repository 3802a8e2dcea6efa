/** Five hundred at once: each is told of exactly once. */
import { beforeAll, expect, it } from 'vitest';
import type { OperationEvent } from '../../lib/core/event.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { type Answer, anOperation, type Opwatch, OVER, OVER_SOON, type Submission } from './kit/opwatch.ts';
import { until } from './kit/until.ts';

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
    let taken = 0;
    const post = async (body: readonly Submission[]): Promise<Answer> => {
      const answer = await until(
        async () => [await opwatch.ask('/watches', { body })].find(({ status }) => status === 207),
        { sight: () => taken },
      );
      taken += 1;
      return answer;
    };
    const answers = await Promise.all(posts.map(post));
    const each = answers.flatMap(({ body }) => body as { status: number; watch: WatchView }[]);
    expect(each.filter(({ status }) => status !== 202 && status !== 200)).toEqual([]);
    const ids = each.map(({ watch }) => watch.id);
    const isOurs = new Set(ids);
    expect(isOurs.size).toBe(submissions.length);

    const told = () =>
      opwatch.stack.inbox
        .received()
        .map(({ body, ...message }) => ({ ...message, event: body as OperationEvent }))
        // Operators are told in the same place, of what is no watch's own.
        .filter(({ event }) => event.type.startsWith('operation.') && isOurs.has(event.data.watch.id));
    // A function that ran out of time, on a busy machine, has left its batch to the sweep.
    const nudge = () => opwatch.sweepUp(...ids);
    await until(() => told().length >= submissions.length, { sight: () => told().length, nudge });
    // Nobody is told a second time, not even once all that was owed is settled.
    let owing: readonly string[] = [];
    const isSettled = async () => {
      owing = (await opwatch.infra.items()).flatMap(({ pk, aliveUntil }) =>
        isOurs.has(pk) && aliveUntil !== undefined ? [pk] : [],
      );
      return owing.length === 0;
    };
    await until(isSettled, { sight: () => owing, nudge, everyMs: 1_000 });
    expect(
      told()
        .map(({ event }) => event.data.watch.id)
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(new Set(told().map(({ id }) => id)).size).toBe(submissions.length);
    expect(told().filter(({ verified }) => !verified)).toEqual([]);
    const typeOf = new Map(told().map(({ event }) => [event.data.watch.id, event.type]));
    expect(ids.map((id) => typeOf.get(id))).toEqual(
      submissions.map((_, i) => (i % 5 === 0 ? 'operation.failed' : 'operation.succeeded')),
    );
  });
};
