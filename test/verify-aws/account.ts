/** An account on this machine that answers as little as possible, and `npm run verify-aws` called against it. */
import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';

const main = join(import.meta.dirname, '../../checks/verify-aws/main.ts');
/** What it was asked in this test. */
export const asked: string[] = [];
/** Where it is set, CloudFormation keeps its caller waiting. */
let onDeploy: (() => void) | undefined;
let running: ChildProcess | undefined;

/** Keeps the next deployment waiting; answers when it has begun. */
export const holdDeployment = (): Promise<void> => {
  const begun = Promise.withResolvers<void>();
  onDeploy = begun.resolve;
  return begun.promise;
};
export const interrupt = (): void => void running?.kill('SIGINT');

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

export const call = (...args: string[]): Promise<{ code: number; text: string }> =>
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
