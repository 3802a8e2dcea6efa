/** Reads a ROS stack: the status of its last operation, and the times of the stack. */
import type { Facts } from '../core/observation.ts';
import { capitals, code, type Fields, fields, given, instant, text, trimmed } from './fields.ts';

export const ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'CHECK', 'IMPORT_CREATE', 'IMPORT_UPDATE'] as const;
export type Action = (typeof ACTIONS)[number];

export const isAction = (text: string | undefined): text is Action => ACTIONS.some((action) => action === text);
export const isCreation = (action: Action): boolean => action === 'CREATE' || action === 'IMPORT_CREATE';
export const isUpdate = (action: Action): boolean => action === 'UPDATE' || action === 'IMPORT_UPDATE';

export type Stack = {
  /** `Status` without the blanks around it. */
  readonly word?: string;
  /** The operation that set the status. Missing for REVIEW_IN_PROGRESS and for a status that no page documents. */
  readonly action?: Action;
  /** The operation has failed. ROS is undoing it, or has already undone it. */
  readonly isRollback: boolean;
  /** The status is ROLLBACK_* without an action. ROS writes it for an update, CloudFormation for a creation. */
  readonly isBare: boolean;
  /** The time when the operation began, epoch ms. For a deletion or a check, ROS shows only an earlier time. */
  readonly at?: number;
  readonly facts: Facts;
};

/** Reads a time in the vendor's format, in UTC and without a zone: `2019-08-01T04:07:39`. */
export const utc = (value: unknown): number | undefined => instant(value) ?? instant(`${text(value)}Z`);

const STAGE = /^(.*?)_?(ROLLBACK)?_(?:IN_PROGRESS|COMPLETE|FAILED)$/;

const operationIn = (word: string): Pick<Stack, 'action' | 'isRollback' | 'isBare'> => {
  const [, stem, rollback] = STAGE.exec(capitals(word)) ?? [];
  const isRollback = rollback !== undefined;
  const isBare = isRollback && stem === '';
  const action = isBare ? 'UPDATE' : stem;
  return { isRollback, isBare, ...(isAction(action) && { action }) };
};

const beganAt = (action: Action | undefined, body: Fields): number | undefined => {
  const created = utc(body.CreateTime);
  const updated = utc(body.UpdateTime);
  if (action === undefined || isCreation(action)) return created;
  return isUpdate(action) ? updated : (updated ?? created);
};

/**
 * Collects the facts of a stack. The reason comes from `StatusReason`, or else from the product that failed inside ROS,
 * with the name of the resource.
 */
const factsOf = (body: Fields, action: Action | undefined, requestId: string | undefined): Facts => {
  const info = fields(body.OperationInfo);
  const step = [text(info.LogicalResourceId), text(info.Message)].filter(Boolean).join(': ');
  return given({
    operationType: action,
    reasonCode: code(info.Code),
    reasonMessage: text(body.StatusReason) ?? text(step),
    error: text(body.RollbackFailedRootReason),
    requestId,
  });
};

/** Reads the body of GetStack. Source: help.aliyun.com, api-ros-2019-09-10-getstack. */
export const stackOf = (body: Fields, requestId: string | undefined): Stack => {
  const word = text(trimmed(text(body.Status) ?? ''));
  const operation = operationIn(word ?? '');
  return {
    ...operation,
    facts: factsOf(body, operation.action, requestId),
    ...given({ word, at: beganAt(operation.action, body) }),
  };
};
