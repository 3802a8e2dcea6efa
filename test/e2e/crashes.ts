/** What dies, and is started again: nothing is lost, and nobody is told twice under two names. */
import { beforeAll, expect, it } from 'vitest';
import { anOperation, type Course, countMessages, type Opwatch, OVER, type Submission } from './kit/opwatch.ts';
import { until } from './kit/until.ts';

let opwatch: Opwatch;

type Telling = {
  readonly ids: readonly string[];
  readonly name: string;
  /** Lets the operations be over in their clouds. */
  readonly end: () => Promise<void>;
};

const UNDER_WAY: Course = { scenario: 'endless', agoSeconds: 10 };

/** Submits operations of both clouds, all told to one name; answers once some of them have been seen. */
const watchSome = async (name: string, course: Course = UNDER_WAY, count = 8): Promise<Telling> => {
  const submissions = Array.from({ length: count }, (_, i): Submission => {
    const operation = { service: 'ecs', region: 'cn-north-4', project_id: 'p1', job_id: `${name}-${i}` };
    const submission = i % 2 === 0 ? anOperation() : { provider: 'huawei-job', operation };
    return { ...submission, notify: [opwatch.receiver.urlOf(name)] };
  });
  await Promise.all(submissions.map((submission) => opwatch.begin(submission, course)));
  const { body } = await opwatch.ask('/watches', { body: submissions });
  const ids = (body as { watch: { id: string } }[]).map(({ watch }) => watch.id);
  await opwatch.readUntil(ids[0] ?? '', ({ status }) => status !== 'pending');
  const end = async (): Promise<void> => {
    await Promise.all(submissions.map((submission) => opwatch.begin(submission)));
  };
  return { ids, name, end };
};

const toldOf = ({ name }: Telling) =>
  new Set(opwatch.receiver.received(name).map(({ event }) => `${event.data.watch.id} ${event.type}`));

/**
 * Every watch is told of, under one webhook-id. Whatever was in somebody's hands comes back after minutes; the sweep is
 * let see it at once.
 */
const allAreTold = async (told: Telling, type = 'operation.succeeded'): Promise<void> => {
  const wanted = new Set(told.ids.map((id) => `${id} ${type}`));
  const nudge = () => opwatch.tellAgain(...told.ids);
  if (toldOf(told).size < wanted.size) await nudge();
  await until(() => toldOf(told).size >= wanted.size, { sight: () => [...toldOf(told)], nudge });
  expect(toldOf(told)).toEqual(wanted);
  const webhookIds = new Set(opwatch.receiver.received(told.name).map(({ id }) => id));
  expect(webhookIds.size).toBe(told.ids.length);
};

const isDown = () =>
  opwatch.ask('/watches').then(
    () => false,
    () => true,
  );

export const crashes = (running: () => Opwatch): void => {
  beforeAll(() => {
    opwatch = running();
  });

  it('the functions, killed between two looks', async () => {
    const told = await watchSome('killed');
    await opwatch.stack.killFunctions();
    await told.end();
    expect(await isDown()).toBe(true);
    await opwatch.stack.startFunctions();
    await allAreTold(told);
  });

  it('the functions, killed while a receiver has a webhook and has not answered', async () => {
    const { receiver, stack } = opwatch;
    receiver.answers('interrupted', 'hang', 'hang');
    const told = await watchSome('interrupted', OVER, 2);
    await expect.poll(() => receiver.received('interrupted').length).toBeGreaterThanOrEqual(2);
    await stack.killFunctions();
    await stack.startFunctions();
    await opwatch.tellAgain(...told.ids);
    // It cannot be known whether the first came to anything: told again, and under the same id; as soon as the seats are free
    // that the dead function held.
    await until(() => receiver.received('interrupted').length >= 4, {
      sight: () => receiver.received('interrupted').length,
      nudge: () => opwatch.tellAgain(...told.ids),
    });
    for (const id of told.ids) {
      const { deliveries } = await opwatch.readUntil(id, (watch) => watch.deliveries[0]?.state === 'delivered');
      expect(deliveries[0]?.attempts).toBeGreaterThanOrEqual(2);
    }
    await allAreTold(told);
  });

  it('the table and the queues, killed and started again', async () => {
    const told = await watchSome('emulators');
    await opwatch.stack.killEmulators();
    const submission = anOperation();
    expect((await opwatch.ask('/watches', { body: submission })).status).toBeGreaterThanOrEqual(400);
    await told.end();
    await opwatch.stack.startEmulators();
    expect(await opwatch.submit(submission)).toMatchObject({ status: 'pending' });
    await allAreTold(told);
  });

  it('every message, lost', async () => {
    const told = await watchSome('purged');
    await opwatch.infra.purge();
    expect(await countMessages(opwatch)).toBe(0);
    await told.end();
    await opwatch.sweepUp();
    await allAreTold(told);
  });
};
