/** The checks of opwatch at work do not hold where a part of it does not work; that they hold is shown end to end. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { flowChecks } from '../../checks/verify-aws/checks/flow.ts';
import { createVirtualSite } from './virtual-site.ts';

let server: Server;
/** What the API answers, by whether a token was given and the path. */
let answer: (isSigned: boolean, path: string) => number;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(answer(request.headers.authorization !== undefined, request.url ?? '')).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  answer = () => 200;
});

const verdictOf = async (name: string) => {
  const check = flowChecks.find((each) => each.name === name);
  if (!check || !('run' in check)) throw new Error(`no check ${name}`);
  return check.run({ ...createVirtualSite(), api: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
};

test.each([
  ['lets everybody in', () => 200, /a token nobody made was answered 200; no token was answered 200/],
  ['hands no context over', (isSigned: boolean) => (isSigned ? 403 : 401), /a good token was answered 403/],
  ['knows no route', () => 404, /a watch that is not there was answered 404/],
])('an API that %s', async (_, answers, evidence) => {
  answer = answers;
  expect(await verdictOf('authorizer-context-arrives')).toEqual({
    holds: false,
    evidence: expect.stringMatching(evidence),
  });
});

test('an authorizer that keeps its answers for ever', async () => {
  const { holds, evidence } = await verdictOf('revoked-tokens-stop');
  expect(holds).toBe(false);
  expect(evidence).toBe('a token was answered 200, and 200 60 s after it was revoked');
});

test('a sweep that does not run', async () => {
  expect(await verdictOf('sweep-finds-what-lapsed')).toEqual({
    holds: false,
    evidence: 'a lapsed watch past its deadline: not looked at after 180 s',
  });
});
