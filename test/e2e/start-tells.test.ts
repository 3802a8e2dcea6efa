/** What `npm start` says while it runs, in a checkout of its own: functions that hang, that die, and a second stack. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Checkout, copyCheckout, type Going } from './kit/checkout.ts';

let checkout: Checkout;
let first: Going;
const urlOf = async (stack: Going, name: string): Promise<string> =>
  (await stack.says(new RegExp(`^ {2}${name} +(\\S+)`, 'm')))[1] ?? '';
const isUp = (stack: Going) => stack.says(/Ctrl-C ends it/);

beforeAll(async () => {
  checkout = copyCheckout();
  // It loads, and never comes to an end with a message. The others must load in the same time, on a busy machine too.
  const hanging = 'export const handler = async ({ Records }) => (Records.length > 0 ? new Promise(() => {}) : {});';
  checkout.edit('functions/notifier.ts', hanging);
  first = checkout.begin('start', ['--function-timeout', '30']);
  await isUp(first);
});
afterAll(() => checkout.remove());

/** The API that a command of this checkout finds. */
const apiFound = (env: NodeJS.ProcessEnv = {}): string => {
  const program =
    "import { runningEndpoints } from './offline/endpoints.ts'; console.log((await runningEndpoints('.'))?.api);";
  const args = ['--input-type=module-typescript', '--eval', program];
  return spawnSync(process.execPath, args, {
    cwd: checkout.dir,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  }).stdout.trim();
};

test('a second npm start beside the first leaves the first one’s commands working', async () => {
  const firstApi = await urlOf(first, 'API');
  const second = checkout.begin('start');
  await isUp(second);
  const secondApi = await urlOf(second, 'API');
  expect(secondApi).not.toBe(firstApi);
  expect(second.said()).toContain(`OPWATCH_STACK=${secondApi}`);
  expect(apiFound()).toBe(firstApi);
  expect(apiFound({ OPWATCH_STACK: secondApi })).toBe(secondApi);
  expect((await second.interrupt()).code).toBe(0);
  expect(apiFound()).toBe(firstApi);
});

test('a function that hangs is ended and named, in the time that the local stack allows it', async () => {
  const [api, clouds] = [await urlOf(first, 'API'), await urlOf(first, 'clouds')];
  const token = await urlOf(first, 'token');
  const operation = { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe0001', OperationId: 'op-13c37a77c5050009' };
  const post = (url: string, body: object) =>
    fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
  const begun = await post(`${clouds}/_control/operations`, {
    api: 'aliyun-emr',
    operation,
    seconds: 30,
    agoSeconds: 60,
  });
  expect(begun.status).toBe(200);
  expect((await post(`${api}/watches`, { provider: 'aliyun-emr', operation })).status).toBe(202);
  await first.says(/opwatch-dev-notifier did not end in its time/);
});

test('functions that do not start again after they died are told of, and tried until they do', async () => {
  const good = readFileSync(join(checkout.dir, 'functions/sweep.ts'), 'utf8');
  checkout.edit('functions/sweep.ts', 'const = 1;');
  const pids = checkout
    .processes()
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('serverless.js'));
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
  await first.says(/the functions died; the stack starts this part again/);
  await first.says(/the functions did not start: [\s\S]*functions\/sweep\.ts[\s\S]*The stack tries again in 1 s/);
  await first.says(/The stack tries again in 2 s/);
  checkout.edit('functions/sweep.ts', good);
  await first.says(/the functions run again/);
  const answer = await fetch(`${await urlOf(first, 'API')}/watches`);
  expect(answer.status).toBe(401);
});

test('Ctrl-C leaves nothing behind', async () => {
  expect((await first.interrupt()).code).toBe(0);
  expect(checkout.processes()).toEqual([]);
  expect(existsSync(join(checkout.dir, '.opwatch', 'stack.json'))).toBe(false);
});
