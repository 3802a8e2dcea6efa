/** The stand-in of ROS plays a stack to which more than one thing happens, and what becomes of a watch that looks at it. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { isOver } from '../../lib/core/watch.ts';
import { aliyunRos } from '../../lib/providers/aliyun-ros.ts';
import { lookedAt, SUBMITTED_AT, standing, submitted } from '../providers/course.ts';
import { idsOf } from './operations.ts';
import { useClouds } from './stand-in.ts';

const { clock, create, look } = useClouds();
const operation = v.parse(aliyunRos.traits.operation, idsOf('aliyun-ros'));

/** The words of five looks within 20 s, as long as the watch goes on, and how it stands then. */
const watchThrough = async (options: object) => {
  clock.now = SUBMITTED_AT;
  await create('aliyun-ros', { seconds: 20, ...options });
  let watch = submitted(aliyunRos, operation);
  const words: unknown[] = [];
  for (const seconds of [1, 7, 13, 19, 25]) {
    if (isOver(watch.status)) break;
    clock.now = SUBMITTED_AT + seconds * 1_000;
    const { status, json } = await look('aliyun-ros');
    const body = json as Record<string, unknown>;
    words.push(String(body.Status ?? body.Code).replace('_IN_PROGRESS', '…'));
    watch = await lookedAt(aliyunRos, watch, [seconds, { status, body }]);
  }
  return { words: words.join(' '), standing: standing(watch), watch };
};

describe('a stack', () => {
  test.each([
    ['success', 'CREATE… CREATE… CREATE… CREATE… CREATE_COMPLETE', 'succeeded'],
    ['failed', 'CREATE… CREATE… CREATE… CREATE… CREATE_FAILED', 'failed'],
    ['update', 'UPDATE… UPDATE… UPDATE… UPDATE… UPDATE_COMPLETE', 'succeeded'],
    ['update-fails', 'UPDATE… UPDATE… UPDATE… UPDATE… UPDATE_FAILED', 'failed'],
    ['delete', 'DELETE… DELETE… DELETE… DELETE… DELETE_COMPLETE', 'succeeded'],
    ['delete-fails', 'DELETE… DELETE… DELETE… DELETE… DELETE_FAILED', 'failed'],
    ['check', 'CHECK… CHECK… CHECK… CHECK… CHECK_COMPLETE', 'succeeded, untied, noted'],
    ['import', 'IMPORT_CREATE… IMPORT_CREATE… IMPORT_CREATE… IMPORT_CREATE… IMPORT_CREATE_COMPLETE', 'succeeded'],
    ['gone', 'DELETE… DELETE… DELETE… DELETE… StackNotFound', 'succeeded, inferred, noted'],
    ['rolls-back', 'CREATE… CREATE… CREATE_ROLLBACK… CREATE_ROLLBACK… CREATE_ROLLBACK_COMPLETE', 'failed'],
    ['update-rolls-back', 'UPDATE… UPDATE… ROLLBACK… ROLLBACK… ROLLBACK_COMPLETE', 'failed'],
    ['rollback-fails', 'UPDATE… UPDATE… ROLLBACK… ROLLBACK… ROLLBACK_FAILED', 'failed'],
    ['review', 'REVIEW… REVIEW… CREATE… CREATE… CREATE_COMPLETE', 'succeeded'],
    ['rests-first', 'CREATE_COMPLETE UPDATE… UPDATE… UPDATE… UPDATE_COMPLETE', 'succeeded'],
    ['rests-then-fails', 'CREATE_COMPLETE UPDATE… ROLLBACK… ROLLBACK… ROLLBACK_COMPLETE', 'failed'],
    ['deleted-meanwhile', 'CREATE… CREATE… DELETE…', 'canceled, inferred, noted'],
    ['update-deleted', 'UPDATE… UPDATE… DELETE…', 'canceled, inferred, noted'],
    ['updated-meanwhile', 'CREATE… CREATE… UPDATE…', 'succeeded, inferred, noted'],
    ['checked-meanwhile', 'UPDATE… UPDATE… CHECK…', 'lost, noted'],
    ['updated-twice', 'UPDATE… UPDATE… UPDATE_COMPLETE', 'lost, noted'],
  ])('aliyun-ros | %s: %s -> %s', async (scenario, words, expected) => {
    const { watch: _, ...seen } = await watchThrough({ scenario });
    expect(seen).toEqual({ words, standing: expected });
  });

  test.each([
    [
      'of-another',
      'UPDATE_COMPLETE UPDATE_COMPLETE UPDATE_COMPLETE UPDATE_COMPLETE UPDATE_COMPLETE',
      'pending, of_another',
    ],
    ['of-before', 'UPDATE… UPDATE_COMPLETE UPDATE… UPDATE_COMPLETE UPDATE_COMPLETE', 'succeeded'],
    ['without-times', 'UPDATE… UPDATE… UPDATE… UPDATE… UPDATE_COMPLETE', 'succeeded, untied, noted'],
  ])('aliyun-ros | update, %s: %s -> %s', async (fault, words, expected) => {
    const { watch: _, ...seen } = await watchThrough({ scenario: 'update', fault });
    expect(seen).toEqual({ words, standing: expected });
  });

  test('that fails tells the resource and its code, and both reasons where its rollback fails', async () => {
    const reason = { code: 'NoStock', message: 'sold out' };
    expect((await watchThrough({ scenario: 'rollback-fails', reason })).watch.facts).toMatchObject({
      operationType: 'UPDATE',
      reasonCode: 'NoStock',
      reasonMessage: 'Resource UPDATE failed: NoStock: sold out',
      error: 'Resource UPDATE failed: NoStock',
    });
  });

  test('that was updated last year is at rest', async () => {
    expect((await watchThrough({ scenario: 'update', agoSeconds: 365 * 86_400 })).standing).toBe('pending');
  });
});
