import { aliyunRos } from '../../lib/providers/aliyun-ros.ts';
import { type Row, runContract } from './contract.ts';
import type { Told } from './scripted.ts';

const state = (Status: unknown): Told => ({ body: { RequestId: 'r-1', StackId: 's-1', Status } });

const WORDS: Readonly<Record<string, readonly string[]>> = {
  running: [
    'CREATE_IN_PROGRESS',
    'UPDATE_IN_PROGRESS',
    'DELETE_IN_PROGRESS',
    'CREATE_ROLLBACK_IN_PROGRESS',
    'ROLLBACK_IN_PROGRESS',
    'CHECK_IN_PROGRESS',
    'REVIEW_IN_PROGRESS',
    'IMPORT_CREATE_IN_PROGRESS',
    'IMPORT_CREATE_ROLLBACK_IN_PROGRESS',
    'IMPORT_UPDATE_IN_PROGRESS',
    'IMPORT_UPDATE_ROLLBACK_IN_PROGRESS',
  ],
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

runContract({
  provider: aliyunRos,
  operation: { RegionId: 'cn-hangzhou', StackId: 'c754d2a4-28f1-46df-b557-9586173a0000' },
  ends: { succeeded: WORDS.succeeded ?? [], failed: WORDS.failed ?? [] },
  table: [
    ...Object.entries(WORDS).flatMap(([status, words]) => words.map((word): Row => [word, state(word), status])),
    ['COMPLETE', state('COMPLETE'), 'running, unknown word'],
    ['no Status', state(undefined), 'RetryLater'],
    ['HTTP 404 StackNotFound', { status: 404, body: { Code: 'StackNotFound' } }, 'absent'],
  ],
});
