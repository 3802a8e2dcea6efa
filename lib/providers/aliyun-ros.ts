/**
 * Reads ROS GetStack, 2019-09-10. `Status` belongs to the stack and not to one operation: ROS creates, updates, checks
 * and deletes one stack under one id. kit/ros-run.ts decides which status belongs to the watched run.
 */
import * as v from 'valibot';
import { callAliyun } from '../clouds/aliyun.ts';
import type { Cloud } from '../clouds/cloud.ts';
import { ACTIONS, isCreation, isUpdate, stackOf, utc } from '../clouds/ros-stack.ts';
import type { Ask, Observation } from '../core/observation.ts';
import { sentence } from '../core/sentences.ts';
import { id, region } from './kit/operation.ts';
import { BEGINS, ofNone, ofRun, type RosOperation } from './kit/ros-run.ts';
import { byClockOf } from './kit/run.ts';
import { lookSequentially } from './kit/sequentially.ts';
import { mustBeAbout, type States, sightOf } from './kit/sight.ts';
import type { Provider } from './provider.ts';

const Named = v.strictObject({
  RegionId: region('RegionId'),
  StackId: id('StackId'),
  Action: v.optional(
    v.pipe(
      v.string(sentence('field_string', { name: 'Action' })),
      v.trim(),
      v.toUpperCase(),
      v.picklist(ACTIONS, sentence('field_one_of', { name: 'Action', names: ACTIONS.join(', ') })),
    ),
  ),
  UpdateTime: v.optional(
    v.pipe(
      v.string(sentence('field_string', { name: 'UpdateTime' })),
      v.trim(),
      v.maxLength(40, sentence('field_long', { name: 'UpdateTime', count: '40' })),
      v.check(
        (time) => utc(time) !== undefined,
        sentence('field_time', { name: 'UpdateTime', words: '2026-01-02T03:04:05' }),
      ),
      v.transform((time) => new Date(utc(time) ?? 0).toISOString().slice(0, 19)),
    ),
  ),
});
const Operation = v.pipe(
  Named,
  v.check(
    ({ Action, UpdateTime }) => UpdateTime === undefined || Action === undefined || isUpdate(Action),
    sentence('ros_update_only'),
  ),
);

/**
 * The words of Status. Source: help.aliyun.com, api-ros-2019-09-10-getstack; DELETE_COMPLETE from ListStacks. An
 * operation that ROS rolled back has failed. UPDATE_ROLLBACK_* is CloudFormation's name for ROLLBACK_* of ROS. opwatch
 * accepts it from APIs that follow CloudFormation.
 */
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
  UPDATE_ROLLBACK_IN_PROGRESS: 'running',
  UPDATE_ROLLBACK_COMPLETE: 'failed',
  UPDATE_ROLLBACK_FAILED: 'failed',
  ROLLBACK_IN_PROGRESS: 'running',
  ROLLBACK_COMPLETE: 'failed',
  ROLLBACK_FAILED: 'failed',
  DELETE_IN_PROGRESS: 'running',
  DELETE_COMPLETE: 'succeeded',
  DELETE_FAILED: 'failed',
  CHECK_IN_PROGRESS: 'running',
  CHECK_COMPLETE: 'succeeded',
  CHECK_FAILED: 'failed',
  REVIEW_IN_PROGRESS: 'attention',
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

/** The code for "no such stack". Source: help.aliyun.com, api-ros-2019-09-10-getstack, error codes. */
const UNKNOWN_CODE = /^StackNotFound$/;

const lookAt = async (ask: Ask<RosOperation>, cloud: Cloud): Promise<Observation> => {
  const { RegionId, StackId } = ask.operation;
  const answer = await callAliyun(cloud, {
    product: 'ros',
    region: RegionId,
    host: 'ros.aliyuncs.com',
    action: 'GetStack',
    version: '2019-09-10',
    method: 'POST',
    query: { RegionId, StackId },
    unknownCode: UNKNOWN_CODE,
  });
  if (answer.kind === 'unknown') return ofNone(answer.words, ask);
  mustBeAbout({ StackId }, answer.body, answer.requestId);
  const stack = stackOf(answer.body, answer.requestId);
  return ofRun(
    sightOf(STATES, 'Status', stack.word, { facts: stack.facts }),
    stack,
    byClockOf(cloud, ask),
    cloud.now + cloud.skewMs,
  );
};

export const aliyunRos: Provider<RosOperation> = {
  traits: {
    name: 'aliyun-ros',
    vendor: 'aliyun',
    operation: Operation,
    typeOf: ({ Action }) => Action,
    ...BEGINS,
    missesUntilLost: 3,
    // A stack has one creation and one deletion, and its update time names one update. Such names never come again.
    namesRecur: ({ Action, UpdateTime }, end) =>
      UpdateTime === undefined &&
      !(end === 'succeeded' && Action !== undefined && (Action === 'DELETE' || isCreation(Action))),
    console: ({ RegionId, StackId }) =>
      `https://ros.console.aliyun.com/${RegionId}/stacks/${encodeURIComponent(StackId)}`,
  },
  look: lookSequentially(lookAt),
};
