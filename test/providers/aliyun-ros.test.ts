import { expect } from 'vitest';
import { aliyunRos } from '../../lib/providers/aliyun-ros.ts';
import { stories } from './aliyun-ros-model.ts';
import { type Course, type Row, runContract } from './contract.ts';
import { type Step, SUBMITTED_AT } from './course.ts';
import { NOW, type Reply } from './scripted.ts';
import { tellsTheTruth } from './truth.ts';

const ID = 'c754d2a4-28f1-46df-b557-9586173a0000';
const OPERATION = { RegionId: 'cn-hangzhou', StackId: ID };

/** A time as ROS writes it. */
const time = (at: number): string => new Date(at).toISOString().slice(0, 19);

const state = (Status: unknown, more: object = {}): Reply => ({
  body: { RequestId: 'r-1', StackId: ID, Status, ...more },
});

/** A stack whose last operation began a second before its first look. */
const fresh = (Status: unknown): Reply =>
  state(Status, { CreateTime: time(NOW - 11_000), UpdateTime: time(NOW - 11_000) });

const WORDS: Readonly<Record<string, readonly string[]>> = {
  running: [
    'CREATE_IN_PROGRESS',
    'UPDATE_IN_PROGRESS',
    'DELETE_IN_PROGRESS',
    'CREATE_ROLLBACK_IN_PROGRESS',
    'UPDATE_ROLLBACK_IN_PROGRESS',
    'ROLLBACK_IN_PROGRESS',
    'CHECK_IN_PROGRESS',
    'IMPORT_CREATE_IN_PROGRESS',
    'IMPORT_CREATE_ROLLBACK_IN_PROGRESS',
    'IMPORT_UPDATE_IN_PROGRESS',
    'IMPORT_UPDATE_ROLLBACK_IN_PROGRESS',
  ],
  attention: ['REVIEW_IN_PROGRESS'],
  succeeded: [
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'DELETE_COMPLETE',
    'CHECK_COMPLETE',
    'IMPORT_CREATE_COMPLETE',
    'IMPORT_UPDATE_COMPLETE',
  ],
  failed: [
    'CREATE_FAILED',
    'UPDATE_FAILED',
    'DELETE_FAILED',
    'CREATE_ROLLBACK_COMPLETE',
    'CREATE_ROLLBACK_FAILED',
    'UPDATE_ROLLBACK_COMPLETE',
    'UPDATE_ROLLBACK_FAILED',
    'ROLLBACK_COMPLETE',
    'ROLLBACK_FAILED',
    'CHECK_FAILED',
    'IMPORT_CREATE_FAILED',
    'IMPORT_CREATE_ROLLBACK_COMPLETE',
    'IMPORT_CREATE_ROLLBACK_FAILED',
    'IMPORT_UPDATE_FAILED',
    'IMPORT_UPDATE_ROLLBACK_COMPLETE',
    'IMPORT_UPDATE_ROLLBACK_FAILED',
  ],
};

/** A stack as it shows itself: created and updated so many seconds after the submission (before it: negative). */
const shown = (Status: string, created: number, updated?: number, more: object = {}): Reply =>
  state(Status, {
    CreateTime: time(SUBMITTED_AT + created * 1_000),
    ...(updated !== undefined && { UpdateTime: time(SUBMITTED_AT + updated * 1_000) }),
    ...more,
  });

const OLD = -365 * 86_400;
const gone: Reply = { status: 404, body: { Code: 'StackNotFound', Message: 'The Stack could not be found.' } };

/** Looks from 1 s after submission on, ten seconds apart. */
const looks = (...told: readonly Reply[]): readonly Step[] => told.map((each, i) => [1 + i * 10, each]);
/** The first look, and one after the grace time. */
const forAMinute = (told: Reply): readonly Step[] => [
  [1, told],
  [61, told],
];

const noted = (words: string) => ({ after: { note: expect.stringContaining(words) } });
const facts = (some: object) => ({ after: { facts: some } });
const reported = (run: string) => ({ before: { earlierRuns: [{ watch: 'w_before', run }] } });

// biome-ignore format: a table
const COURSES: readonly Course[] = [
  // One action after another.
  ['CREATE, DELETE, deleted', looks(shown('CREATE_IN_PROGRESS', -1), shown('DELETE_IN_PROGRESS', -1), shown('DELETE_COMPLETE', -1)), 'canceled, inferred, noted', noted('DELETE_IN_PROGRESS')],
  ['CREATE, deleted', looks(shown('CREATE_IN_PROGRESS', -1), shown('DELETE_COMPLETE', -1)), 'canceled, inferred, noted', noted('DELETE_COMPLETE')],
  ['UPDATE, deleted', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('DELETE_COMPLETE', OLD, 8)), 'canceled, inferred, noted', noted('DELETE_COMPLETE')],
  ['UPDATE, not deleted', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('DELETE_FAILED', OLD, -1)), 'canceled, inferred, noted', noted('DELETE_FAILED')],
  ['CREATE, UPDATE', looks(shown('CREATE_IN_PROGRESS', -1), shown('UPDATE_IN_PROGRESS', -1, 9)), 'succeeded, inferred, noted', { after: { word: 'UPDATE_IN_PROGRESS', facts: { operationType: 'CREATE' }, note: expect.stringContaining('UPDATE_IN_PROGRESS') } }],
  ['CREATE, an update that failed', looks(shown('CREATE_IN_PROGRESS', -1), shown('UPDATE_FAILED', -1, 9, { StatusReason: 'sold out' })), 'succeeded, inferred, noted', { facts: { operationType: 'CREATE', requestId: 'r-1' } }],
  ['CREATE, an update rolled back', looks(shown('CREATE_IN_PROGRESS', -1), shown('UPDATE_ROLLBACK_COMPLETE', -1, 9)), 'succeeded, inferred, noted'],
  ['CREATE, IMPORT_UPDATE', looks(shown('CREATE_IN_PROGRESS', -1), shown('IMPORT_UPDATE_COMPLETE', -1, 9)), 'succeeded, inferred, noted'],
  ['CREATE, ROLLBACK', looks(shown('CREATE_IN_PROGRESS', -1), shown('ROLLBACK_IN_PROGRESS', -1, 9), shown('ROLLBACK_COMPLETE', -1, 9)), 'failed, untied, noted', noted('whether the creation was rolled back')],
  ['CREATE, CREATE_ROLLBACK', looks(shown('CREATE_IN_PROGRESS', -1), shown('CREATE_ROLLBACK_IN_PROGRESS', -1), shown('CREATE_ROLLBACK_COMPLETE', -1, 9)), 'failed', facts({ operationType: 'CREATE' })],
  ['CREATE_ROLLBACK, UPDATE', looks(shown('CREATE_ROLLBACK_IN_PROGRESS', -1), shown('UPDATE_COMPLETE', -1, 9)), 'failed, inferred, noted', noted('rolled back before')],
  ['CREATE_ROLLBACK, created', looks(shown('CREATE_ROLLBACK_IN_PROGRESS', -1), shown('CREATE_COMPLETE', -1)), 'running'],
  ['ROLLBACK, updated', looks(shown('ROLLBACK_IN_PROGRESS', OLD, -1), shown('UPDATE_COMPLETE', OLD, -1)), 'running'],
  ...Object.entries({
    CREATE: ['CHECK_COMPLETE', 'CHECK_IN_PROGRESS', 'IMPORT_CREATE_COMPLETE'],
    UPDATE: ['CREATE_COMPLETE', 'CHECK_COMPLETE', 'CHECK_IN_PROGRESS', 'IMPORT_UPDATE_COMPLETE', 'IMPORT_CREATE_COMPLETE'],
    DELETE: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'CHECK_COMPLETE', 'IMPORT_UPDATE_COMPLETE'],
    CHECK: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_UPDATE_COMPLETE'],
    IMPORT_CREATE: ['CREATE_COMPLETE', 'CHECK_COMPLETE'],
    IMPORT_UPDATE: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'CHECK_COMPLETE'],
  }).flatMap(([action, words]) => words.map((word): Course => {
    const end = shown(word, -1, 9);
    return [`${action}, ${word}`, looks(shown(`${action}_IN_PROGRESS`, -1, -1), end, end, end), 'lost, noted', noted(word)];
  })),

  // One update after another.
  ['UPDATE, a second update over', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('UPDATE_COMPLETE', OLD, 9)), 'lost, noted', noted('UPDATE_COMPLETE, begun at 2026-01-02T03:00:09Z; the end of the UPDATE begun at 2026-01-02T02:59:59Z was not seen')],
  ['UPDATE, a second update under way', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('UPDATE_IN_PROGRESS', OLD, 9)), 'lost, noted', noted('UPDATE_IN_PROGRESS')],
  ['UPDATE, a second update failed', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('UPDATE_FAILED', OLD, 9)), 'lost, noted', noted('UPDATE_FAILED')],
  ['UPDATE, ROLLBACK with another UpdateTime', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('ROLLBACK_IN_PROGRESS', OLD, 9), shown('ROLLBACK_COMPLETE', OLD, 9)), 'failed, untied, noted', noted('UpdateTime has moved')],
  ['UPDATE, the end of the update before', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('UPDATE_COMPLETE', OLD, -400)), 'running'],
  ['UPDATE, the end of the update before, its own end', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), shown('UPDATE_FAILED', OLD, -400), shown('UPDATE_COMPLETE', OLD, -1)), 'succeeded', facts({ operationType: 'UPDATE' })],
  ['UPDATE without a time', looks(state('UPDATE_IN_PROGRESS'), state('UPDATE_COMPLETE')), 'succeeded, untied, noted', noted('does not tell when this UPDATE began')],

  // What the first look finds over.
  ['created a year ago', looks(shown('CREATE_COMPLETE', OLD, OLD + 60)), 'pending'],
  ['created a year ago, UPDATE, rolled back', looks(shown('CREATE_COMPLETE', OLD, OLD + 60), shown('UPDATE_IN_PROGRESS', OLD, 5), shown('UPDATE_ROLLBACK_COMPLETE', OLD, 5)), 'failed', facts({ operationType: 'UPDATE' })],
  ['created a year ago, UPDATE, ROLLBACK', looks(shown('CREATE_COMPLETE', OLD), shown('UPDATE_IN_PROGRESS', OLD, 5), shown('ROLLBACK_IN_PROGRESS', OLD, 5), shown('ROLLBACK_COMPLETE', OLD, 5)), 'failed'],
  ['updated a year ago, for a minute', forAMinute(shown('UPDATE_COMPLETE', OLD, OLD + 60)), 'lost, noted', noted('UPDATE_COMPLETE, begun at 2025-01-02T03:01:00Z')],
  ['begun 5 min before submission', looks(shown('UPDATE_COMPLETE', OLD, -300)), 'succeeded'],
  ['begun 5 min 1 s before submission', looks(shown('UPDATE_COMPLETE', OLD, -301)), 'pending'],
  ['failed, begun 5 min 1 s before submission', looks(shown('UPDATE_FAILED', OLD, -301)), 'pending'],
  ['late, begun within the grace time', [[900, shown('UPDATE_COMPLETE', OLD, 60)]], 'succeeded'],
  ['late, begun after the grace time', [[900, shown('UPDATE_COMPLETE', OLD, 61)], [960, shown('UPDATE_COMPLETE', OLD, 61)]], 'lost, noted', noted('begun at 2026-01-02T03:01:01Z')],
  ['deleted, of unknown age', forAMinute(shown('DELETE_COMPLETE', OLD)), 'lost, noted', noted('DELETE_COMPLETE')],
  ['without times', forAMinute(state('UPDATE_COMPLETE')), 'lost, noted', noted('of unknown age')],
  ['a word that nobody documents, then an old end', looks(shown('RESUME_IN_PROGRESS', OLD), shown('CREATE_COMPLETE', OLD)), 'running, unknown word'],

  // A change set waits for a person.
  ['REVIEW', looks(shown('REVIEW_IN_PROGRESS', -1)), 'attention', { after: { owed: [{ event: 'attention' }] } }],
  ['REVIEW for a day, CREATE', [[1, shown('REVIEW_IN_PROGRESS', OLD)], [86_400, shown('CREATE_IN_PROGRESS', OLD)], [86_500, shown('CREATE_COMPLETE', OLD)]], 'succeeded', facts({ operationType: 'CREATE' })],
  ['REVIEW, imported', looks(shown('REVIEW_IN_PROGRESS', OLD), shown('IMPORT_CREATE_COMPLETE', OLD)), 'succeeded', facts({ operationType: 'IMPORT_CREATE' })],
  ['REVIEW, deleted', looks(shown('REVIEW_IN_PROGRESS', -9), shown('DELETE_COMPLETE', -9)), 'canceled, inferred, noted'],
  ['REVIEW, updated', looks(shown('REVIEW_IN_PROGRESS', -9), shown('UPDATE_COMPLETE', -9, 5)), 'succeeded, inferred, noted'],

  // A stack that is gone.
  ['DELETE, deleted', looks(shown('DELETE_IN_PROGRESS', OLD), shown('DELETE_COMPLETE', OLD, 9)), 'succeeded', facts({ operationType: 'DELETE' })],
  ['DELETE, StackNotFound', looks(shown('DELETE_IN_PROGRESS', OLD), gone), 'succeeded, inferred, noted', { after: { word: 'StackNotFound', facts: { operationType: 'DELETE' } } }],
  ['UPDATE, StackNotFound', looks(shown('UPDATE_IN_PROGRESS', OLD, -1), gone, gone, gone), 'lost, noted', noted('StackNotFound')],

  // The submission names the action or the update.
  ['Action DELETE: StackNotFound after its stack', looks(shown('CREATE_COMPLETE', OLD), gone), 'succeeded, inferred, noted', { fields: { Action: 'DELETE' } }],
  ['Action DELETE: StackNotFound from the first', forAMinute(gone), 'lost, noted', { fields: { Action: 'DELETE' } }],
  ['Action DELETE: deleted, of unknown age', looks(shown('DELETE_COMPLETE', OLD)), 'succeeded, untied, noted', { fields: { Action: 'DELETE' } }],
  ['Action DELETE: an update', looks(shown('UPDATE_COMPLETE', OLD, -1)), 'pending', { fields: { Action: 'DELETE' } }],
  ['Action UPDATE: deleted', forAMinute(shown('DELETE_COMPLETE', -9, -9)), 'lost, noted', { fields: { Action: 'update' }, ...noted('no UPDATE was seen') }],
  ['Action CREATE: created', looks(shown('CREATE_COMPLETE', -9)), 'succeeded', { fields: { Action: 'CREATE' } }],
  ['UpdateTime: an update before it', looks(shown('UPDATE_COMPLETE', OLD, -1)), 'pending', { fields: { UpdateTime: time(SUBMITTED_AT) } }],
  ['UpdateTime: that update, long over', looks(shown('UPDATE_COMPLETE', OLD, OLD + 9)), 'succeeded', { fields: { UpdateTime: time(SUBMITTED_AT + (OLD + 9) * 1_000) } }],
  ['UpdateTime: an update after it', [[1, shown('UPDATE_COMPLETE', OLD, 9)], [61, shown('UPDATE_COMPLETE', OLD, 9)]], 'lost, noted', { fields: { UpdateTime: time(SUBMITTED_AT) }, ...noted('no update of 2026-01-02T03:00:00 was seen') }],

  // Earlier watches of the stack.
  ['an end that was reported', forAMinute(shown('UPDATE_COMPLETE', OLD, -100)), 'lost, noted', { ...reported('UPDATE 2026-01-02T02:58:20.000Z'), ...noted('w_before') }],
  ['an end that was reported, the next update', looks(shown('UPDATE_COMPLETE', OLD, -100), shown('UPDATE_IN_PROGRESS', OLD, 9), shown('UPDATE_COMPLETE', OLD, 9)), 'succeeded', reported('UPDATE 2026-01-02T02:58:20.000Z')],
  ['a failed deletion that was reported, the next', looks(shown('DELETE_FAILED', OLD, -100), shown('DELETE_IN_PROGRESS', OLD, -100), shown('DELETE_COMPLETE', OLD, -100)), 'succeeded', reported('DELETE 2026-01-02T02:58:20.000Z')],
  ['seen under way by an earlier version', looks(shown('UPDATE_IN_PROGRESS', OLD, -900), shown('UPDATE_COMPLETE', OLD, -900)), 'succeeded', { before: { seenAt: SUBMITTED_AT } }],
  ['seen under way by an earlier version, over', looks(shown('UPDATE_COMPLETE', OLD, -900)), 'succeeded, untied, noted', { before: { seenAt: SUBMITTED_AT } }],

  // Reasons.
  ['a reason of another product', looks(shown('CREATE_FAILED', -1, -1, { OperationInfo: { Code: 'NoStock', LogicalResourceId: 'Vm', Message: 'sold out' } })), 'failed', facts({ reasonCode: 'NoStock', reasonMessage: 'Vm: sold out' })],
  ['a reason on the way and none at the end', looks(shown('UPDATE_IN_PROGRESS', -9, -9, { StatusReason: 'waits for stock' }), shown('UPDATE_FAILED', -9, -9)), 'failed', { facts: { operationType: 'UPDATE', requestId: 'r-1' } }],
  ['words beside a success', looks(shown('CREATE_COMPLETE', -9, -9, { StatusReason: 'Stack CREATE completed successfully' })), 'succeeded', facts({ message: 'Stack CREATE completed successfully' })],
];

/** A check has neither an id nor a time of its own. */
const isCheck = (word: string): boolean => /^CHECK_(COMPLETE|FAILED)$/.test(word);

runContract({
  provider: aliyunRos,
  operation: OPERATION,
  also: { Action: 'UPDATE', UpdateTime: '2026-01-02T03:00:00' },
  ends: { succeeded: WORDS.succeeded ?? [], failed: WORDS.failed ?? [] },
  table: [
    ...Object.entries(WORDS).flatMap(([status, words]) =>
      words.map((word): Row => [word, fresh(word), isCheck(word) ? `${status}, untied` : status]),
    ),
    ['UPDATE_COMPLETE between blanks, in small letters', fresh('\tupdate_complete\r\n'), 'succeeded'],
    ['COMPLETE', fresh('COMPLETE'), 'running, unknown word'],
    ['RESUME_COMPLETE', fresh('RESUME_COMPLETE'), 'running, unknown word'],
    ['no Status', fresh(undefined), 'RetryLater'],
    ['another StackId', state('UPDATE_IN_PROGRESS', { StackId: ID.replace(/0$/, '1') }), 'RetryLater'],
    ['its StackId in capitals', state('UPDATE_IN_PROGRESS', { StackId: ID.toUpperCase() }), 'running'],
    ['HTTP 404 StackNotFound', { status: 404, body: { Code: 'StackNotFound' } }, 'absent'],
    ['HTTP 404 ParentStackNotFound', { status: 404, body: { Code: 'ParentStackNotFound' } }, 'Misconfigured'],
  ],
  courses: COURSES,
});

tellsTheTruth(aliyunRos, stories);
