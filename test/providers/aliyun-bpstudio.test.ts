import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/core/decide.ts';
import { LookError, RetryLater } from '../../lib/core/errors.ts';
import { DEFAULT_GAP } from '../../lib/core/schedule.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { LaneBusy } from '../../lib/look/limited-calls.ts';
import { aliyunBpStudio } from '../../lib/providers/aliyun-bpstudio.ts';
import { HOUR, MINUTE, watchWith } from '../samples.ts';
import { type Row, runContract } from './contract.ts';
import { ask, lookAtOne, NOW, type Reply, scripted, wording } from './scripted.ts';
import { storiesById } from './stories.ts';
import { tellsTheTruth } from './truth.ts';

const operation = {
  OperationId: 'op/0123456789abcdef',
  ResourceGroupId: 'rg-acfmbyjt3c5',
  RegionId: 'cn-hangzhou',
} as const;

const data = (Data: object | null, Message = ''): Reply => ({
  body: { Code: 200, Message, RequestId: 'r-1', Data: Data && { OperationId: operation.OperationId, ...Data } },
});
const state = (Status: unknown): Reply => data({ Status });

/** A watch that was seen, before and after the hour for which the service keeps an id. */
const WITHIN = { seen: true, submittedAt: NOW - HOUR };
const AFTER = { seen: true, submittedAt: NOW - HOUR - 1 };

/** What the service may answer for an id that has expired, and what it may answer in trouble. */
const OF_NO_USE: readonly (readonly [string, Reply])[] = [
  ['HTTP 503, nothing', { status: 503, body: '' }],
  ['HTTP 503 ServiceUnavailable', { status: 503, body: { Code: 'ServiceUnavailable' } }],
  ['HTTP 500 InternalError', { status: 500, body: { Code: 'InternalError' } }],
  ['HTTP 200, nothing', { body: '' }],
  ['an empty object', { body: {} }],
  ['HTML', { body: '<html>' }],
  ['Code 500', { body: { Code: 500, Message: 'The system is busy.' } }],
  ['Code 9001', { body: { Code: 9001 } }],
  ['SUCCESS of another operation', data({ OperationId: 'op/other', Status: 'SUCCESS' })],
];

/** What would be a mistake of ours, had the service not taken the id before. */
const NOT_TAKEN: readonly (readonly [string, Reply])[] = [
  ['Code 404', { body: { Code: 404, Message: 'The operation does not exist.' } }],
  ['HTTP 400 InvalidParameter', { status: 400, body: { Code: 'InvalidParameter' } }],
];

runContract({
  provider: aliyunBpStudio,
  operation,
  optional: ['ResourceGroupId', 'RegionId'],
  ends: { succeeded: ['SUCCESS'], failed: ['FAILURE'] },
  table: [
    ['INIT', state('INIT'), 'pending'],
    ['RUNNING', state('RUNNING'), 'running'],
    ['SUCCESS', state('SUCCESS'), 'succeeded'],
    ['success', state('success'), 'succeeded'],
    ['ſucceſſ', state('ſucceſſ'), 'running, unknown word'],
    ['FAILURE', state('FAILURE'), 'failed'],
    ['all words at once', state('INIT、RUNNING、SUCCESS、FAILURE'), 'running, unknown word'],
    ['FAILED', state('FAILED'), 'running, unknown word'],
    ['SUCCESS between blanks', state(' SUCCESS\n'), 'succeeded'],
    ['SUCCESS of another operation', data({ OperationId: 'op/fedcba9876543210', Status: 'SUCCESS' }), 'RetryLater'],
    ['FAILURE of another operation', data({ OperationId: 'op/fedcba9876543210', Status: 'FAILURE' }), 'RetryLater'],
    ['SUCCESS, the id in capitals', data({ OperationId: 'OP/0123456789ABCDEF', Status: 'SUCCESS' }), 'RetryLater'],
    ['SUCCESS, no id in the answer', data({ OperationId: null, Status: 'SUCCESS' }), 'succeeded'],
    ...OF_NO_USE.map(([about, told]): Row => [`${about}, within the hour`, told, 'RetryLater', WITHIN]),
    ...OF_NO_USE.map(([about, told]): Row => [`${about}, after the hour`, told, 'absent', AFTER]),
    ...NOT_TAKEN.map(([about, told]): Row => [`${about}, within the hour`, told, 'Misconfigured', WITHIN]),
    ...NOT_TAKEN.map(([about, told]): Row => [`${about}, after the hour`, told, 'absent', AFTER]),
    ...NOT_TAKEN.map(
      ([about, told]): Row => [
        `${about}, after the hour, never seen`,
        told,
        'Misconfigured',
        { ...AFTER, seen: false },
      ],
    ),
    ['SUCCESS after the hour', state('SUCCESS'), 'succeeded', AFTER],
    ['RUNNING after the hour', state('RUNNING'), 'running', AFTER],
    ['Throttling.User after the hour', { status: 400, body: { Code: 'Throttling.User' } }, 'Throttled', AFTER],
    ['Code 403 after the hour', { body: { Code: 403 } }, 'NotAllowed', AFTER],
    ['Code 401', { body: { Code: 401, Message: 'm' } }, 'NotAllowed'],
    ['Code 404', { body: { Code: 404, Message: 'm' } }, 'Misconfigured'],
    ['no Data', { body: { Code: 200, RequestId: 'r-1' } }, 'absent, forgotten'],
    ['no Data, seen less than an hour after submission', { body: { Code: 200 } }, 'absent', { seen: true }],
    [
      'no Data, seen more than an hour after submission',
      { body: { Code: 200 } },
      'absent, forgotten',
      { seen: true, submittedAt: NOW - 3_600_001 },
    ],
    ['Data null', { body: { Code: 200, RequestId: 'r-1', Data: null } }, 'absent, forgotten'],
    ['Data without Status', { body: { Code: 200, RequestId: 'r-1', Data: {} } }, 'absent, forgotten'],
    ['an empty object', { body: {} }, 'RetryLater'],
    ['Code 8004', { body: { Code: 8004, Message: 'not found' } }, 'absent'],
    ['Code 400', { body: { Code: 400, Message: 'm' } }, 'Misconfigured'],
    ['Code 403', { body: { Code: 403, Message: 'm' } }, 'NotAllowed'],
    ['Code 500 and a Status', { body: { Code: 500, Data: { Status: 'SUCCESS' } } }, 'RetryLater'],
    ['Code 9001', { body: { Code: 9001, Message: 'm' } }, 'RetryLater'],
    ['HTTP 503, nothing', { status: 503, body: '' }, 'RetryLater'],
  ],
});

describe('aliyun-bpstudio', () => {
  it.each([
    ['seen before', { seen: true, submittedAt: NOW - HOUR }, 'under way when last seen'],
    [
      'asked for within the hour',
      { seen: false, submittedAt: NOW - HOUR },
      'ended more than an hour ago or the id does not exist',
    ],
    [
      'asked for after the hour',
      { seen: false, submittedAt: NOW - HOUR - 1 },
      'more than an hour after its submission',
    ],
  ])('says of a forgotten operation that it was %s', async (_, known, words) => {
    const { cloud } = scripted([{ body: { Code: 200 } }]);
    const observation = await lookAtOne(aliyunBpStudio, ask(operation, known), cloud);
    expect(observation).toMatchObject({
      kind: 'absent',
      shows: expect.stringContaining('keeps an operation for one hour'),
    });
    expect(observation).toMatchObject({ shows: expect.stringContaining(words) });
  });

  it.each([
    ['ap-southeast-1', 'https://bpstudio.ap-southeast-1.aliyuncs.com/'],
    ['cn-hangzhou', 'https://bpstudio.cn-hangzhou.aliyuncs.com/'],
  ] as const)('has an endpoint in %s', async (RegionId, url) => {
    const { cloud, requests } = scripted([state('INIT')]);
    await lookAtOne(aliyunBpStudio, ask({ OperationId: 'op_1', RegionId }), cloud);
    expect(requests).toMatchObject([{ url, body: 'OperationId=op_1' }]);
  });

  it.each<[string, unknown]>([
    ['a time-out', new RetryLater({ code: 'timeout', message: 'no answer in 10 s' })],
    ['a reset', new RetryLater({ code: 'reset', message: 'the connection was reset' })],
  ])('counts %s after the hour as no answer', async (_, error) => {
    const { cloud } = scripted([], { send: () => Promise.reject(error) });
    expect(wording(await lookAtOne(aliyunBpStudio, ask(operation, WITHIN), cloud))).toBe('RetryLater');
    expect(wording(await lookAtOne(aliyunBpStudio, ask(operation, AFTER), cloud))).toBe('absent');
  });

  it.each([20, -20])(
    'reckons the hour by the clock of opwatch where the clock of the cloud is %i min ahead [F37]',
    async (minutes) => {
      const look = (known: typeof WITHIN) => {
        const { cloud } = scripted([{ status: 503, body: '' }], { skewMs: minutes * MINUTE });
        return lookAtOne(aliyunBpStudio, ask(operation, known), cloud).then(wording);
      };
      expect(await look({ ...WITHIN, submittedAt: NOW - 50 * MINUTE })).toBe('RetryLater');
      expect(await look({ ...AFTER, submittedAt: NOW - 70 * MINUTE })).toBe('absent');
    },
  );

  it('gives an operation that it shows after its hour another hour', async () => {
    const late = { seen: true, submittedAt: NOW - 90 * MINUTE };
    const seen = await lookAtOne(aliyunBpStudio, ask(operation, late), scripted([state('RUNNING')]).cloud);
    const memo = 'memo' in seen ? seen.memo : expect.unreachable();
    const later = (minutes: number) => {
      const { cloud } = scripted([{ status: 503, body: '' }], { now: NOW + minutes * MINUTE });
      return lookAtOne(aliyunBpStudio, ask(operation, { ...late, ...(memo && { memo }) }), cloud).then(wording);
    };
    expect([await later(1), await later(49), await later(61)]).toEqual(['RetryLater', 'RetryLater', 'absent']);
  });

  it('waits for its turn after the hour as before', async () => {
    const busy = new LaneBusy({ retryAt: NOW + 1_000, why: 'full' });
    const { cloud } = scripted([], { send: () => Promise.reject(busy) });
    expect(await lookAtOne(aliyunBpStudio, ask(operation, AFTER), cloud)).toBe(busy);
  });

  /** What a watch becomes, submitted at NOW and looked at from `from` on, as long as it is not over. */
  const watched = async (toldAt: (now: number) => Reply, from = NOW): Promise<{ watch: Watch; looks: number }> => {
    const policy = { ...aliyunBpStudio.traits, gap: DEFAULT_GAP };
    let watch = watchWith({ provider: 'aliyun-bpstudio', operation, submittedAt: NOW, nextLookAt: from });
    let looks = 0;
    for (; !isOver(watch.status); looks += 1) {
      const now = watch.nextLookAt;
      const { cloud } = scripted([toldAt(now)], { now });
      const known = ask(operation, { seen: watch.seenAt !== undefined, submittedAt: NOW });
      const brought = await lookAtOne(aliyunBpStudio, known, cloud);
      const observation = brought instanceof LookError ? { kind: 'unanswered' as const, error: brought } : brought;
      watch = decide(watch, observation, now, policy);
    }
    return { watch, looks };
  };

  it.each<[string, Reply, number]>([
    ['HTTP 503', { status: 503, body: '' }, 60],
    ['nothing', { body: '' }, 60],
    ['no Data', { body: { Code: 200, RequestId: 'r-1' } }, 50],
  ])(
    'ends a watch that was seen at 50 min and brings %s from then on, soon after the hour [F49]',
    async (_, told, from) => {
      const { watch } = await watched((now) => (now < NOW + 50 * MINUTE ? state('RUNNING') : told));
      expect(watch).toMatchObject({ status: 'lost', note: expect.stringContaining('under way when last seen') });
      expect((watch.endedAt ?? 0) - NOW).toBeGreaterThan(from * MINUTE);
      expect((watch.endedAt ?? 0) - NOW).toBeLessThan(90 * MINUTE);
    },
  );

  it('takes no single silence for absence where nobody asked within the hour [F49]', async () => {
    const down: Reply = { status: 503, body: '' };
    const back = NOW + 30 * HOUR;
    const forgotten = await watched(() => down, back);
    expect(forgotten).toMatchObject({
      looks: 3,
      watch: { status: 'lost', note: expect.stringContaining('never seen') },
    });
    const shown = await watched((now) => (now === back ? down : state('SUCCESS')), back);
    expect(shown).toMatchObject({ looks: 2, watch: { status: 'succeeded' } });
  });
});

describe('aliyun-bpstudio, what it tells beside a state', () => {
  const factsOf = async (told: Reply) => {
    const seen = await lookAtOne(aliyunBpStudio, ask(operation), scripted([told]).cloud);
    return 'facts' in seen ? seen.facts : expect.unreachable();
  };
  const LISTENERS = '[{"vServerGroupId":"rsp-1","status":"running","listenerPort":80}]';
  const OUTPUT = {
    success: false,
    message: '1 of 3 failed',
    attributes: {
      instances: {
        'i-1': { status: 'SUCCESS', message: 'started' },
        'i-2': { status: 'FAILURE', message: 'The instance type is sold out.' },
        'i-3': { status: 'SUCCESS' },
      },
    },
  };
  const WHY = '1 of 3 failed; i-2: The instance type is sold out.';

  it.each<[string, Reply, string | undefined]>([
    ['Data.Message', data({ Status: 'FAILURE', Message: 'Sold out.' }), 'Sold out.'],
    ['the outer Message', data({ Status: 'FAILURE', Message: '' }, 'Sold out.'), 'Sold out.'],
    ['both', data({ Status: 'FAILURE', Message: 'Sold out.' }, 'See Data.'), 'Sold out.; See Data.'],
    ['both, the same', data({ Status: 'FAILURE', Message: 'Sold out.' }, 'Sold out.'), 'Sold out.'],
    ['Arguments, an object', data({ Status: 'FAILURE', Message: '', Arguments: OUTPUT }), WHY],
    ['Arguments, JSON', data({ Status: 'FAILURE', Message: '', Arguments: JSON.stringify(OUTPUT) }), WHY],
    ['listeners', data({ Status: 'FAILURE', Message: LISTENERS }, 'Sold out.'), 'Sold out.'],
    ['listeners alone', data({ Status: 'FAILURE', Message: LISTENERS }), LISTENERS],
    ['"success" of the call', data({ Status: 'FAILURE', Message: ' ' }, 'success'), undefined],
    ['blanks', data({ Status: 'FAILURE', Message: '" "' }, ' '), undefined],
    [
      'Arguments that are torn',
      data({ Status: 'FAILURE', Message: 'Sold out.', Arguments: '{"message":' }),
      'Sold out.',
    ],
    ['Arguments of other shapes', data({ Status: 'FAILURE', Arguments: { message: 7, attributes: [] } }), undefined],
  ])('finds why it failed: %s [F51]', async (_, told, why) => {
    const facts = await factsOf(told);
    expect(facts?.reasonMessage).toBe(why);
    expect(facts?.message).toBeUndefined();
  });

  it('names five failed instances', async () => {
    const instances = Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7].map((i) => [`i-${i}`, { status: 'FAILURE', message: 'm' }]),
    );
    const facts = await factsOf(data({ Status: 'FAILURE', Arguments: { attributes: { instances } } }));
    expect(facts?.reasonMessage).toBe('i-1: m; i-2: m; i-3: m; i-4: m; i-5: m; and 2 more');
  });

  it.each<[string, Reply, object]>([
    ['listeners', data({ Status: 'SUCCESS', Message: LISTENERS }), { message: LISTENERS, requestId: 'r-1' }],
    ['words', data({ Status: 'SUCCESS', Message: 'Done.' }), { message: 'Done.', requestId: 'r-1' }],
    ['nothing', data({ Status: 'SUCCESS', Message: '[]' }, ' '), { requestId: 'r-1' }],
    ['an output', data({ Status: 'SUCCESS', Arguments: '{"tagMap":{}}' }), { requestId: 'r-1' }],
    [
      'an output that is an object',
      data({ Status: 'SUCCESS', Arguments: { tagMap: { cadt: ['1'] } } }),
      { result: '{"tagMap":{"cadt":["1"]}}', requestId: 'r-1' },
    ],
  ])('shows no cause beside a success: %s', async (_, told, facts) => {
    expect(await factsOf(told)).toEqual(facts);
  });
});

tellsTheTruth(
  aliyunBpStudio,
  storiesById({
    operation,
    ids: ['OperationId'],
    inAnyCase: [],
    words: ['INIT', 'RUNNING', 'SUCCESS', 'FAILURE'],
    success: 'SUCCESS',
    answer: (ids, Status, { text }) => ({
      Code: 200,
      Message: text,
      RequestId: 'r-1',
      Data: { ...ids, Status, Message: text, Arguments: text },
    }),
  }),
);
