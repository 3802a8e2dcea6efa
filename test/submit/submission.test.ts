import { describe, expect, test } from 'vitest';
import { faultsIn } from '../../lib/core/kept-sentence.ts';
import { checkSubmission, readDeadline, type Submission } from '../../lib/submit/submission.ts';
import { DAY, HOUR, OPERATIONS, T0 } from '../samples.ts';
import { configWith } from '../world/settings.ts';

const config = configWith();
const operation = OPERATIONS['aliyun-emr'];
const TARGET = { type: 'webhook', url: 'https://ci.example.com/opwatch', secrets: 'env:SIGNING' } as const;
const good = { provider: 'aliyun-emr', operation };

const check = (input: unknown, tenant = 'default', settings = config) =>
  checkSubmission(input, { config: settings, tenant, now: T0 });

const accepted = (input: unknown, tenant?: string, settings?: typeof config): Submission => {
  const checked = check(input, tenant, settings);
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  return checked.submission;
};

/** Three words in a row. */
const ENGLISH = /[a-z]{2,}( [a-z]{2,}){2,}/;

const faults = (input: unknown, tenant?: string, settings?: typeof config): string[] => {
  const checked = check(input, tenant, settings);
  if ('submission' in checked) return [];
  // The operators are told of a schedule's in their own language.
  const told = checked.faults.map(({ pointer, detail }) => [pointer, detail].filter(Boolean).join(': ')).join('; ');
  expect(faultsIn(told, 'zh')).not.toMatch(ENGLISH);
  return checked.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
};

describe('a good submission', () => {
  test.each(Object.entries(OPERATIONS))('of %s needs nothing but the operation', (provider, each) => {
    const submission = accepted({ provider, operation: each });
    expect(submission).toMatchObject({ notify: ['chat'], labels: {}, deadline: T0 + DAY });
    expect(submission.provider.traits.name).toBe(provider);
    expect(submission.operation).toMatchObject(each);
  });

  test('may say everything', () => {
    const submission = accepted({
      ...good,
      connection: 'aliyun',
      notify: ['ci', 'https://builds.example.com/done', 'ci'],
      deadline: 'PT6H',
      labels: { team: 'data', 'env/stage': 'prod' },
    });
    expect(submission).toMatchObject({
      connection: 'aliyun',
      notify: ['ci', 'https://builds.example.com/done'],
      deadline: T0 + 6 * HOUR,
      labels: { team: 'data', 'env/stage': 'prod' },
    });
  });

  test('may have numbers, true and false for labels: they are kept as text', () => {
    const labels = { run: 4711, share: 0.5, dry: false, team: 'data' };
    expect(accepted({ ...good, labels }).labels).toEqual({ run: '4711', share: '0.5', dry: 'false', team: 'data' });
  });

  test('may be for the record only', () => {
    expect(accepted({ ...good, notify: [] }).notify).toEqual([]);
  });

  test('names a callback once, however often and in whatever spelling', () => {
    const notify = ['HTTPS://Builds.Example.com', ' https://builds.example.com:443/ ', 'https://builds.example.com/'];
    expect(accepted({ ...good, notify }).notify).toEqual(['https://builds.example.com/']);
  });

  test('goes to the targets of its tenant, where it names none', () => {
    expect(accepted(good, 'other').notify).toEqual(['ci']);
  });

  test('of a connection that is for one project need not name it', () => {
    const { project_id, ...rest } = OPERATIONS['huawei-dws'];
    const huawei = { vendor: 'huawei', credentials: 'env:KEYS', project: project_id } as const;
    const settings = configWith({ connections: { huawei } });
    const of = (each: object) => ({ provider: 'huawei-dws', operation: each, notify: ['chat'] });
    expect(accepted(of(rest), 'default', settings).operation.project_id).toBe(project_id);
    expect(faults(of({ ...rest, project_id: 'another' }), 'default', settings)).toEqual([
      '/operation/project_id connection huawei is for another project',
    ]);
  });
});

describe('a bad one', () => {
  test.each<[string, unknown, string[]]>([
    ['null', null, [' must be an object']],
    ['a number', 7, [' must be an object']],
    ['text', 'op-1', [' must be an object']],
    ['nothing', {}, ['/provider is missing', '/operation is missing']],
    ['unknown provider', { ...good, provider: 'aws' }, ['/provider must be one of PROVIDERS']],
    ['provider of another type', { ...good, provider: 7 }, ['/provider must be a string']],
    ['unknown field', { ...good, callback: 'x' }, ['/callback is not a known field']],
    [
      'prototype',
      JSON.parse(
        '{"__proto__":{"a":1},"provider":"aliyun-emr","operation":{"RegionId":"r","ClusterId":"c","OperationId":"o"}}',
      ),
      ['/__proto__ is not a known field'],
    ],
    [
      'unknown fields, each of them, those that every object inherits too',
      { ...good, a: 1, constructor: 1, operation: { ...operation, b: 1, toString: 1 } },
      [
        '/a is not a known field',
        '/constructor is not a known field',
        '/operation/b is not a known field',
        '/operation/toString is not a known field',
      ],
    ],
    ['a list in a list', [], [' must be an object']],
    ['operation that is text', { ...good, operation: 'op-1' }, ['/operation must be an object']],
    ['operation that is null', { ...good, operation: null }, ['/operation must be an object']],
    ['operation that is a list', { ...good, operation: [operation] }, ['/operation must be an object']],
    [
      'operation without its fields',
      { ...good, operation: {} },
      ['/operation/RegionId is missing', '/operation/ClusterId is missing', '/operation/OperationId is missing'],
    ],
    [
      'operation with one too many',
      { ...good, operation: { ...operation, TaskId: 't' } },
      ['/operation/TaskId is not a known field'],
    ],
    [
      'operation id of another type',
      { ...good, operation: { ...operation, OperationId: 7 } },
      ['/operation/OperationId OperationId must be a string'],
    ],
    [
      'region that would lead elsewhere',
      { ...good, operation: { ...operation, RegionId: 'evil.example.com/' } },
      ['/operation/RegionId RegionId must be 1 to 40 of a-z, 0-9 and "-"'],
    ],
    ['unknown connection', { ...good, connection: 'aws' }, ['/connection must be one of aliyun']],
    [
      'connection of the other cloud',
      { ...good, connection: 'huawei' },
      ['/connection is a connection of huawei, and aliyun-emr needs one of aliyun'],
    ],
    ['connection of another type', { ...good, connection: 7 }, ['/connection must be a string']],
    ['notify that is no list', { ...good, notify: 'chat' }, ['/notify must be an array']],
    [
      'unknown target',
      { ...good, notify: ['chat', 'nobody'] },
      ['/notify/1 is neither a configured target nor an https URL: there is no nobody, but chat, ci, follower'],
    ],
    ['target of another type', { ...good, notify: [7] }, ['/notify/0 must be a string']],
    ['callback by http', { ...good, notify: ['http://ci.example.com/'] }, ['/notify/0 must be an https URL']],
    [
      'callback to a private address',
      { ...good, notify: ['https://10.0.0.1/'] },
      ['/notify/0 10.0.0.1 is a private address: only public addresses may be called'],
    ],
    [
      'callback with a password',
      { ...good, notify: ['https://u:p@ci.example.com/'] },
      ['/notify/0 must not carry a user name or password'],
    ],
    [
      'callback with a query',
      { ...good, notify: ['https://ci.example.com/?key=1'] },
      ['/notify/0 must not carry a query: such a URL is a secret; name it in the configuration'],
    ],
    ['callback that is no URL', { ...good, notify: ['https://'] }, ['/notify/0 is not a valid URL']],
    [
      'callback that is too long',
      { ...good, notify: [`https://ci.example.com/${'x'.repeat(1_100)}`] },
      ['/notify/0 must be at most 1024 characters'],
    ],
    [
      'eleven targets',
      { ...good, notify: Array.from({ length: 11 }, (_, i) => `https://ci${i}.example.com/`) },
      ['/notify must name at most 10 targets'],
    ],
    ['deadline of another type', { ...good, deadline: 3_600 }, ['/deadline must be a string']],
    [
      'deadline nobody can read',
      { ...good, deadline: 'tonight' },
      ['/deadline must be an instant with a zone (2026-11-22T02:05:00Z) or an ISO 8601 duration (PT6H)'],
    ],
    ['deadline in the past', { ...good, deadline: '2026-01-05T07:59:59Z' }, ['/deadline must be in the future']],
    ['deadline too far', { ...good, deadline: 'P8D' }, ['/deadline must be at most 7 days ahead']],
    ['labels that are a list', { ...good, labels: ['a'] }, ['/labels must be an object']],
    ['label of another type', { ...good, labels: { a: [1] } }, ['/labels/a must be a string, a number, true or false']],
    [
      'label with an odd name',
      { ...good, labels: { 'a b': 'x' } },
      ['/labels/a b a label name is 1 to 63 of A-Z, a-z, 0-9, "_", ".", "-", "/"'],
    ],
    [
      'label that is too long',
      { ...good, labels: { a: '界'.repeat(86) } },
      ['/labels/a must be at most 256 bytes of UTF-8'],
    ],
    [
      'label whose name must be escaped in the pointer',
      { ...good, labels: { 'a/b~': 'x' }, notify: [] },
      ['/labels/a~1b~0 a label name is 1 to 63 of A-Z, a-z, 0-9, "_", ".", "-", "/"'],
    ],
    [
      'label with a direction mark',
      { ...good, labels: { a: 'exe\u202etxt' } },
      ['/labels/a must not hold control or direction characters'],
    ],
    [
      'label that means the prototype',
      JSON.parse(
        '{"provider":"aliyun-emr","operation":{"RegionId":"r","ClusterId":"c","OperationId":"o"},"labels":{"__proto__":"x"}}',
      ),
      ['/labels must not be named __proto__, constructor, prototype'],
    ],
    [
      '21 labels',
      { ...good, labels: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`l${i}`, ''])) },
      ['/labels must hold at most 20 labels'],
    ],
    [
      'labels too long together',
      { ...good, labels: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${i}`, 'x'.repeat(250)])) },
      ['/labels must be at most 4096 bytes of JSON, all together'],
    ],
  ])('%s', (_, input, expected) => {
    const providers = 'aliyun-emr, aliyun-ehpc, aliyun-bpstudio, aliyun-ros, huawei-modelarts, huawei-dws, huawei-job';
    expect(faults(input)).toEqual(expected.map((fault) => fault.replace('PROVIDERS', providers)));
  });

  test.each([
    ['aliyun-ros', { RegionId: 'cn-hangzhou', StackId: 's-1', Action: 'MOVE', UpdateTime: 'noon' }],
    ['aliyun-ros', { RegionId: 7, StackId: '', Action: 7, UpdateTime: 7 }],
    ['aliyun-ros', { RegionId: 'r', StackId: 's', Action: 'CREATE', UpdateTime: '2026-01-02T03:04:05' }],
    ['aliyun-ros', { RegionId: 'r', StackId: 's', UpdateTime: 'x'.repeat(41) }],
    ['aliyun-bpstudio', { OperationId: 'x'.repeat(257), RegionId: 'mars' }],
    ['huawei-dws', { region: 'r', project_id: '..', cluster_id: 'a\u0007', action_name: '1', submit_time: 'noon' }],
    ['huawei-dws', { action_name: 1, submit_time: 1 }],
    ['huawei-job', { region: '', project_id: '', job_id: '', service: 'mail' }],
  ])('of %s, %j, is told in Chinese as well', (provider, wrong) => {
    expect(faults({ provider, operation: wrong, notify: [] }).length).toBeGreaterThan(0);
  });

  test('that its caller may not ask for is told in Chinese as well', () => {
    const bounds = { connections: ['aliyun'], targets: [] };
    const asked = { ...good, connection: 'huawei', notify: ['chat', 'https://ci.example.com/'] };
    for (const one of [asked, { ...asked, connection: 'aliyun' }]) {
      const checked = checkSubmission(one, { config, tenant: 'default', now: T0, ...bounds });
      const beyond = 'beyond' in checked ? (checked.beyond ?? []) : [];
      expect(beyond.length).toBeGreaterThan(0);
      for (const { detail } of beyond) {
        expect(detail).toMatch(/^this token may not /);
        expect(faultsIn(`/notify: ${detail}`, 'zh')).not.toMatch(ENGLISH);
      }
    }
  });

  test('has every fault named at once', () => {
    const input = {
      provider: 'aliyun-emr',
      connection: 'aws',
      operation: { RegionId: 'cn-hangzhou' },
      notify: ['nobody', 'http://x.example.com/'],
      deadline: 'P9D',
      extra: 1,
    };
    expect(faults(input).map((fault) => fault.split(' ')[0])).toEqual([
      '/extra',
      '/connection',
      '/operation/ClusterId',
      '/operation/OperationId',
      '/notify/0',
      '/notify/1',
      '/deadline',
    ]);
  });

  test('in a list is pointed to by its place', () => {
    const checked = checkSubmission({ ...good, deadline: 'x' }, { config, tenant: 'default', now: T0 }, '/3');
    expect(checked).toMatchObject({ faults: [{ pointer: '/3/deadline' }] });
  });

  test('tells a tenant without a signing secret how to get callbacks signed', () => {
    const input = { ...good, notify: ['https://ci.example.com/'] };
    expect(faults(input, 'third')).toEqual([
      '/notify/0 tenant third has no signing secret, so a callback cannot be signed: set tenants.third.signing',
    ]);
  });

  test('that names nobody, where nobody is told by default, says what may be done', () => {
    const settings = configWith({ defaults: {}, tenants: {} });
    expect(faults(good, 'default', settings)).toEqual([
      '/notify names no target, and the configuration has no default: name targets or https callbacks, or [] to only record',
    ]);
  });

  test('of a cloud without a connection says so', () => {
    const settings = configWith({ connections: {}, defaults: { notify: ['chat'] } });
    expect(faults(good, 'default', settings)).toEqual(['/connection no connection of aliyun is configured']);
  });

  test('that names another one than those that are there does not hear of defaults', () => {
    const aliyun = { vendor: 'aliyun', credentials: 'env:KEYS' } as const;
    const settings = configWith({ connections: { 'aliyun-a': aliyun, 'aliyun-b': aliyun } });
    expect(faults({ ...good, connection: 'aliyun' }, 'default', settings)).toEqual([
      '/connection must be one of aliyun-a, aliyun-b',
    ]);
  });

  test('that could mean several connections names them', () => {
    const aliyun = { vendor: 'aliyun', credentials: 'env:KEYS' } as const;
    const settings = configWith({ connections: { 'aliyun-a': aliyun, 'aliyun-b': aliyun } });
    expect(faults(good, 'default', settings)).toEqual([
      '/connection must be one of aliyun-a, aliyun-b: aliyun has 2 connections and no default',
    ]);
  });
});

describe('a deadline', () => {
  test.each([
    ['PT1S', T0 + 1_000],
    ['P7D', T0 + 7 * DAY],
    ['2026-01-05T16:00:01+08:00', T0 + 1_000],
  ])('%s', (text, at) => {
    expect(readDeadline(text, T0)).toEqual({ at });
  });
});

describe('a target that marks a commit', () => {
  const SHA = '6dcb09b5b57875f334f61aebed695e2e4193db5e';
  const commits = { type: 'github-status', repository: 'acme/infra', token: 'env:SIGNING' } as const;
  const marking = configWith({
    targets: { commits, steps: { ...commits, context: 'ci/{label.step} {operation.job_id}' }, ci: TARGET },
    tenants: { default: {} },
    defaults: { notify: ['commits'] },
  });
  const NO_COMMIT =
    'must hold the full hash of the commit whose status is set, 40 hex digits (target commits needs it)';

  test.each<[what: string, more: object, expected: string[]]>([
    ['a hash', { labels: { sha: SHA } }, []],
    ['no label', {}, [`/labels/sha ${NO_COMMIT}`]],
    ['no label, to a target of its own choice', { notify: ['ci', 'commits'] }, [`/labels/sha ${NO_COMMIT}`]],
    ['a branch', { labels: { sha: 'main' } }, [`/labels/sha ${NO_COMMIT}`]],
    ['a short hash', { labels: { sha: SHA.slice(0, 7) } }, [`/labels/sha ${NO_COMMIT}`]],
    ['the hash under another name', { labels: { commit: SHA } }, [`/labels/sha ${NO_COMMIT}`]],
    ['no hash, and nobody who needs it', { notify: ['ci'] }, []],
    [
      'a hash without what the context names',
      { notify: ['steps'], labels: { sha: SHA, step: ' ' } },
      [
        '/labels/step is missing: the context of its commit status contains {label.step} (target steps needs it)',
        '/operation/job_id is missing: the context of its commit status contains {operation.job_id} (target steps needs it)',
      ],
    ],
  ])('is named in a submission with %s', (_, more, expected) => {
    expect(faults({ ...good, ...more }, 'default', marking)).toEqual(expected);
  });
});
