/** The checks that need an account: they hold where it answers as AWS should, and do not where it does otherwise. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, GetParametersCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { groups } from '../../checks/verify-aws/assumptions.ts';
import { type Attempt, RUNTIME } from '../../checks/verify-aws/probe/attempt.ts';
import type { AwsSite, Metric, Role } from '../../checks/verify-aws/site.ts';
import { createVirtualSite } from './virtual-site.ts';

const STAGE = 'verify-abc123';
const PARAMETER = `/opwatch/${STAGE}/check`;
const SECRET = `/aws/reference/secretsmanager/opwatch-probe-${STAGE}/check`;
const url = (name: string) => `https://sqs.eu-west-1.amazonaws.com/123456789012/opwatch-${STAGE}-${name}`;
const two = (name: string) => [url(name), url(`${name}-2`)];
const opwatchQueues = { pollAliyun: two('poll-aliyun'), pollHuawei: two('poll-huawei'), notify: two('notify') };

const denied = () => Object.assign(new Error('not authorized to perform'), { name: 'AccessDenied' });
const failing = (error: Error) => ({ send: async () => Promise.reject(error) }) as unknown as SQSClient;
const taking = { send: async () => ({}) } as unknown as SQSClient;

const HELD = { [SECRET]: 'held by Secrets Manager' };

/** Parameters, and secrets by reference. `missing` says what becomes of a name that is not there. */
const ssmThatHolds = (
  held: Readonly<Record<string, string>>,
  missing: (names: readonly string[]) => void = () => undefined,
): SSMClient => {
  const values = new Map(Object.entries(held));
  const send = async (command: unknown) => {
    if (command instanceof PutParameterCommand) values.set(command.input.Name ?? '', command.input.Value ?? '');
    if (command instanceof DeleteParameterCommand) values.delete(command.input.Name ?? '');
    if (!(command instanceof GetParametersCommand)) return {};
    const { Names = [] } = command.input;
    missing(Names.filter((name) => !values.has(name)));
    return { Parameters: Names.flatMap((Name) => (values.has(Name) ? [{ Name, Value: values.get(Name) }] : [])) };
  };
  return { send } as unknown as SSMClient;
};

const within = (partitions: readonly string[], allowed: RegExp): string =>
  partitions.every((each) => allowed.test(each)) ? 'allowed' : 'AccessDeniedException: no';

/** What comes of each attempt in an account whose permissions are those of the template. */
const attemptAs = async (role: Role, attempt: Attempt): Promise<string> => {
  if ('send' in attempt)
    return role === 'sweep' || opwatchQueues.notify.includes(attempt.send) ? 'allowed' : 'AccessDenied: no';
  if ('receive' in attempt)
    return role === 'poller' && opwatchQueues.pollHuawei.includes(attempt.receive) ? 'allowed' : 'AccessDenied: no';
  if ('parameter' in attempt) {
    return role === 'poller' && attempt.parameter === PARAMETER ? 'allowed: held by SSM' : 'AccessDeniedException: no';
  }
  if ('parameters' in attempt)
    return attempt.parameters.every((name) => name === PARAMETER) ? 'allowed' : 'AccessDeniedException: no';
  if ('items' in attempt) return within(attempt.partitions, /^(w_.*|lane#.*|standing#.*)$/);
  if ('put' in attempt) return within([attempt.partition], /^(w_.*)$/);
  if ('query' in attempt) return within([attempt.partition], /^(tenants|token-ends|standing#.*)$/);
  if ('remove' in attempt) return within([attempt.partition], /^standing#.*$/);
  if ('scan' in attempt) return 'AccessDeniedException: no';
  if ('connect' in attempt) return attempt.connect === RUNTIME ? 'connected' : 'Error: timed out';
  return attempt.get.includes('execute-api') ? 'answered 401' : 'blocked_address: not called';
};

const metric = async ({ name }: Metric): Promise<number | undefined> =>
  ({ Invocations: 40, swept: 1 })[name as 'Invocations' | 'swept'];

const siteWith = (more: Partial<AwsSite>): AwsSite => ({
  ...createVirtualSite(),
  stage: STAGE,
  tableName: `opwatch-${STAGE}`,
  ssm: ssmThatHolds(HELD),
  sqsInTheClear: failing(denied()),
  opwatchQueues,
  api: 'https://abc.execute-api.eu-west-1.amazonaws.com',
  mappedFunction: `opwatch-probe-${STAGE}-mapped`,
  attemptAs,
  expiry: async () => ({ status: 'ENABLED', attribute: 'expiresAt' }),
  mappings: async () =>
    Object.values(opwatchQueues)
      .flat()
      .map((each) => ({
        queue: `arn:aws:sqs:eu-west-1:123456789012:${each.split('/').at(-1)}`,
        batchSize: 10,
        maximumConcurrency: 10,
        responseTypes: ['ReportBatchItemFailures'],
      })),
  recursion: async () => 'Terminate',
  metric,
  ...more,
});

const checks = groups.flat().flatMap((check) => ('runOnAws' in check ? [check] : []));
const verdictOf = (name: string, more: Partial<AwsSite> = {}) => {
  const check = checks.find((each) => each.name === name);
  if (!check) throw new Error(`no check ${name}`);
  return check.runOnAws(siteWith(more));
};

test.each(checks.map(({ name }) => name))('%s holds in an account that is as documented', async (name) => {
  expect(await verdictOf(name)).toEqual({ holds: true, evidence: expect.any(String) });
});

const throwing = (names: readonly string[]) => {
  if (names.length > 0) throw Object.assign(new Error('no such secret'), { name: 'ParameterNotFound' });
};

const BENT: readonly (readonly [check: string, how: string, more: Partial<AwsSite>, evidence: RegExp])[] = [
  ['hiding-is-no-round', 'detection is off', { recursion: async () => 'Allow' }, /set to Allow/],
  [
    'hiding-is-no-round',
    'invocations were dropped',
    { metric: async ({ name }) => (name === 'Invocations' ? 40 : 3) },
    /3 invocations were dropped/,
  ],
  ['hiding-is-no-round', 'nothing was counted', { metric: async () => undefined }, /only 0 invocations/],
  ['mappings-as-deployed', 'nothing is mapped', { mappings: async () => [] }, /poll-aliyun is mapped to nothing/],
  [
    'mappings-as-deployed',
    'failures are not reported',
    { mappings: async () => (await siteWith({}).mappings()).map((each) => ({ ...each, responseTypes: [] })) },
    /notify: batches of 10/,
  ],
  ['expiry-is-on', 'expiry is off', { expiry: async () => ({ status: 'DISABLED', attribute: undefined }) }, /DISABLED/],
  ['log-lines-become-metrics', 'no metric comes', { metric: async () => undefined }, /nothing within 5 minutes/],
  [
    'pollers-cannot-feed-themselves',
    'IAM allows everything',
    { attemptAs: async () => 'allowed' },
    /poller, \{"send":"https:\/\/sqs\S+poll-aliyun.*: allowed/,
  ],
  [
    'pollers-cannot-feed-themselves',
    'IAM allows nothing',
    { attemptAs: async () => 'AccessDenied: no' },
    /sweep, \{"send"/,
  ],
  [
    'pollers-cannot-feed-themselves',
    'it may feed the second of its queues',
    {
      attemptAs: async (role, attempt) =>
        'send' in attempt && /-2$/.test(attempt.send) ? 'allowed' : attemptAs(role, attempt),
    },
    /poller, \{"send":"https:\/\/sqs\S+poll-aliyun-2.*: allowed/,
  ],
  [
    'roles-are-narrow',
    'it may take from the first of its queues alone',
    {
      attemptAs: async (role, attempt) =>
        'receive' in attempt && /-2$/.test(attempt.receive) ? 'AccessDenied: no' : attemptAs(role, attempt),
    },
    /poller, \{"receive":"https:\/\/sqs\S+poll-huawei-2.*: AccessDenied/,
  ],
  [
    'mappings-as-deployed',
    'the second queue is mapped to nothing',
    { mappings: async () => (await siteWith({}).mappings()).filter(({ queue }) => !queue.endsWith('-2')) },
    /poll-aliyun-2 is mapped to nothing/,
  ],
  [
    'partitions-are-apart',
    'items are removed anywhere',
    { attemptAs: async (role, attempt) => ('remove' in attempt ? 'allowed' : attemptAs(role, attempt)) },
    /sweep, \{"remove":.*"w_.*: allowed/,
  ],
  [
    'partitions-are-apart',
    'a beginning is enough',
    {
      attemptAs: async (role, attempt) =>
        'items' in attempt && attempt.partitions.join() === 'lane' ? 'allowed' : attemptAs(role, attempt),
    },
    /poller, \{"items":.*"lane".*: allowed/,
  ],
  ['roles-are-narrow', 'IAM allows everything', { attemptAs: async () => 'allowed' }, /poller, \{"scan"/],
  [
    'partitions-are-apart',
    'conditions count for nothing',
    { attemptAs: async () => 'allowed' },
    /poller, \{"items":.*"tokens".*: allowed/,
  ],
  [
    'partitions-are-apart',
    'conditions deny everything',
    { attemptAs: async () => 'AccessDeniedException: no' },
    /poller, \{"items":.*"w_.*: AccessDenied/,
  ],
  [
    'parameters-one-by-one',
    'one that is allowed lets in the others',
    {
      attemptAs: async (_, attempt) => ('parameter' in attempt ? 'allowed: held by SSM' : 'allowed'),
    },
    /"parameters":\[.*-2.*: allowed/,
  ],
  ['queues-refuse-plain-http', 'the policy is not there', { sqsInTheClear: taking }, /over http to \S+notify-2: taken/],
  [
    'queues-refuse-plain-http',
    'nobody answers',
    { sqsInTheClear: failing(new Error('getaddrinfo ENOTFOUND')) },
    /ENOTFOUND/,
  ],
  [
    'secure-strings-need-no-key-policy',
    'KMS must be allowed too',
    { attemptAs: async () => 'AccessDeniedException: kms:Decrypt' },
    /kms:Decrypt/,
  ],
  ['secrets-through-ssm', 'SSM does not read them', { ssm: ssmThatHolds({}) }, /cannot be read/],
  ['secrets-through-ssm', 'another is read', { ssm: ssmThatHolds({ [SECRET]: 'x' }) }, /another value/],
  [
    'missing-secrets-are-named',
    'one that is missing fails all',
    { ssm: ssmThatHolds(HELD, throwing) },
    /ParameterNotFound/,
  ],
  [
    'guard-inside-lambda',
    'the guard lets through',
    { attemptAs: async (_, attempt) => ('get' in attempt ? 'answered 200' : 'connected') },
    /get.*runtime/,
  ],
  ['guard-inside-lambda', 'nothing is reached at all', { attemptAs: async () => 'blocked_address: no' }, /execute-api/],
  ['no-metadata-service', 'there is one', { attemptAs: async () => 'connected' }, /169\.254\.169\.254:80/],
];

describe('does not hold', () => {
  test.each(BENT)('%s, where %s', async (name, _, more, evidence) => {
    expect(await verdictOf(name, more)).toEqual({ holds: false, evidence: expect.stringMatching(evidence) });
  });
});

test('every check for an account is shown to fail', () => {
  const shown = new Set(BENT.map(([name]) => name));
  expect(checks.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
});
