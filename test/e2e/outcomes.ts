/** Every way an operation of each cloud API ends, from its submission to the webhook that tells of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/core/schedule.ts';
import type { WatchView } from '../../lib/core/view.ts';
import type { Status } from '../../lib/core/watch.ts';
import { type Course, type Opwatch, OVER, type Submission } from './kit/opwatch.ts';
import { until } from './kit/until.ts';

const sample = (name: string): Submission =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../events/trigger-${name}.json`), 'utf8'));

/** The two providers that have no file in events/. */
const SAMPLES: Readonly<Record<string, Submission>> = {
  ros: { provider: 'aliyun-ros', operation: { RegionId: 'cn-hangzhou', StackId: '4a6c9851-3b0f-4f5f-b4ca-a14bf692' } },
  job: {
    provider: 'huawei-job',
    operation: { service: 'ecs', region: 'cn-north-4', project_id: '0605767a2e80d5762fdcc0014b3ecd60', job_id: 'ff80' },
  },
};

type Ending = {
  /** events/trigger-<sample>.json, or one of those above. */
  readonly sample: string;
  readonly course: Course;
  /** The course it takes until it has been seen, `course` itself where one run does it all; left out, it is over before it is looked at. */
  readonly first?: Course;
  readonly status: Status;
  readonly word?: string;
  /** Of the webhook, besides what all of them say. */
  readonly says?: object;
  /** History, where it is worth telling. */
  readonly steps?: readonly (readonly [Status, string?])[];
};

/** Long enough for a slow machine, and young enough that the message of a look comes back within a minute. */
const HALFWAY: Course = { seconds: 800, agoSeconds: 400 };
/** One run from its beginning to its failure: another course would be another run of the same action. */
const RENAMED: Course = { scenario: 'renamed', seconds: 60, agoSeconds: 50 };
const OUT_OF_STOCK = { code: 'OutOfStock', message: expect.stringContaining('sold out') };

// biome-ignore format: a table
const ENDINGS: readonly Ending[] = [
  { sample: 'emr', course: OVER, status: 'succeeded', word: 'COMPLETED', says: { operationType: 'CREATE_CLUSTER' },
    steps: [['pending'], ['succeeded', 'COMPLETED']] },
  { sample: 'emr', course: { ...OVER, scenario: 'failed' }, status: 'failed', word: 'FAILED', says: { reason: OUT_OF_STOCK } },
  { sample: 'emr', course: { ...OVER, scenario: 'partial' }, status: 'partial', word: 'PARTIAL_COMPLETED' },
  { sample: 'emr', course: { ...OVER, scenario: 'terminated' }, status: 'canceled', word: 'TERMINATED' },
  { sample: 'emr', first: { scenario: 'attention', ...HALFWAY }, course: OVER, status: 'succeeded', word: 'COMPLETED',
    steps: [['pending'], ['attention', 'HUMAN_PROCESSING'], ['succeeded', 'COMPLETED']] },
  { sample: 'ehpc', first: HALFWAY, course: OVER, status: 'succeeded', word: 'Success', says: { progress: { done: 8, total: 8 } },
    steps: [['pending'], ['running', 'Processing'], ['succeeded', 'Success']] },
  { sample: 'ehpc', course: { ...OVER, scenario: 'failed' }, status: 'failed', word: 'Failed',
    says: { error: expect.stringContaining('StopNodeFailed') } },
  { sample: 'ehpc', course: { ...OVER, scenario: 'partial' }, status: 'partial', word: 'PartialFail' },
  { sample: 'bpstudio', course: OVER, status: 'succeeded', word: 'SUCCESS' },
  { sample: 'bpstudio', course: { ...OVER, scenario: 'failed' }, status: 'failed', word: 'FAILURE',
    says: { reason: { message: expect.stringContaining('out of stock') } } },
  { sample: 'modelarts', course: OVER, status: 'succeeded', word: 'success', says: { operationType: 'node_attach_volume' } },
  { sample: 'modelarts', course: { ...OVER, scenario: 'failed' }, status: 'failed', word: 'failed',
    says: { reason: { code: 'ModelArts.6530', message: 'The volume is attached to another server.' } } },
  { sample: 'dws', course: OVER, status: 'succeeded', word: 'SUCCESS', says: { operationType: 'SNAPSHOTTING' } },
  { sample: 'dws', first: RENAMED, course: RENAMED, status: 'failed', word: 'FAILED',
    says: { reason: { code: 'SNAPSHOTTING_FAILED' } } },
  { sample: 'dws', first: { scenario: 'by-cluster', ...HALFWAY }, course: { seconds: 0, scenario: 'by-cluster' }, status: 'succeeded', word: 'AVAILABLE',
    says: { evidence: 'inferred' } },
  { sample: 'ros', course: OVER, status: 'succeeded', word: 'CREATE_COMPLETE' },
  { sample: 'ros', course: { ...OVER, scenario: 'failed' }, status: 'failed', word: 'CREATE_FAILED' },
  { sample: 'job', course: OVER, status: 'succeeded', word: 'SUCCESS', says: { operationType: 'createServer' } },
  { sample: 'job', course: { ...OVER, scenario: 'failed' }, status: 'failed', word: 'FAIL',
    says: { reason: { code: 'Ecs.0013', message: 'Insufficient EIP quota.' } } },
];

const ID_FIELDS = ['OperationId', 'TaskId', 'operation_id', 'cluster_id', 'StackId', 'job_id'];

/** The same operation under an id of its own. */
const numbered = ({ operation, ...rest }: Submission, number: number): Submission => {
  const field = ID_FIELDS.find((name) => name in operation) ?? '';
  return { ...rest, operation: { ...operation, [field]: `${operation[field]}-${number}` } };
};

const titleOf = ({ sample, first, course, status }: Ending) =>
  `${sample} ${course.scenario ?? first?.scenario ?? ''} is ${status}`;

let opwatch: Opwatch;

export const outcomes = (running: () => Opwatch): void => {
  let watches: readonly WatchView[] = [];
  const submissions = ENDINGS.map(({ sample: name }, i) => numbered(SAMPLES[name] ?? sample(name), i));

  /** Told to a name of its own, and to the default target. */
  const nameOf = (i: number) => `ending-${i}`;

  beforeAll(async () => {
    opwatch = running();
    const coursesOf = (i: number) => ENDINGS[i] ?? expect.unreachable();
    await Promise.all(
      submissions.map((submission, i) => opwatch.begin(submission, coursesOf(i).first ?? coursesOf(i).course)),
    );
    const body = submissions.map((submission, i) => ({
      ...submission,
      notify: ['inbox', opwatch.receiver.urlOf(nameOf(i))],
    }));
    const { status, body: answers } = await opwatch.ask('/watches', { body });
    expect(status).toBe(207);
    watches = (answers as { status: number; watch: WatchView }[]).map(({ watch }) => watch);
    await Promise.all(
      watches.map(async ({ id }, i) => {
        const { first, course } = coursesOf(i);
        if (!first) return;
        // The first word is delivered to both before the end begins: only then is the order of the two certain.
        const owed = first.scenario === 'attention' ? 2 : 0;
        await opwatch.readUntil(
          id,
          ({ status: seen, deliveries }) =>
            seen !== 'pending' && deliveries.filter(({ state }) => state === 'delivered').length === owed,
        );
        if (course !== first) await opwatch.begin(submissions[i] ?? expect.unreachable(), course);
        await opwatch.letPass(id, SECOND);
      }),
    );
  });

  it.each(ENDINGS.map((ending, i) => ({ ending, i, title: titleOf(ending) })))('$title', async ({ ending, i }) => {
    const { status, word, says = {}, steps } = ending;
    const submitted = watches[i] as WatchView;
    const told = await until(
      () => opwatch.receiver.received(nameOf(i)).find(({ event }) => event.type === `operation.${status}`),
      { sight: () => opwatch.receiver.received().length },
    );

    expect(told.headers['content-type']).toBe('application/json');
    expect(told.body.length).toBeLessThan(20_000);
    expect(told.event.data).toMatchObject({
      version: 1,
      watch: { id: submitted.id, url: `${opwatch.stack.urls.api}/watches/${submitted.id}`, labels: submitted.labels },
      provider: submissions[i]?.provider,
      connection: submissions[i]?.provider.split('-')[0],
      operation: submissions[i]?.operation,
      status,
      ...says,
    });
    expect(told.event.data.providerStatus).toBe(word);

    const whole = await opwatch.readUntil(submitted.id, ({ deliveries }) =>
      deliveries.every(({ state }) => state === 'delivered'),
    );
    expect(whole).toMatchObject({ status, over: true, ...says });
    expect(whole.providerStatus).toBe(word);
    expect(whole.nextLookAt).toBeUndefined();
    expect(whole.looks).toBeGreaterThanOrEqual(1);
    if (steps) {
      expect(whole.history.map(({ status: step, providerStatus }) => [step, providerStatus])).toEqual(
        steps.map(([step, said]) => [step, said]),
      );
      expect(whole.looks).toBeGreaterThanOrEqual(steps.length - 1);
    }

    const ends = whole.deliveries.filter(({ event }) => event === `operation.${status}`);
    expect(ends.map(({ target }) => target).sort()).toEqual([opwatch.receiver.urlOf(nameOf(i)), 'inbox'].sort());
    expect(ends.find(({ target }) => target !== 'inbox')?.id).toBe(told.id);
    for (const { attempts, log } of ends) {
      expect(attempts).toBe(1);
      expect(log).toMatchObject([{ number: 1, status: 204, verdict: 'delivered' }]);
    }
  });

  it('that waits for a person is told at once, and again when it is over', async () => {
    const i = ENDINGS.findIndex(({ first }) => first?.scenario === 'attention');
    const told = opwatch.receiver.received(nameOf(i));
    expect(told.map(({ event }) => [event.type, event.data.providerStatus])).toEqual([
      ['operation.attention', 'HUMAN_PROCESSING'],
      ['operation.succeeded', 'COMPLETED'],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  });

  it('that its cloud never knows is lost, after a time of grace [F36]', async () => {
    const { operation, provider } = numbered(sample('bpstudio'), ENDINGS.length);
    const { id } = await opwatch.submit({ provider, operation, notify: [opwatch.receiver.urlOf('lost')] });
    const waiting = await opwatch.readUntil(id, ({ lookedAt }) => lookedAt !== undefined);
    expect(waiting.status).toBe('pending');
    await opwatch.letPass(id, 2 * MINUTE);
    const { note } = await opwatch.readUntil(id, ({ status }) => status === 'lost');
    expect(note).toContain('BPStudio keeps an operation for one hour');
    await expect.poll(() => opwatch.receiver.received('lost')).toMatchObject([{ event: { data: { note } } }]);
  });

  it('that is still under way at its deadline has timed out [F40]', async () => {
    const submission = { ...numbered(sample('emr'), ENDINGS.length), notify: [opwatch.receiver.urlOf('late')] };
    await opwatch.begin(submission, { scenario: 'endless' });
    const { id } = await opwatch.submit({ ...submission, deadline: 'PT1H' });
    await opwatch.readUntil(id, ({ status }) => status === 'running');
    await opwatch.letPass(id, HOUR);
    await opwatch.readUntil(id, ({ status }) => status === 'timed_out');
    await expect
      .poll(() => opwatch.receiver.received('late'))
      .toMatchObject([{ event: { type: 'operation.timed_out', data: { providerStatus: 'IN_PROGRESS' } } }]);
  });

  it('is told once a target and event, and every signature is good', async () => {
    const { receiver, stack } = opwatch;
    expect(receiver.faults()).toEqual([]);
    const expected = ENDINGS.length + 1;
    const told = receiver.received().filter(({ path }) => path.startsWith(`/${nameOf(0).slice(0, -1)}`));
    expect(told).toHaveLength(expected);
    expect(new Set(told.map(({ id }) => id)).size).toBe(expected);
    const inbox = stack.inbox.received();
    expect(inbox).toHaveLength(expected);
    expect(inbox.every(({ verified, attempts }) => verified && attempts.length === 1)).toBe(true);
  });

  it('that is over leaves no message behind', async () => {
    const { infra } = opwatch;
    for (const queue of ['poll-aliyun', 'poll-huawei', 'notify'] as const) {
      await expect.poll(() => infra.count(queue)).toBe(0);
      expect(await infra.count(`${queue}-dead`)).toBe(0);
    }
    expect((await infra.items()).filter(({ aliveUntil }) => aliveUntil !== undefined)).toEqual([]);
  });
};
