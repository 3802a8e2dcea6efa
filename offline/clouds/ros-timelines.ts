/** The possible histories of a stack. Source of the words: help.aliyun.com, api-ros-2019-09-10-getstack. */
import type { Timeline } from './operation.ts';

/** A stack that was created long ago. */
export const AT_REST = '=CREATE_COMPLETE';

/** The actions on one stack, one after the other. */
// biome-ignore format: a table
export const ROS_TIMELINES: Readonly<Record<string, Timeline>> = {
  update:              [[0, '=UPDATE_IN_PROGRESS'], [1, '=UPDATE_COMPLETE']],
  'update-fails':      [[0, '=UPDATE_IN_PROGRESS'], [1, '=UPDATE_FAILED']],
  delete:              [[0, '=DELETE_IN_PROGRESS'], [1, '=DELETE_COMPLETE']],
  'delete-fails':      [[0, '=DELETE_IN_PROGRESS'], [1, '=DELETE_FAILED']],
  check:               [[0, '=CHECK_IN_PROGRESS'], [1, '=CHECK_COMPLETE']],
  import:              [[0, '=IMPORT_CREATE_IN_PROGRESS'], [1, '=IMPORT_CREATE_COMPLETE']],
  // Deleted, and then not known any more.
  gone:                [[0, '=DELETE_IN_PROGRESS'], [1, 'absent']],
  'rolls-back':        [[0, '=CREATE_IN_PROGRESS'], [0.5, '=CREATE_ROLLBACK_IN_PROGRESS'], [1, '=CREATE_ROLLBACK_COMPLETE']],
  'update-rolls-back': [[0, '=UPDATE_IN_PROGRESS'], [0.5, '=ROLLBACK_IN_PROGRESS'], [1, '=ROLLBACK_COMPLETE']],
  'rollback-fails':    [[0, '=UPDATE_IN_PROGRESS'], [0.5, '=ROLLBACK_IN_PROGRESS'], [1, '=ROLLBACK_FAILED']],
  // A change set waits until a person executes it.
  review:              [[0, '=REVIEW_IN_PROGRESS'], [0.5, '=CREATE_IN_PROGRESS'], [1, '=CREATE_COMPLETE']],
  // The stack shows its last end for a while, before the update begins.
  'rests-first':       [[0, AT_REST], [0.3, '=UPDATE_IN_PROGRESS'], [1, '=UPDATE_COMPLETE']],
  'rests-then-fails':  [[0, AT_REST], [0.3, '=UPDATE_IN_PROGRESS'], [0.6, '=ROLLBACK_IN_PROGRESS'], [1, '=ROLLBACK_COMPLETE']],
  // Another action comes before the end of the first is seen.
  'deleted-meanwhile': [[0, '=CREATE_IN_PROGRESS'], [0.5, '=DELETE_IN_PROGRESS'], [1, '=DELETE_COMPLETE']],
  'update-deleted':    [[0, '=UPDATE_IN_PROGRESS'], [0.5, '=DELETE_IN_PROGRESS'], [1, '=DELETE_COMPLETE']],
  'updated-meanwhile': [[0, '=CREATE_IN_PROGRESS'], [0.5, '=UPDATE_IN_PROGRESS'], [1, '=UPDATE_FAILED']],
  'checked-meanwhile': [[0, '=UPDATE_IN_PROGRESS'], [0.5, '=CHECK_IN_PROGRESS'], [1, '=CHECK_COMPLETE']],
  // Nobody sees the end of the first update, nor the second one under way.
  'updated-twice':     [[0, '=UPDATE_IN_PROGRESS'], [0.5, '=UPDATE_COMPLETE'], [0.5, '=UPDATE_IN_PROGRESS'], [0.5, '=UPDATE_COMPLETE']],
};
