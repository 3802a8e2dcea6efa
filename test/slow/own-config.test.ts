/** `npm start -- --config mine.ts`: the user's own configuration runs on this machine, and a schedule of it comes to the inbox. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { copyCheckout } from '../e2e/kit/checkout.ts';

const dir = mkdtempSync(join(tmpdir(), 'opwatch-mine-'));
const checkout = copyCheckout();
afterAll(() => {
  checkout.remove();
  rmSync(dir, { recursive: true });
});

const OPERATION = { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe0001', OperationId: 'op-13c37a77c5050042' };
const MINE = `export default {
  connections: { 'prod-aliyun': { vendor: 'aliyun', credentials: 'ssm:/acme/aliyun' } },
  targets: { 'data-chat': { type: 'dingtalk', url: 'ssm:/acme/dingtalk', language: 'zh' } },
  defaults: { notify: ['data-chat'] },
  schedules: [{
    name: 'every-minute',
    cron: '* * * * ? *',
    submission: { provider: 'aliyun-emr', operation: ${JSON.stringify(OPERATION)}, labels: { run: 42 } },
  }],
};`;

type Message = { readonly place?: string; readonly target?: string };

test('names, language and schedule are the user’s; credentials and addresses are stand-ins', async () => {
  const file = join(dir, 'mine.ts');
  writeFileSync(file, MINE);
  const going = checkout.begin('start', ['--config', file]);
  const [, clouds = ''] = await going.says(/^ {2}clouds +(\S+)/m);
  const [, inbox = ''] = await going.says(/^ {2}inbox +(\S+)/m);
  await going.says(/every-minute: next at \d{4}-/);
  const body = JSON.stringify({ api: 'aliyun-emr', operation: OPERATION, seconds: 5, scenario: 'failed' });
  expect((await fetch(`${clouds}/_control/operations`, { method: 'POST', body })).status).toBe(200);
  await going.says(/the schedule every-minute has submitted/);
  await expect
    .poll(async () => {
      const { messages } = (await (await fetch(`${inbox}/messages.json`)).json()) as { messages: Message[] };
      return JSON.stringify(messages);
    })
    .toMatch(/dingtalk\/data-chat.*失败/);
  expect((await going.interrupt()).code).toBe(0);
});
