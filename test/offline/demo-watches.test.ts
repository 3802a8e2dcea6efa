/** The demo believes answers that are watches, and says what came in place of one. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askForWatch, positionOf, slowness } from '../../offline/demo/watches.ts';
import { freePorts } from '../../offline/ports.ts';

const WATCH = { id: 'w_1', provider: 'aliyun-emr', status: 'running', looks: 3, over: false };

let server: Server;
let url = '';
let next: { readonly status: number; readonly body: string } = { status: 200, body: '' };
beforeAll(async () => {
  server = createServer((_, answer) => answer.writeHead(next.status).end(next.body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const ask = (body?: object) => askForWatch(url, { headers: {}, ...(body && { body }) });

test.each([
  [200, WATCH],
  [202, { ...WATCH, progress: { done: 1, total: 2 }, providerStatus: 'X', nextLookAt: '2026-01-02T03:04:05Z' }],
  [202, { ...WATCH, progress: { percent: 50 } }],
])('%i with a watch is one', async (status, body) => {
  next = { status, body: JSON.stringify(body) };
  expect(await ask({})).toEqual({ watch: body });
});

const TIMEOUT = JSON.stringify({ errorMessage: '[504] - Lambda timeout.', errorType: 'LambdaTimeoutError' });
test.each([
  ['a time-out', 504, TIMEOUT, true],
  ['a time-out that calls itself good', 200, TIMEOUT, true],
  ['a watch that comes as an error', 500, JSON.stringify(WATCH), true],
  ['an authorizer that took too long', 401, '{"message":"Unauthorized"}', true],
  ['too many requests', 429, '{}', true],
  ['text', 200, 'Bad Gateway', true],
  ['nothing', 204, '', true],
  ['null', 200, 'null', true],
  ['a list', 200, `[${JSON.stringify(WATCH)}]`, true],
  ['half a watch', 200, JSON.stringify(WATCH).slice(0, -10), true],
  ['a watch without its status', 200, JSON.stringify({ ...WATCH, status: undefined }), true],
  ['a refusal', 422, '{"title":"the operation is not right"}', false],
])('%s is no watch, and is told', async (_, status, body, mayPass) => {
  next = { status, body };
  const reading = await ask({});
  expect(reading).toEqual({
    instead: `POST ${url} answered ${status}, and no watch: ${body.slice(0, 300)}`,
    mayPass,
  });
});

test('nobody there is told as well', async () => {
  const [free] = await freePorts(1);
  expect(await askForWatch(`http://127.0.0.1:${free}`, { headers: {} })).toEqual({
    instead: expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:\d+ was not answered: .*ECONNREFUSED/),
    mayPass: true,
  });
});

test('a watch has moved when its operation has, not when the clock has', () => {
  const position = positionOf(WATCH);
  expect(positionOf({ ...WATCH, looks: 4, nextLookAt: '2026-01-02T03:04:05Z' })).toBe(position);
  for (const moved of [{ status: 'succeeded' }, { providerStatus: 'DONE' }, { progress: { percent: 3 } }])
    expect(positionOf({ ...WATCH, ...moved })).not.toBe(position);
});

test.each([
  [{ ...WATCH, over: true, status: 'failed' }, 'aliyun-emr: failed, its webhook has not come'],
  [{ ...WATCH, providerStatus: 'RUNNING' }, 'aliyun-emr: running (RUNNING) after 3 looks, its operation goes on'],
  [{ ...WATCH, nextLookAt: '2026-01-02T03:04:05Z' }, 'aliyun-emr: running after 3 looks, its next look is 25 s late'],
])('whoever is slow is named: %o', (watch, words) => {
  expect(slowness(watch, Date.parse('2026-01-02T03:04:30Z'))).toBe(words);
});
