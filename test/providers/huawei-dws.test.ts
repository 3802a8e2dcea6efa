import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAILURE_NAMES } from '../../lib/clouds/huawei-dws-tasks.ts';
import { RetryLater } from '../../lib/core/errors.ts';
import type { Ask } from '../../lib/core/observation.ts';
import { huaweiDws } from '../../lib/providers/huawei-dws.ts';
import { runContract } from './contract.ts';
import { type Step, standing, watched } from './course.ts';
import { stories } from './huawei-dws-model.ts';
import { ask, lookAtOne, outcome, type Reply, scripted, wording } from './scripted.ts';
import { tellsTheTruth } from './truth.ts';

const operation = {
  region: 'cn-north-4',
  project_id: '05f2cff45100d5112f4bc00b794ea08e',
  cluster_id: '9f76c502-fc9c-4a52-8656-65d0da6e3d57',
  action_name: 'SNAPSHOTTING',
};

/** Yesterday, and fifteen seconds before the look: the look is at 03:04:05 UTC, the submission ten seconds before it. */
const T1 = '2026-01-01 02:05:11.0';
const T2 = '2026-01-02 03:03:50.0';
const T3 = '2026-01-02 03:03:58.0';

const action = (status: unknown, submit_time: unknown = T2, action_name = 'SNAPSHOTTING'): Reply => ({
  body: { action_name, status, submit_time, items: [] },
});
const failure = (status: unknown, submit_time: unknown = T2) => action(status, submit_time, 'SNAPSHOTTING_FAILED');
const none: Reply = { body: {} };
const cluster = (status: unknown, task_status: unknown = '', action_progress: unknown = {}, more = {}): Reply => ({
  body: { cluster: { id: operation.cluster_id, status, task_status, action_progress, ...more } },
});
const error = (status: number, error_code: string, error_msg = 'm'): Reply => ({
  status,
  body: { error_code, error_msg },
});

const IDLE = cluster('AVAILABLE');
const SEEN = { seen: true, memo: { submitTime: T2 } };
/** Seen under way by the cluster, so without a time. */
const UNTIMED = { seen: true, memo: {} };

/** Answers at an action's address that mean that it is not shown; the next witness is asked. */
const NOTHING: readonly (readonly [string, Reply])[] = [
  ['no status', none],
  ['status null', { body: { status: null } }],
  ['members without content', { body: { id: null, action_name: 'SNAPSHOTTING', status: '', items: [] } }],
  ['DWS.0000', { body: { error_code: 'DWS.0000' } }],
  ['an empty HTTP 200', { body: '' }],
  ['HTTP 204', { status: 204, body: '' }],
  ['HTTP 401 DWS.0047', error(401, 'DWS.0047')],
  ['HTTP 404 DWS.0047', error(404, 'DWS.0047')],
  ['HTTP 404 DWS.0022', error(404, 'DWS.0022')],
  ['HTTP 404 DWS.3027', error(404, 'DWS.3027')],
];

/** Answers that say nothing about it: the look is not answered. */
const UNANSWERED: readonly (readonly [string, Reply, string])[] = [
  ['HTTP 404 HTML', { status: 404, body: '<html>' }, 'RetryLater'],
  ['HTTP 404 APIGW.0101', error(404, 'APIGW.0101'), 'Misconfigured'],
  ['HTTP 404 of an unlisted code', error(404, 'DWS.9404'), 'RetryLater'],
  ['HTTP 400 DWS.0001', error(400, 'DWS.0001'), 'Misconfigured'],
  ['HTTP 400 of any code', error(400, 'DWS.0002'), 'Misconfigured'],
  ['HTTP 400 HTML', { status: 400, body: '<html>' }, 'RetryLater'],
  ['HTTP 409 DWS.0011', error(409, 'DWS.0011'), 'RetryLater'],
  ['HTTP 403 DWS.0015', error(403, 'DWS.0015'), 'NotAllowed'],
  ['HTTP 403 DWS.7023', error(403, 'DWS.7023'), 'RetryLater'],
  ['HTTP 403 DWS.0011', error(403, 'DWS.0020'), 'NotAllowed'],
  ['HTTP 403 APIGW.0302', error(403, 'APIGW.0302'), 'NotAllowed'],
  ['HTTP 401 APIGW.0301', error(401, 'APIGW.0301'), 'Refused'],
  ['HTTP 401 DWS.0008', error(401, 'DWS.0008'), 'NotAllowed'],
  ['HTTP 404 of IAM', error(404, 'IAM.0004'), 'Refused'],
  ['HTTP 503 DWS.3027', error(503, 'DWS.3027'), 'RetryLater'],
  ['HTTP 500 DWS.0001', error(500, 'DWS.0001'), 'RetryLater'],
  ['HTTP 429 DWS.0047', error(429, 'DWS.0047'), 'Throttled'],
  ['HTTP 500 DWS.9999', error(500, 'DWS.9999'), 'RetryLater'],
  ['HTTP 200 DWS.9999', error(200, 'DWS.9999'), 'RetryLater'],
  ['HTTP 200 HTML', { body: '<html>' }, 'RetryLater'],
  ['HTTP 200, a list', { body: [] }, 'RetryLater'],
  ['another shape', { body: { actions: [] } }, 'RetryLater'],
  ['parts without a status', { body: { items: [{ item_name: 'Snapshot' }] } }, 'RetryLater'],
  ['a status that is no text', { body: { status: ['SUCCESS'], submit_time: T2 } }, 'RetryLater'],
  ['another action', action('SUCCESS', T2, 'GROWING'), 'RetryLater'],
  ['the failure of another action', action('FAILED', T2, 'RESIZE_FAILURE'), 'RetryLater'],
];

runContract({
  provider: huaweiDws,
  operation: { ...operation, submit_time: '2026-01-02 03:03:50.0' },
  optional: ['submit_time'],
  callsMax: 3,
  ends: { succeeded: ['SUCCESS'], failed: ['FAILED', 'ROLLBACK_SUCCESS', 'ROLLBACK_FAIL'] },
  inferredEnds: { succeeded: ['AVAILABLE', 'ACTIVE'], failed: ['SNAPSHOTTING_FAILED'] },
  table: [],
});

type Known = Partial<Omit<Ask<unknown>, 'operation'>>;
type Row = readonly [about: string, script: readonly Reply[], outcome: string, known?: Known];

const table = (about: string, rows: readonly Row[], more: object = {}) =>
  describe(`huawei-dws: ${about}`, () => {
    for (const [told, script, expected, known] of rows) {
      it(`huawei-dws | ${told} -> ${expected}`, async () => {
        expect(await outcome(huaweiDws, { ...operation, ...more }, script, known)).toBe(expected);
      });
    }
  });

table('words of the watched run', [
  ['RUNNING', [action('RUNNING')], 'running'],
  ['WAITING', [action('WAITING')], 'running'],
  ['ROLLBACK_RUNNING', [action('ROLLBACK_RUNNING')], 'running'],
  ['SUCCESS', [action('SUCCESS')], 'succeeded', SEEN],
  ['FAILED', [action('FAILED')], 'failed', SEEN],
  ['ROLLBACK_SUCCESS', [action('ROLLBACK_SUCCESS')], 'failed', SEEN],
  ['ROLLBACK_FAIL', [action('ROLLBACK_FAIL')], 'failed', SEEN],
  ['ROLLBACK_FAILED', [action('ROLLBACK_FAILED')], 'running, unknown word', SEEN],
  ['success', [action('success')], 'succeeded', SEEN],
  ['SUCCESS between blanks', [action(' SUCCESS\r\n')], 'succeeded', SEEN],
  ['a translated action_name', [action('SUCCESS', T2, '创建快照')], 'succeeded', SEEN],
  ['the same time in other words', [action('SUCCESS', '2026-01-02T03:03:50')], 'succeeded', SEEN],
]);

table('which answers mean that the action is not shown', [
  ...NOTHING.map(([about, told]): Row => [`${about}, then idle`, [told, none, IDLE], 'succeeded, inferred', SEEN]),
  ...UNANSWERED.map(([about, told, as]): Row => [`${about}, of the action`, [told], as, SEEN]),
  ...UNANSWERED.map(([about, told, as]): Row => [`${about}, of the failure name`, [none, told], as, SEEN]),
]);

table('which answers tell of the cluster', [
  ['HTTP 404 DWS.3027', [none, none, error(404, 'DWS.3027')], 'absent', SEEN],
  ['HTTP 401 DWS.0047', [none, none, error(401, 'DWS.0047')], 'absent', SEEN],
  [
    'HTTP 403 DWS.0015',
    [none, none, error(403, 'DWS.0015', 'Resource not found or permission denied.')],
    'NotAllowed',
    SEEN,
  ],
  ['HTTP 400 DWS.0001', [none, none, error(400, 'DWS.0001')], 'Misconfigured', SEEN],
  ['HTTP 404 of an unlisted code', [none, none, error(404, 'DWS.9404')], 'RetryLater', SEEN],
  ['HTTP 503 DWS.3027', [none, none, error(503, 'DWS.3027')], 'RetryLater', SEEN],
  ['HTTP 500', [none, none, error(500, 'DWS.9999')], 'RetryLater', SEEN],
  ['no status', [none, none, { body: { cluster: {} } }], 'RetryLater', SEEN],
  ['a list', [none, none, { body: { clusters: [] } }], 'RetryLater', SEEN],
  ['another cluster', [none, none, cluster('AVAILABLE', '', {}, { id: '9f76c502' })], 'RetryLater', SEEN],
  [
    'its id in capitals',
    [none, none, cluster('AVAILABLE', '', {}, { id: operation.cluster_id.toUpperCase() })],
    'succeeded, inferred',
    SEEN,
  ],
]);

table('a failure name of this run never ends in success', [
  ['FAILED', [none, failure('FAILED')], 'failed', SEEN],
  ['ROLLBACK_FAIL', [none, failure('ROLLBACK_FAIL')], 'failed', SEEN],
  ['ROLLBACK_RUNNING', [none, failure('ROLLBACK_RUNNING')], 'running', SEEN],
  ['at its own name', [failure('FAILED')], 'failed', SEEN],
  ...['FAIL', '失败', 'ROLLBACK_FAILED', 'SUCCESS', 'success', undefined].map(
    (word): Row => [`${word}, the cluster idle`, [none, failure(word), IDLE], 'failed, inferred', SEEN],
  ),
  ['FAIL, the cluster frozen', [none, failure('FAIL'), cluster('FROZEN')], 'failed, inferred', SEEN],
  [
    'FAIL, its task failed',
    [none, failure('FAIL'), cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')],
    'failed, inferred',
    SEEN,
  ],
  [
    'FAIL, still under way',
    [none, failure('FAIL'), cluster('AVAILABLE', 'SNAPSHOTTING')],
    'running, unknown word',
    SEEN,
  ],
  ['FAIL under a translated name', [none, action('FAIL', T2, '快照失败'), IDLE], 'running, unknown word', SEEN],
  ['FAILED without a time', [none, failure('FAILED', null)], 'failed, untied', SEEN],
  ['FAIL without a time', [none, failure('FAIL', null), IDLE], 'failed, inferred', SEEN],
  ['FAILED, seen without a time', [none, failure('FAILED')], 'failed, untied', UNTIMED],
  ['the action’s own FAILED without a time', [action('FAILED', null)], 'failed, untied', SEEN],
]);

table('an end of another run is no end of this one', [
  ['SUCCESS of a later run', [action('SUCCESS', T3), none], 'absent, forgotten', SEEN],
  ['FAILED of a later run', [action('FAILED', T3), none], 'absent, forgotten', SEEN],
  ['RUNNING of a later run', [action('RUNNING', T3), none], 'absent, forgotten', SEEN],
  ['RUNNING of a later run, this one failed', [action('RUNNING', T3), failure('FAILED')], 'failed', SEEN],
  ['a failure of a later run', [none, failure('FAILED', T3)], 'absent, forgotten', SEEN],
  ['SUCCESS of a time in other words', [action('SUCCESS', 'yesterday'), none], 'absent, forgotten', SEEN],
  ['SUCCESS of an earlier run', [action('SUCCESS', T1), none, IDLE], 'succeeded, inferred', SEEN],
  ['RUNNING of an earlier run', [action('RUNNING', T1)], 'absent, waits', SEEN],
  ['a failure of an earlier run, idle', [none, failure('FAILED', T1), IDLE], 'succeeded, inferred', SEEN],
  [
    'a failure of an earlier run, its word in the cluster',
    [none, failure('FAILED', T1), cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')],
    'absent',
    SEEN,
  ],
  ['SUCCESS without a time', [action('SUCCESS', null)], 'succeeded, untied', SEEN],
  [
    'SUCCESS that an earlier watch has reported',
    [action('SUCCESS'), none, IDLE],
    'absent',
    { earlierRuns: ['SNAPSHOTTING 2026-01-02 03:03:50'] },
  ],
  [
    'a failure that an earlier watch has reported',
    [none, failure('FAILED'), IDLE],
    'absent',
    { earlierRuns: ['SNAPSHOTTING 2026-01-02 03:03:50'] },
  ],
]);

table('an end at the first look', [
  ['SUCCESS, submitted nine days ago', [action('SUCCESS', '2025-12-24 03:03:50.0'), none, IDLE], 'absent'],
  ['FAILED, submitted nine days ago', [action('FAILED', '2025-12-24 03:03:50.0'), none, IDLE], 'absent'],
  ['a failure of yesterday', [none, failure('FAILED', T1), IDLE], 'absent'],
  // A zone with which the run would be new may always exist: one that is likely is a hint, and told as such.
  ['SUCCESS, just now where the zone is UTC', [action('SUCCESS')], 'succeeded, untied'],
  ['SUCCESS, just now where the zone is +08:00', [action('SUCCESS', '2026-01-02 11:03:50.0')], 'succeeded, untied'],
  ['FAILED, just now where the zone is +08:00', [action('FAILED', '2026-01-02 11:03:50.0')], 'failed, untied'],
  [
    'a failure, just now where the zone is +08:00',
    [none, failure('FAILED', '2026-01-02 11:04:00.0')],
    'failed, untied',
  ],
  ['a failure in an odd word, just now', [none, failure('FAIL'), IDLE], 'failed, inferred'],
  ['SUCCESS, just now where the zone is +01:00', [action('SUCCESS', '2026-01-02 04:03:50.0'), none, IDLE], 'absent'],
  ['SUCCESS, an hour ago where the zone is UTC', [action('SUCCESS', '2026-01-02 02:03:50.0'), none, IDLE], 'absent'],
  [
    'a failure of an hour ago where the zone is UTC',
    [none, failure('FAILED', '2026-01-02 02:03:50.0'), IDLE],
    'absent',
  ],
  ['SUCCESS in an hour', [action('SUCCESS', '2026-01-02 04:04:50.0'), none, IDLE], 'absent'],
  ['SUCCESS without a time', [action('SUCCESS', null), none, IDLE], 'absent'],
  ['FAILED without a time', [action('FAILED', null), none, IDLE], 'absent'],
  ['SUCCESS, just now with a zone', [action('SUCCESS', '2026-01-02T03:03:50Z')], 'succeeded'],
  ['SUCCESS, just now with another zone', [action('SUCCESS', '2026-01-02 11:03:50+0800')], 'succeeded'],
  ['SUCCESS, just now as epoch ms', [action('SUCCESS', Date.parse('2026-01-02T03:03:50Z'))], 'succeeded'],
  ['SUCCESS, six minutes before with a zone', [action('SUCCESS', '2026-01-02T02:57:50Z'), none, IDLE], 'absent'],
  ['a failure, just now with a zone', [none, failure('FAILED', '2026-01-02T03:03:57Z')], 'failed'],
  ['RUNNING, submitted nine days ago', [action('RUNNING', '2025-12-24 03:03:50.0')], 'running'],
]);

table('an end that the first look did not find', [
  ['SUCCESS', [action('SUCCESS')], 'succeeded, untied', { memo: { endBefore: 'none', failureBefore: 'none' } }],
  [
    'SUCCESS of yesterday',
    [action('SUCCESS', T1), none, IDLE],
    'absent',
    { memo: { endBefore: 'none', failureBefore: 'none' } },
  ],
  [
    'SUCCESS newer than the one it found',
    [action('SUCCESS', T3)],
    'succeeded, untied',
    { memo: { endBefore: T2, failureBefore: 'none' } },
  ],
  [
    'SUCCESS older than the one it found',
    [action('SUCCESS', T2), none, IDLE],
    'absent',
    { memo: { endBefore: T3, failureBefore: 'none' } },
  ],
  [
    'the SUCCESS it found',
    [action('SUCCESS', T2), none, IDLE],
    'absent',
    { memo: { endBefore: T2, failureBefore: 'none' } },
  ],
  ['the failure it found', [none, failure('FAILED', T1), IDLE], 'absent', { memo: { failureBefore: T1 } }],
  ['a failure newer than the one it found', [none, failure('FAILED', T2)], 'failed', { memo: { failureBefore: T1 } }],
  ['a failure where there was none', [none, failure('FAILED')], 'failed', { memo: { failureBefore: 'none' } }],
  [
    'the failure it found, the action seen since',
    [none, failure('FAILED', T1), IDLE],
    'succeeded, inferred',
    { seen: true, memo: { failureBefore: T1, submitTime: T2 } },
  ],
  [
    'the failure it found, the action seen without a time',
    [none, failure('FAILED', T2), IDLE],
    'succeeded, inferred',
    { seen: true, memo: { failureBefore: T2 } },
  ],
  [
    'a failed task where there was none',
    [none, none, cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')],
    'failed, inferred',
    { memo: { failureBefore: 'none', taskBefore: 'none' } },
  ],
  [
    'a failed task that it found',
    [none, none, cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')],
    'absent',
    { memo: { failureBefore: 'none', taskBefore: 'shown' } },
  ],
]);

table(
  'a submission that names its run',
  [
    ['RUNNING of that run', [action('RUNNING')], 'running'],
    ['SUCCESS of that run at the first look', [action('SUCCESS')], 'succeeded'],
    ['FAILED of that run at the first look', [action('FAILED')], 'failed'],
    ['a failure of that run at the first look', [none, failure('FAILED')], 'failed'],
    ['RUNNING of an earlier run', [action('RUNNING', T1)], 'absent, waits'],
    ['RUNNING without a time', [action('RUNNING', null)], 'absent, waits'],
    ['RUNNING of a later run', [action('RUNNING', T3), none], 'absent, forgotten'],
    ['SUCCESS of an earlier run', [action('SUCCESS', T1), none, IDLE], 'absent'],
    ['SUCCESS without a time', [action('SUCCESS', null), none, IDLE], 'absent'],
    ['SUCCESS of a later run', [action('SUCCESS', T3), none], 'absent, forgotten'],
    ['idle, that run seen', [none, none, IDLE], 'succeeded, inferred', SEEN],
    [
      'idle, seen by the cluster alone',
      [none, none, IDLE],
      'absent',
      { seen: true, memo: { held: 'perhaps another run' } },
    ],
    [
      'a failed task, seen by the cluster alone',
      [none, none, cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')],
      'absent',
      { seen: true, memo: { held: 'perhaps another run' } },
    ],
  ],
  { submit_time: '2026-01-02 03:03:50' },
);

table('what the cluster tells', [
  ['it in action_progress', [none, none, cluster('AVAILABLE', '', { SNAPSHOTTING: '20%' })], 'running'],
  ['it as task_status', [none, none, cluster('AVAILABLE', 'SNAPSHOTTING')], 'running'],
  ['it between blanks', [none, none, cluster('AVAILABLE', ' snapshotting\n')], 'running'],
  ['its failure, seen before', [none, none, cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')], 'failed, inferred', SEEN],
  ['its failure, never seen', [none, none, cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')], 'absent'],
  ['ACTIVE and idle, seen before', [none, none, cluster('ACTIVE', null, null)], 'succeeded, inferred', SEEN],
  ['AVAILABLE and idle, never seen', [none, none, IDLE], 'absent'],
  ['UNAVAILABLE and idle, seen before', [none, none, cluster('UNAVAILABLE')], 'absent', SEEN],
  ['another task, seen before', [none, none, cluster('AVAILABLE', 'REBOOTING')], 'absent, waits', SEEN],
  ['another task, never seen', [none, none, cluster('AVAILABLE', 'REBOOTING')], 'absent, waits'],
  ['another task in action_progress', [none, none, cluster('AVAILABLE', '', { GROWING: '5%' })], 'absent, waits'],
  [
    'the failure of another task, seen before',
    [none, none, cluster('AVAILABLE', 'RESIZE_FAILURE')],
    'succeeded, inferred',
    SEEN,
  ],
  ['the failure of another task, never seen', [none, none, cluster('AVAILABLE', 'RESIZE_FAILURE')], 'absent'],
  [
    'a redistribution that waits, seen before',
    [none, none, cluster('AVAILABLE', 'WAITING_REDISTRIBUTION')],
    'succeeded, inferred',
    SEEN,
  ],
  ['an order, never seen', [none, none, cluster('AVAILABLE', 'ORDER_PENDING')], 'absent, waits'],
  [
    'an unlisted word, seen before',
    [none, none, cluster('AVAILABLE', 'SNAPSHOT_FAILED')],
    'running, unknown word',
    SEEN,
  ],
  ['an unlisted word, never seen', [none, none, cluster('AVAILABLE', 'REBALANCING')], 'absent, waits'],
  ['the creation has failed', [none, none, cluster('CREATE_FAILED')], 'absent', SEEN],
]);

describe('huawei-dws', () => {
  it.each([
    ['SNAPSHOTTING', 'SNAPSHOTTING_FAILED'],
    ['GROWING', 'RESIZE_FAILURE'],
    ['RESTORING', 'RESTORING_FAILED'],
    ['FINE_GRAINED_RESTORING', 'FINE_GRAINED_RESTORING_FAILED'],
  ])('%s fails as %s', async (action_name, failureName) => {
    const script = [none, action('FAILED', T2, failureName)];
    expect(await outcome(huaweiDws, { ...operation, action_name }, script, SEEN)).toBe('failed');
    const { cloud, requests } = scripted(script);
    await lookAtOne(huaweiDws, ask({ ...operation, action_name }, SEEN), cloud);
    expect(requests[1]?.url).toMatch(new RegExp(`/actions/${failureName}$`));
  });

  it('asks an action that has no failure name for itself and the cluster only', async () => {
    const { cloud, requests } = scripted([none, IDLE]);
    const observation = await lookAtOne(
      huaweiDws,
      ask({ ...operation, action_name: 'REBOOTING' }, { seen: true }),
      cloud,
    );
    expect(wording(observation)).toBe('succeeded, inferred');
    expect(requests.length).toBe(2);
  });

  it('reads progress, and only progress, out of detail', async () => {
    const detail = (progressInfo: unknown) => JSON.stringify({ progressInfo });
    const told = (text: unknown): Reply => ({
      body: { status: 'RUNNING', items: [{ sub_items: [{ status: 'FAILED' }, { status: 'RUNNING', detail: text }] }] },
    });
    const progressOf = async (text: unknown) => lookAtOne(huaweiDws, ask(operation), scripted([told(text)]).cloud);
    expect(await progressOf(detail('{"progress":"45.00%","errorCode":"X"}'))).toMatchObject({
      progress: { percent: 45 },
    });
    for (const text of [detail('{"progress"'), detail({ progress: '45%' }), '{', 'FAILED', 7, null, undefined]) {
      const observation = await progressOf(text);
      expect(observation).toMatchObject({ status: 'running' });
      expect(observation).not.toHaveProperty('progress');
    }
  });

  const FAILED_REASONS = { failed_reasons: { error_code: 'DWS.5', error_msg: 'm' } };

  it('carries the cluster’s reason of a failure', async () => {
    const told = cluster('AVAILABLE', 'SNAPSHOTTING_FAILED', {}, FAILED_REASONS);
    const observation = await lookAtOne(huaweiDws, ask(operation, SEEN), scripted([none, none, told]).cloud);
    expect(observation).toMatchObject({
      word: 'SNAPSHOTTING_FAILED',
      facts: { reasonCode: 'DWS.5', reasonMessage: 'm' },
    });
  });

  it('names the cluster’s reason where the action is not there', async () => {
    const told = cluster('CREATE_FAILED', '', {}, FAILED_REASONS);
    const observation = await lookAtOne(huaweiDws, ask(operation, SEEN), scripted([none, none, told]).cloud);
    expect(observation).toMatchObject({ shows: expect.stringContaining('DWS.5: m') });
  });

  it('names what it saw of other runs, and claims no age that it does not know', async () => {
    const showsOf = async (told: readonly Reply[], known: Known = {}) => {
      const observation = await lookAtOne(huaweiDws, ask(operation, known), scripted(told).cloud);
      return 'shows' in observation && observation.shows;
    };
    expect(await showsOf([none, failure('FAILED', T1), IDLE])).toBe(
      'no action SNAPSHOTTING; SNAPSHOTTING_FAILED FAILED, submitted 2026-01-01 02:05:11, is of an earlier run; the cluster is AVAILABLE, tasks: none',
    );
    expect(await showsOf([action('SUCCESS', '2026-01-02 02:03:50.0'), none, IDLE])).toBe(
      'SNAPSHOTTING SUCCESS, submitted 2026-01-02 02:03:50, may be of an earlier run; the cluster is AVAILABLE, tasks: none',
    );
    expect(await showsOf([action('SUCCESS', T3), none], SEEN)).toBe(
      'SNAPSHOTTING SUCCESS, submitted 2026-01-02 03:03:58, is of another run: nobody saw how the watched one ended',
    );
  });

  it('remembers what the failure name showed while the action had never been seen', async () => {
    const first = await lookAtOne(huaweiDws, ask(operation), scripted([none, none, IDLE]).cloud);
    expect(first).toMatchObject({ memo: { endBefore: 'none', failureBefore: 'none', taskBefore: 'none' } });
    const memo = { failureBefore: T1 };
    const later = await lookAtOne(
      huaweiDws,
      ask(operation, { memo }),
      scripted([none, failure('FAILED', T1), IDLE]).cloud,
    );
    expect(later).toMatchObject({ memo });
  });

  it('asks for a cluster once however many of its actions are watched', async () => {
    const { cloud, requests } = scripted(({ url }) => (url.includes('/actions/') ? none : IDLE));
    const asks = ['SNAPSHOTTING', 'GROWING', 'RESTORING'].map((action_name, i) =>
      ask({ ...operation, action_name }, { seen: i > 0 }),
    );
    const observations = await huaweiDws.look(asks, cloud);
    expect(observations.map(wording)).toEqual(['absent', 'succeeded, inferred', 'succeeded, inferred']);
    expect(requests.map(({ url }) => url.split('/').at(-1))).toEqual([
      'SNAPSHOTTING',
      'SNAPSHOTTING_FAILED',
      operation.cluster_id,
      'GROWING',
      'RESIZE_FAILURE',
      'RESTORING',
      'RESTORING_FAILED',
    ]);
  });

  it('leaves only those unanswered that needed what failed', async () => {
    const { cloud } = scripted(({ url }) => {
      if (url.endsWith('/GROWING')) return action('RUNNING', T2, 'GROWING');
      return url.includes('/actions/') ? none : { status: 502, body: '' };
    });
    const asks = ['SNAPSHOTTING', 'GROWING'].map((action_name) => ask({ ...operation, action_name }, SEEN));
    const observations = await huaweiDws.look(asks, cloud);
    expect(observations).toMatchObject([{ kind: 'unanswered', error: expect.any(RetryLater) }, { status: 'running' }]);
  });
});

const quotedIn = (cell: string): string[] => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, word = '']) => word);

/** Several looks, the first at the second that is named, and how the watch stands after them. */
const S1 = '2026-01-02 11:00:02.0';
const GROWING = { ...operation, action_name: 'GROWING' };
const REBOOTING = { ...operation, action_name: 'REBOOTING' };
const atRest = [none, none, IDLE];
const busy = [none, none, cluster('AVAILABLE', 'SNAPSHOTTING')];
const grows = (status: string) => [action(status, S1, 'GROWING')];

it.each<[string, typeof operation, readonly Step[], string]>([
  [
    'seen, then gone, the failure in an odd word',
    operation,
    [
      [1, [action('RUNNING', S1)]],
      [90, [none, failure('失败', S1), IDLE]],
    ],
    'failed, inferred',
  ],
  [
    'seen, then a proxy answers',
    operation,
    [
      [1, [action('RUNNING', S1)]],
      [90, [{ status: 404, body: '<html>' }]],
    ],
    'running, no_sense',
  ],
  [
    'seen, then SUCCESS of another run',
    operation,
    [
      [1, [action('RUNNING', S1)]],
      [90, [action('SUCCESS', '2026-01-02 12:00:00.0'), none]],
    ],
    'lost, noted',
  ],
  [
    'SUCCESS of nine days ago, then its run',
    operation,
    [
      [1, [action('SUCCESS', '2025-12-24 11:00:00.0'), none, IDLE]],
      [30, [action('RUNNING', S1)]],
      [90, [action('SUCCESS', S1)]],
    ],
    'succeeded',
  ],
  [
    'SUCCESS of nine days ago, and nothing else',
    operation,
    [
      [1, [action('SUCCESS', '2025-12-24 11:00:00.0'), none, IDLE]],
      [310, [action('SUCCESS', '2025-12-24 11:00:00.0'), none, IDLE]],
    ],
    'lost, noted',
  ],
  ['failed before the first look', operation, [[5, [none, failure('FAILED', S1)]]], 'failed, untied, noted'],
  [
    'waits behind another task, then runs',
    GROWING,
    [
      [1, busy],
      [120, busy],
      [310, busy],
      [420, grows('RUNNING')],
      [900, grows('SUCCESS')],
    ],
    'succeeded',
  ],
  [
    'waits behind another task',
    GROWING,
    [
      [1, busy],
      [120, busy],
      [310, busy],
    ],
    'pending',
  ],
  [
    'waits, then rest, within the grace time',
    GROWING,
    [
      [1, busy],
      [310, busy],
      [330, atRest],
      [620, atRest],
    ],
    'pending',
  ],
  [
    'waits, then rest, the grace time over',
    GROWING,
    [
      [1, busy],
      [310, busy],
      [330, atRest],
      [640, atRest],
    ],
    'lost, noted',
  ],
  ['waits for its order to be paid', GROWING, [[1, [none, none, cluster('AVAILABLE', 'ORDER_PENDING')]]], 'attention'],
  [
    'its order is canceled',
    GROWING,
    [
      [1, [none, none, cluster('AVAILABLE', 'ORDER_PENDING')]],
      ...[60, 120, 180, 240, 300].map((at): Step => [at, atRest]),
    ],
    'lost, noted',
  ],
  [
    'REBOOTING, then REBOOT_FAILURE',
    REBOOTING,
    [
      [1, [none, cluster('AVAILABLE', 'REBOOTING')]],
      [60, [none, cluster('AVAILABLE', 'REBOOT_FAILURE')]],
    ],
    'failed, inferred',
  ],
  [
    'REBOOTING that the API refuses by name',
    REBOOTING,
    [
      [1, [error(400, 'DWS.0001'), cluster('AVAILABLE', 'REBOOTING')]],
      [60, [error(400, 'DWS.0001'), IDLE]],
    ],
    'succeeded, inferred',
  ],
  [
    'a failed reboot left from before',
    REBOOTING,
    [
      [1, [none, cluster('AVAILABLE', 'REBOOT_FAILURE')]],
      [310, [none, cluster('AVAILABLE', 'REBOOT_FAILURE')]],
    ],
    'lost, noted',
  ],
  [
    'done, and the failure of another task stays',
    operation,
    [
      [1, [action('RUNNING', S1)]],
      [60, [none, none, cluster('AVAILABLE', 'RESIZE_FAILURE')]],
    ],
    'succeeded, inferred',
  ],
])('huawei-dws | %s', async (_, submission, steps, expected) => {
  expect(standing(await watched(huaweiDws, submission, steps))).toBe(expected);
});

describe('huawei-dws: every task word of the SDK', () => {
  const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8');
  const rows = [
    ...page.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \| ((?:`[A-Z_]+`(?:, )?)*|none is listed) ?\| ?([^|]*?) ?\|$/gm),
  ].flatMap(([, actions = '', failures = '', others = '']) =>
    quotedIn(actions).map((name) => [name, quotedIn(failures), others] as const),
  );

  it('is in the docs', () => {
    expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining(['SNAPSHOTTING', 'REPAIRING', 'DISK_EXPANDING']));
    expect(rows.length).toBe(29);
  });

  it.each(rows)('%s goes on, and fails as the docs say', async (action_name, failures, others) => {
    const calls = action_name in FAILURE_NAMES ? [none, none] : [none];
    const shown = (word: string) =>
      outcome(huaweiDws, { ...operation, action_name }, [...calls, cluster('AVAILABLE', word)], UNTIMED);
    expect(await shown(action_name)).toBe('running');
    for (const word of failures) expect(await shown(word)).toBe('failed, inferred');
    const unseen = (word: string) =>
      outcome(huaweiDws, { ...operation, action_name }, [...calls, cluster('AVAILABLE', word)]);
    for (const [, word = '', status = ''] of others.matchAll(/`([A-Z_]+)`: (\w+)/g))
      expect(await unseen(word)).toBe(status);
  });
});

describe('huawei-dws: the reason of a failure', () => {
  const detail = (info: object) => JSON.stringify({ progressInfo: JSON.stringify(info) });
  const part = (status: string, name: string, words: unknown) => ({ status, sub_item_name: name, detail: words });

  it.each<[string, readonly object[], object]>([
    [
      'the part that failed',
      [part('SUCCESS', 'Check', 'fine'), part('FAILED', 'Write', 'disk full'), part('WAITING', 'Clean', 'not begun')],
      { error: 'Snapshot / Write: disk full' },
    ],
    [
      'JSON in JSON',
      [part('FAILED', 'Write', detail({ progress: '20%', errorCode: 'DWS.9', errorMsg: 'disk full' }))],
      { reasonCode: 'DWS.9', error: 'Snapshot / Write: disk full' },
    ],
    [
      'the vendor’s sample',
      [part('FAILED', 'Write', detail({ errorCode: '', errorMsg: 'CHECK:SUCCESS;WRITE:SUCCESS' }))],
      { error: 'Snapshot / Write' },
    ],
    [
      'a part that was rolled back',
      [part('SUCCESS', 'Check', 'fine'), part('ROLLBACK_SUCCESS', 'Write', 'disk full')],
      { error: 'Snapshot / Write: disk full' },
    ],
    ['no part says that it failed', [part('SUCCESS', 'Check', 'fine'), part('WAITING', 'Write', 'not begun')], {}],
    ['no parts', [], {}],
    ['odd parts', [part('FAILED', 'Write', { a: 1 }), {}], { error: 'Snapshot / Write' }],
  ])('is %s', async (_, sub_items, expected) => {
    const told = {
      body: {
        action_name: 'SNAPSHOTTING',
        status: 'FAILED',
        submit_time: T2,
        items: [{ item_name: 'Snapshot', sub_items }],
      },
    };
    const observation = await lookAtOne(huaweiDws, ask(operation, SEEN), scripted([told]).cloud);
    expect('facts' in observation && observation.facts).toEqual({ operationType: 'SNAPSHOTTING', ...expected });
  });
});

tellsTheTruth(huaweiDws, stories);
