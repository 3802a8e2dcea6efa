/** The probe as it is deployed: one module, and a template that CloudFormation can make something of. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../bundle.ts';
import { type Attempt, RUNTIME } from '../../checks/verify-aws/probe/attempt.ts';

const root = join(import.meta.dirname, '../..');
const probe = join(root, 'checks/verify-aws/probe');
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
const run = promisify(execFile);

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((_, response) => {
    const body = JSON.stringify({ __type: 'com.amazonaws.sqs#AccessDenied', message: 'not authorized' });
    response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

describe('its module', () => {
  let url: string;
  beforeAll(async () => {
    const sources = ['checks/verify-aws/probe/handler.ts'];
    const { bundles } = await bundle({ root, sources, outdir: relative(root, dir) });
    url = pathToFileURL(bundles[0]?.file ?? '').href;
  });

  /** In a process of its own, as on Lambda: nothing there but the module and the environment. */
  const evaluate = async (code: string, input: unknown = {}): Promise<string> => {
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    };
    const script = `const [url, input] = process.argv.slice(1); const probe = await import(url); console.log(${code});`;
    const args = ['--input-type=module', '-e', script, url, JSON.stringify(input)];
    return (await run(process.execPath, args, { cwd: dir, env })).stdout.trim();
  };

  test('exports what the template names', async () => {
    expect(await evaluate('typeof probe.mapped, typeof probe.attempt')).toBe('function function');
  });

  test.each<[string, () => Attempt, RegExp]>([
    [
      'a send that is denied',
      () => ({ send: `http://127.0.0.1:${port}/q`, body: '{}' }),
      /^AccessDenied: not authorized$/,
    ],
    ['a connection', () => ({ connect: `127.0.0.1:${port}` }), /^connected$/],
    ['a connection to nobody', () => ({ connect: '127.0.0.1:9' }), /ECONNREFUSED/],
    ['a GET to this machine', () => ({ get: `http://127.0.0.1:${port}/` }), /^blocked_address: not called/],
    ['a GET to the metadata service', () => ({ get: 'https://169.254.169.254/' }), /^blocked_address: not called/],
    ['a GET to the runtime API', () => ({ get: `https://${RUNTIME}/` }), /^blocked_address/],
    ['a GET to a name of this machine', () => ({ get: 'https://localhost/' }), /^blocked_address/],
  ])('says what came of %s', async (_, attempt, told) => {
    expect(await evaluate('await probe.attempt(JSON.parse(input))', attempt())).toMatch(told);
  });
});

describe('its template', () => {
  type Properties = Readonly<Record<string, unknown>>;
  let resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
  beforeAll(async () => {
    const where = ['--stage', 'verify-abc123', '--region', 'eu-west-1', '--package', join(dir, 'package')];
    const roles = ['poller', 'sweep'].flatMap((name) => [
      '--param',
      `${name}Role=arn:aws:iam::123456789012:role/${name}`,
    ]);
    const env = { PATH: process.env.PATH, HOME: dir };
    await bundle({ root, sources: ['checks/verify-aws/probe/handler.ts'], outdir: 'checks/verify-aws/probe/built' });
    await run(process.execPath, [serverless, 'package', ...where, ...roles], { cwd: probe, env });
    const text = readFileSync(join(dir, 'package/cloudformation-template-update-stack.json'), 'utf8');
    resources = JSON.parse(text).Resources;
  });

  test('has a function mapped as opwatch’s are, two batches at a time', () => {
    const mappings = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
    expect(mappings.map(({ Properties }) => Properties)).toMatchObject([
      {
        EventSourceArn: { 'Fn::GetAtt': ['MappedQueue', 'Arn'] },
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    ]);
    const { Timeout } = resources.MappedLambdaFunction?.Properties ?? {};
    const { VisibilityTimeout } = resources.MappedQueue?.Properties ?? {};
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(Timeout));
    expect(resources.MappedLambdaFunction?.Properties.RecursiveLoop).toBeUndefined();
  });

  test('has functions under opwatch’s own roles', () => {
    const roleOf = (id: string) => resources[id]?.Properties.Role;
    expect(roleOf('PollerLambdaFunction')).toBe('arn:aws:iam::123456789012:role/poller');
    expect(roleOf('SweepLambdaFunction')).toBe('arn:aws:iam::123456789012:role/sweep');
    expect(roleOf('MappedLambdaFunction')).toEqual({ 'Fn::GetAtt': ['MappedRole', 'Arn'] });
  });

  test('names everything after the stage', () => {
    const names = Object.values(resources).flatMap(({ Properties: { QueueName, Name, FunctionName } }) =>
      [QueueName, Name, FunctionName].filter((name) => typeof name === 'string'),
    );
    expect(names.length).toBeGreaterThanOrEqual(7);
    for (const name of names) expect(name).toContain('opwatch-probe-verify-abc123');
  });
});
