/** What `serverless package` makes of serverless.yml and deploy/, with nothing in the environment. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onceARun } from '../helpers/once-a-run.ts';

export type Properties = Readonly<Record<string, unknown>>;
export type Resource = { readonly Type: string; readonly DeletionPolicy?: string; readonly Properties: Properties };
export type Resources = Readonly<Record<string, Resource>>;
export type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
};

export const root = join(import.meta.dirname, '..', '..');
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

export type Packaged = {
  readonly resources: Resources;
  /** A function's artifact. */
  readonly zip: (name: string) => Buffer;
  /** What packaging told people. */
  readonly printed: string;
};

const PRINTED = 'printed.txt';

const packInto = async (home: string, args: readonly string[], cwd = root): Promise<Packaged> => {
  const env = { PATH: process.env.PATH, HOME: home };
  const dir = join(home, 'package');
  const command = [serverless, 'package', '--package', dir, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd, env });
  writeFileSync(join(home, PRINTED), `${stdout}${stderr}`);
  return readPackage(home);
};

const readPackage = (home: string): Packaged => {
  const dir = join(home, 'package');
  const { Resources } = JSON.parse(readFileSync(join(dir, 'cloudformation-template-update-stack.json'), 'utf8'));
  const functions = Object.keys(Resources).filter((id) => id.endsWith('LambdaFunction'));
  const nameOf = (id: string) => id.replace(/LambdaFunction$/, '').replace(/^./, (first) => first.toLowerCase());
  const zips = new Map(functions.map((id) => [nameOf(id), readFileSync(join(dir, `${nameOf(id)}.zip`))]));
  const printed = readFileSync(join(home, PRINTED), 'utf8');
  return { resources: Resources, zip: (name) => zips.get(name) ?? Buffer.alloc(0), printed };
};

/**
 * Packages by `serverless package …args`; rejects, with what it printed, when it fails. Not two at a time: they write their
 * bundles to the same places.
 */
export const pack = (...args: readonly string[]): Promise<Packaged> => packIn(root, ...args);

/** The same in another checkout. */
export const packIn = async (checkout: string, ...args: readonly string[]): Promise<Packaged> => {
  const home = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
  try {
    return await packInto(home, args, checkout);
  } finally {
    rmSync(home, { recursive: true });
  }
};

/** What is packaged as it comes, once for all tests of a run. */
export const packOnce = async (): Promise<Packaged> => {
  const home = await onceARun('package', (folder) => packInto(folder, []));
  return readPackage(home);
};

export const ofType = (from: Resources, type: string): [id: string, properties: Properties][] =>
  Object.entries(from).flatMap(([id, { Type, Properties }]) => (Type === type ? [[id, Properties]] : []));

export const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** A resource as a policy names it: `Queue` for its ARN, `Table/index/x`, `parameter/x` for text around it. */
export const nameOf = (resource: unknown): string => {
  if (typeof resource === 'string') return resource;
  const { 'Fn::GetAtt': attribute, 'Fn::Sub': text, Ref: ref } = resource as Record<string, unknown>;
  if (Array.isArray(attribute)) return attribute[1] === 'Arn' ? String(attribute[0]) : attribute.join('.');
  return String(ref ?? text)
    .replace(/^\$\{(\w+)\.Arn\}/, '$1')
    .replace(/^arn:\$\{AWS::Partition\}:\w+:\$\{AWS::Region\}:\$\{AWS::AccountId\}:/, '');
};

export const refOf = (value: unknown): string => String((value as Record<string, unknown>).Ref);

export const functionOf = (from: Resources, name: string): Properties =>
  from[`${name}LambdaFunction`]?.Properties ?? {};

export const FUNCTIONS = [
  'Trigger',
  'PollerAliyun',
  'PollerHuawei',
  'Notifier',
  'Sweep',
  'Api',
  'Link',
  'Keys',
  'Openapi',
  'Authorizer',
];

/** Who takes from which queue, and where that queue's dead letters go. */
export const CONSUMERS = [
  ['PollerAliyun', 'PollQueueAliyun', 'PollDeadLettersAliyun'],
  ['PollerHuawei', 'PollQueueHuawei', 'PollDeadLettersHuawei'],
  ['Notifier', 'NotifyQueue', 'NotifyDeadLetters'],
] as const;

export const statementsOf = (role: Properties): readonly Statement[] =>
  ((role.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );

/** Everything a deployment can be given, and what it makes of it. */
export const GIVEN = {
  eventBuses:
    'arn:aws:events:eu-west-1:123456789012:event-bus/operations, arn:aws:events:us-east-1:123456789012:event-bus/default',
  topics: 'arn:aws:sns:eu-west-1:123456789012:operations',
  secrets: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:chats/ops-AbC123',
  canary: 'yes',
  alarmEmail: 'ops@example.com',
  alarmUrl: 'https://alarms.example.com/hook',
  alarmSlackWorkspace: 'T0123ABCD',
  alarmSlackChannel: 'C0123ABCD',
} as const;

export const allGiven = Object.entries(GIVEN).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
