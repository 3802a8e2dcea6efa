/**
 * `npm run demo:denied`: what a person hears of a cloud that does not allow the looks. A stand-in cloud denies every look at an
 * operation. opwatch tells a webhook, an English chat and a Chinese one that the watch is blocked. Then the permission is
 * granted: the watch goes on by itself, and ends. It takes about five minutes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '../../lib/core/schedule.ts';
import type { Message } from '../inbox/messages.ts';
import { type Stack, startStack } from '../stack.ts';

const LIMIT_MS = 10 * MINUTE;
const NOTIFY = ['inbox', 'slack', 'feishu'];

type Submission = { readonly provider: string; readonly operation: Readonly<Record<string, string>> };

const submission: Submission = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'events', 'trigger-emr.json'), 'utf8'),
);

const post = async (url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(url, { ...init, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
};

const begin = (stack: Stack, course: object): Promise<void> => {
  const { provider: api, operation } = submission;
  return post(`${stack.urls.clouds}/_control/operations`, { api, operation, ...course });
};

const typeOf = ({ body }: Message): string =>
  typeof body === 'object' && body !== null && 'type' in body ? String(body.type) : '';

/** The text as its reader sees it; of a webhook, the event. */
const textOf = ({ shown, body }: Message): string =>
  shown
    ? shown.lines.map(({ runs }) => runs.map(({ text }) => text).join('')).join('\n')
    : JSON.stringify(body, ['type', 'timestamp', 'data', 'status', 'blocked', 'kind', 'code', 'message', 'help'], 2);

const run = async (stack: Stack): Promise<void> => {
  await begin(stack, { fault: 'denied', seconds: 10 * 60 });
  const authorization = `Bearer ${await stack.createToken()}`;
  const beganAt = Date.now();
  await post(`${stack.urls.api}/watches`, { ...submission, notify: NOTIFY }, { authorization });
  console.log('Submitted an operation that the cloud does not let opwatch look at.\n');

  let shown = 0;
  let isGranted = false;
  const isOver = (): boolean => stack.inbox.received().some((message) => typeOf(message) === 'operation.succeeded');
  while (!(isOver() && shown >= 3 * NOTIFY.length)) {
    const messages = stack.inbox.received();
    for (const message of messages.slice(shown)) {
      const seconds = Math.round(((message.attempts[0]?.at ?? beganAt) - beganAt) / SECOND);
      console.log(`After ${seconds} s, to ${message.to}:\n${textOf(message).replace(/^/gm, '    ')}\n`);
    }
    shown = messages.length;
    if (!isGranted && messages.some((message) => typeOf(message) === 'operation.blocked')) {
      isGranted = true;
      await begin(stack, { seconds: 150 });
      console.log('Now the permission is granted. Nobody tells opwatch.\n');
    }
    if (Date.now() > beganAt + LIMIT_MS) throw new Error('the end was not heard in ten minutes');
    await sleep(200);
  }
};

console.log('Starting the local stack …');
const stack = await startStack();
try {
  await run(stack);
} catch (error) {
  process.exitCode = 1;
  console.error(`The demo failed: ${(error as Error).message}`);
} finally {
  await stack.stop();
}
