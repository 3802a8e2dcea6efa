/** ROS GetStack, 2019-09-10: a stack is created, updated, deleted under one id, so its name comes again. */
import * as v from 'valibot';
import { callAliyun } from '../clouds/aliyun.ts';
import { code, fields, given, text } from '../clouds/fields.ts';
import { oneByOne } from './kit/in-turn.ts';
import { id, region } from './kit/operation.ts';
import { absentBy, type States, sightOf } from './kit/sight.ts';
import type { Ask, Cloud, Observation, Provider } from './provider.ts';

const Operation = v.strictObject({ RegionId: region('RegionId'), StackId: id('StackId') });
type RosOperation = v.InferOutput<typeof Operation>;

/** Status: what is rolled back has failed. Source: help.aliyun.com, api-ros-2019-09-10-getstack. */
const STATES: States = {
  CREATE_IN_PROGRESS: 'running',
  CREATE_COMPLETE: 'succeeded',
  CREATE_FAILED: 'failed',
  CREATE_ROLLBACK_IN_PROGRESS: 'running',
  CREATE_ROLLBACK_COMPLETE: 'failed',
  CREATE_ROLLBACK_FAILED: 'failed',
  UPDATE_IN_PROGRESS: 'running',
  UPDATE_COMPLETE: 'succeeded',
  UPDATE_FAILED: 'failed',
  ROLLBACK_IN_PROGRESS: 'running',
  ROLLBACK_COMPLETE: 'failed',
  ROLLBACK_FAILED: 'failed',
  DELETE_IN_PROGRESS: 'running',
  DELETE_COMPLETE: 'succeeded',
  DELETE_FAILED: 'failed',
  CHECK_IN_PROGRESS: 'running',
  CHECK_COMPLETE: 'succeeded',
  CHECK_FAILED: 'failed',
  REVIEW_IN_PROGRESS: 'running',
  IMPORT_CREATE_IN_PROGRESS: 'running',
  IMPORT_CREATE_COMPLETE: 'succeeded',
  IMPORT_CREATE_FAILED: 'failed',
  IMPORT_CREATE_ROLLBACK_IN_PROGRESS: 'running',
  IMPORT_CREATE_ROLLBACK_COMPLETE: 'failed',
  IMPORT_CREATE_ROLLBACK_FAILED: 'failed',
  IMPORT_UPDATE_IN_PROGRESS: 'running',
  IMPORT_UPDATE_COMPLETE: 'succeeded',
  IMPORT_UPDATE_FAILED: 'failed',
  IMPORT_UPDATE_ROLLBACK_IN_PROGRESS: 'running',
  IMPORT_UPDATE_ROLLBACK_COMPLETE: 'failed',
  IMPORT_UPDATE_ROLLBACK_FAILED: 'failed',
};

/** "No such stack". Source: help.aliyun.com, api-ros-2019-09-10-getstack, error codes. */
const UNKNOWN_CODE = /^StackNotFound$/;

const lookAt = async ({ operation }: Ask<RosOperation>, cloud: Cloud): Promise<Observation> => {
  const answer = await callAliyun(cloud, {
    product: 'ros',
    region: operation.RegionId,
    host: 'ros.aliyuncs.com',
    action: 'GetStack',
    version: '2019-09-10',
    method: 'POST',
    query: operation,
    unknownCode: UNKNOWN_CODE,
  });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  return sightOf(STATES, 'Status', body.Status, {
    // CreateTime and UpdateTime are the stack's, not the operation's.
    facts: given({
      reasonCode: code(fields(body.OperationInfo).Code),
      reasonMessage: text(body.StatusReason),
      error: text(body.RollbackFailedRootReason),
      requestId,
    }),
  });
};

export const aliyunRos: Provider<RosOperation> = {
  traits: {
    name: 'aliyun-ros',
    vendor: 'aliyun',
    operation: Operation,
    graceMs: 60_000,
    missesUntilLost: 3,
    namesRecur: true,
    console: ({ RegionId, StackId }) =>
      `https://ros.console.aliyun.com/${RegionId}/stacks/${encodeURIComponent(StackId)}`,
  },
  look: oneByOne(lookAt),
};
