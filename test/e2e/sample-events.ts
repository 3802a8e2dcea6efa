/** Every file in events/, run as their readers are told to, whichever way that is. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { WatchView } from '../../lib/core/view.ts';
import type { Opwatch, Reached, Submission } from './kit/opwatch.ts';

const root = dirname(dirname(import.meta.dirname));

const files = readdirSync(join(root, 'events'))
  .map((file) => file.replace('.json', ''))
  .sort();
const contentOf = (name: string): unknown => JSON.parse(readFileSync(join(root, 'events', `${name}.json`), 'utf8'));

const accepted = (provider: string) => ({ status: 202, body: { provider, over: false } });
const joined = (provider: string) => ({ status: 200, body: { provider } });
const http = (statusCode: number, says: string) => ({ statusCode, body: expect.stringContaining(says) });

/** What each answers, in the order in which they are run. */
const ANSWERS: Readonly<Record<string, object>> = {
  'trigger-bpstudio': accepted('aliyun-bpstudio'),
  'trigger-dws': accepted('huawei-dws'),
  'trigger-ehpc': accepted('aliyun-ehpc'),
  'trigger-emr': accepted('aliyun-emr'),
  'trigger-modelarts': accepted('huawei-modelarts'),
  'trigger-http': http(200, '"provider":"aliyun-emr"'),
  'trigger-many': { status: 207, body: [{ status: 200 }, { status: 200 }] },
  'trigger-refused': {
    status: 422,
    body: { errors: expect.arrayContaining([{ pointer: '/notify/0', detail: 'must be an https URL' }]) },
  },
  'trigger-rule': joined('aliyun-emr'),
  'trigger-schedule-dws': joined('huawei-dws'),
  // The stack's own pollers and notifier have the messages of what these name: others are dropped.
  pollerAliyun: { batchItemFailures: [] },
  'pollerAliyun-poison': { batchItemFailures: [] },
  pollerHuawei: { batchItemFailures: [] },
  notifier: { batchItemFailures: [] },
  // Other scenarios may have left it work.
  sweep: { sent: expect.any(Number), oldestMs: expect.any(Number), woken: 0, undone: 0 },
  authorizer: { isAuthorized: false },
  'api-list': http(200, '"watches":['),
  'api-read': http(200, '"status":"running"'),
  'api-extend': http(200, '"status":"running"'),
  'api-stop': http(200, '"status":"stopped"'),
};
const inOrder = [
  ...Object.keys(ANSWERS).filter((name) => files.includes(name)),
  ...files.filter((name) => !(name in ANSWERS)),
];

/** Runs the function of events/<name>.json with it, and answers what that answers. */
export type Invoke = (opwatch: Opwatch<Reached>, name: string) => Promise<unknown>;

export const functionOf = (name: string): string => name.replace(/-.*/, '');
export { contentOf };

const watchesIn = (name: string): readonly string[] =>
  readFileSync(join(root, 'events', `${name}.json`), 'utf8').match(/\bw_[a-z2-7]{26}\b/g) ?? [];

/**
 * A watch belongs to the first message that a poller gets for it. These messages must not be the first: only then are they
 * dropped. So the stack's own pollers look first.
 */
const lookedAt = async (opwatch: Opwatch<Reached>, name: string): Promise<void> => {
  if (!name.startsWith('poller')) return;
  for (const id of watchesIn(name)) {
    const { status } = await opwatch.ask(`/watches/${id}`);
    if (status === 200) await opwatch.readUntil(id, (watch) => watch.lookedAt !== undefined || watch.over);
  }
};

/** `lanes`: how many are run at a time. */
export const sampleEvents = (running: () => Opwatch<Reached>, invoke: Invoke, lanes = 1): void => {
  const answers = new Map<string, Promise<unknown>>();
  beforeAll(async () => {
    const opwatch = running();
    for (const name of files.filter((file) => file.startsWith('trigger-'))) {
      const { operation, provider } = contentOf(name) as Partial<Submission>;
      if (operation && provider && name !== 'trigger-refused') {
        await opwatch.begin({ operation, provider }, { scenario: 'endless', agoSeconds: 10 });
      }
    }
    const ends: Promise<unknown>[] = Array.from({ length: lanes }, () => Promise.resolve());
    for (const [i, name] of inOrder.entries()) {
      const answer =
        ends[i % lanes]?.then(() => lookedAt(opwatch, name)).then(() => invoke(opwatch, name)) ??
        Promise.reject(new Error('no lane'));
      answers.set(name, answer);
      // One that fails is its own test's to report.
      ends[i % lanes] = answer.catch(() => undefined);
    }
  });

  it.each(inOrder)('events/%s.json', async (name) => {
    expect(Object.keys(ANSWERS)).toContain(name);
    expect(await answers.get(name)).toMatchObject(ANSWERS[name] ?? {});
  });

  it('what cannot be read is in the dead-letter queue', async () => {
    const [dead] = await running().infra.takeAll('poll-aliyun-dead', 1);
    expect(dead).toMatchObject({ Body: 'not JSON', MessageAttributes: { reason: { StringValue: 'not JSON' } } });
  });

  it('the ids in them are those of the watches they make', async () => {
    const { watches } = (await running().ask('/watches?limit=100')).body as { watches: WatchView[] };
    const made = new Set(watches.map(({ id }) => id));
    const named = new Set(files.flatMap(watchesIn));
    expect(named.size).toBeGreaterThan(1);
    expect([...named].filter((id) => !made.has(id))).toEqual([]);
  });
};
