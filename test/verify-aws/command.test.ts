/** `npm run verify-aws` as it is called, against an account on this machine that answers as little as possible. */
import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const main = join(import.meta.dirname, '../../checks/verify-aws/main.ts');
const asked: string[] = [];
/** Where it is set, CloudFormation keeps its caller waiting. */
let onDeploy: (() => void) | undefined;
let running: ChildProcess | undefined;
let server: Server;

const XML = { 'content-type': 'text/xml' };
const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::123456789012:user/checker</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
  </GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
const refusal = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const action = new URLSearchParams(Buffer.concat(chunks).toString()).get('Action');
    const what = action ?? String(request.headers['x-amz-target'] ?? request.url);
    asked.push(what);
    if (what === 'CreateChangeSet' && onDeploy) return onDeploy();
    if (what === 'GetCallerIdentity') return response.writeHead(200, XML).end(identity);
    if (what === 'DescribeStacks')
      return response.writeHead(400, XML).end(refusal('ValidationError', 'Stack with id x does not exist'));
    if (what === 'AmazonSSM.DeleteParameter')
      return response
        .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
        .end('{"__type":"ParameterNotFound"}');
    return response.writeHead(403, XML).end(refusal('AccessDenied', 'not here'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  asked.length = 0;
  onDeploy = undefined;
});

const call = (...args: string[]): Promise<{ code: number; text: string }> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    running = execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
    });
  });

test.each([
  ['nothing', []],
  ['no account', ['--region', 'eu-west-1']],
  ['no region', ['--account', '123456789012']],
  ['an account that is none', ['--account', 'prod', '--region', 'eu-west-1']],
  ['an option it does not know', ['--stage', 'prod']],
])('called with %s it says how, and asks nobody', async (_, args) => {
  const { code, text } = await call(...args);
  expect(code).toBe(2);
  expect(text).toContain('usage:');
  expect(asked).toEqual([]);
});

test('with the credentials of another account nothing is made [S15]', async () => {
  const { code, text } = await call('--account', '999999999999', '--region', 'eu-west-1');
  expect(code).toBe(2);
  expect(text).toContain('those of account 123456789012, not 999999999999: nothing was made');
  expect(asked).toEqual(['GetCallerIdentity']);
});

test('where it may not deploy it says so, and that nothing is left', async () => {
  const { code, text } = await call('--account', '123456789012', '--region', 'eu-west-1');
  expect(code).toBe(2);
  expect(text).toContain('serverless deploy failed');
  expect(text).toMatch(/removed: nothing of stage verify-[a-z0-9]{6} is left/);
  expect(new Set(asked)).toEqual(
    new Set(['GetCallerIdentity', 'DescribeStacks', 'CreateChangeSet', 'AmazonSSM.DeleteParameter']),
  );
});

test('interrupted while it deploys, it breaks that off and removes what there is', async () => {
  const begun = Promise.withResolvers<void>();
  onDeploy = begun.resolve;
  const ended = call('--account', '123456789012', '--region', 'eu-west-1');
  await begun.promise;
  running?.kill('SIGINT');
  const { code, text } = await ended;
  expect(code).toBe(2);
  expect(text).toContain('interrupted');
  expect(text).toMatch(/removed: nothing of stage verify-[a-z0-9]{6} is left/);
  expect(asked.at(-1)).toMatch(/DescribeStacks|DeleteParameter/);
});
