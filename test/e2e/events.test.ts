/** Every file in events/, run as their readers are told to: `serverless invoke local -f <function> -p events/<file>`. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WatchView } from '../../lib/view.ts';
import { VARIABLE } from '../../offline/surroundings.ts';
import { type Opwatch, type Submission, startOpwatch } from './kit/opwatch.ts';
import { itKeepsSecrets } from './kit/secrecy.ts';

const root = dirname(dirname(import.meta.dirname));
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
const run = promisify(execFile);

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
  sweep: { sent: 0, oldestMs: 0 },
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

let opwatch: Opwatch;
beforeAll(async () => {
  opwatch = await startOpwatch();
  for (const name of files.filter((file) => file.startsWith('trigger-'))) {
    const { operation, provider } = contentOf(name) as Partial<Submission>;
    if (operation && provider && name !== 'trigger-refused') {
      await opwatch.begin({ operation, provider }, { scenario: 'endless', agoSeconds: 10 });
    }
  }
});
afterAll(() => opwatch.stop());

const invokeLocal = async (name: string): Promise<unknown> => {
  const { stdout } = await run(
    process.execPath,
    [serverless, 'invoke', 'local', '-f', name.replace(/-.*/, ''), '-p', `events/${name}.json`],
    {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, [VARIABLE]: JSON.stringify(opwatch.stack.surroundings) },
    },
  );
  // Log lines come before the answer, each on a line of its own.
  return JSON.parse(stdout.slice(`\n${stdout}`.search(/\n[{[]\n/)));
};

/** Two at a time: most of each is the start of a process. */
const LANES = 2;
const answers = new Map<string, Promise<unknown>>();
beforeAll(() => {
  const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
  for (const [i, name] of inOrder.entries()) {
    const answer = lanes[i % LANES]?.then(() => invokeLocal(name)) ?? Promise.reject(new Error('no lane'));
    answers.set(name, answer);
    // One that fails is its own test's to report.
    lanes[i % LANES] = answer.catch(() => undefined);
  }
});

it.each(inOrder)('events/%s.json', async (name) => {
  expect(Object.keys(ANSWERS)).toContain(name);
  expect(await answers.get(name)).toMatchObject(ANSWERS[name] ?? {});
});

it('what cannot be read is in the dead-letter queue', async () => {
  const [dead] = await opwatch.beneath.takeAll('poll-aliyun-dead', 1);
  expect(dead).toMatchObject({ Body: 'not JSON', MessageAttributes: { reason: { StringValue: 'not JSON' } } });
});

it('the ids in them are those of the watches they make', async () => {
  const { watches } = (await opwatch.ask('/watches')).body as { watches: WatchView[] };
  const made = new Set(watches.map(({ id }) => id));
  const texts = files.map((name) => readFileSync(join(root, 'events', `${name}.json`), 'utf8'));
  const named = new Set(texts.flatMap((text) => text.match(/\bw_[a-z2-7]{26}\b/g) ?? []));
  expect(named.size).toBeGreaterThan(1);
  expect([...named].filter((id) => !made.has(id))).toEqual([]);
});

itKeepsSecrets(() => opwatch);
