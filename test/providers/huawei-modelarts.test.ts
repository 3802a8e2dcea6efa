import { huaweiModelArts } from '../../lib/providers/huawei-modelarts.ts';
import { runContract } from './contract.ts';
import type { Told } from './scripted.ts';

const state = (operation_status: unknown): Told => ({ body: { operation_id: 'o-1', operation_status } });

runContract({
  provider: huaweiModelArts,
  operation: {
    region: 'cn-north-4',
    project_id: '05f2cff45100d5112f4bc00b794ea08e',
    id: '5f9e2c1a-0b4d-4c6e-8a1f-0123456789ab',
    operation_id: '0d2f6a1e-1b2c-4d3e-9f40-abcdefabcdef',
  },
  ends: { succeeded: ['success'], failed: ['failed'] },
  table: [
    ['pending', state('pending'), 'pending'],
    ['running', state('running'), 'running'],
    ['success', state('success'), 'succeeded'],
    ['failed', state('failed'), 'failed'],
    ['SUCCESS', state('SUCCESS'), 'succeeded'],
    ['succeeded', state('succeeded'), 'running, unknown word'],
    [
      'operation_error beside running',
      { body: { operation_status: 'running', operation_error: { code: 'X' } } },
      'running',
    ],
    ['no operation_status', { body: { operation_id: 'o-1' } }, 'RetryLater'],
    ['HTTP 400 ModelArts.6404', { status: 400, body: { error_code: 'ModelArts.6404' } }, 'absent'],
    ['HTTP 404 ModelArts.0404', { status: 404, body: { error_code: 'ModelArts.0404' } }, 'absent'],
    ['HTTP 400 of another code', { status: 400, body: { error_code: 'ModelArts.0005' } }, 'Misconfigured'],
    ['HTTP 200 with error_code', { body: { error_code: 'ModelArts.0010' } }, 'RetryLater'],
  ],
});
