import { describe, expect, test } from 'vitest';
import type { Allotment } from '../../lib/core/call-request.ts';
import type { DueWatch } from '../../lib/look/outcome.ts';
import { allotTo, groupsOf, planOf } from '../../lib/look/plan.ts';
import { OPERATIONS, T0, watchWith } from '../samples.ts';

type Given = { readonly slots?: readonly number[]; readonly first?: true; readonly isNew?: true };

/** A watch that no other shares a call with. */
const alone = (id: string, { isNew, ...given }: Given = {}): DueWatch => ({
  watch: watchWith({ id, ...(!isNew && { seenAt: T0 }) }),
  ...given,
});

/** A watch of the one cluster: one call answers for all of them. */
const task = (id: string, { isNew, ...given }: Given = {}): DueWatch => ({
  watch: watchWith({
    id,
    provider: 'aliyun-ehpc',
    operation: { ...OPERATIONS['aliyun-ehpc'], TaskId: id },
    ...(!isNew && { seenAt: T0 }),
  }),
  ...given,
});

const known = { now: T0, needsScout: false, hasAnswer: () => false };
const idsOf = ({ dues }: { readonly dues: readonly DueWatch[] }) => dues.map(({ watch }) => watch.id).join(' ');
const planned = (dues: readonly DueWatch[], knowledge = known) => {
  const { going, following } = planOf(groupsOf(dues), knowledge);
  return { going: going.map(({ group, wish }) => ({ ids: idsOf(group), ...wish })), following: following.map(idsOf) };
};

describe('watches are looked at together', () => {
  test.each<[string, readonly DueWatch[], readonly string[]]>([
    ['none', [], []],
    ['each for itself where no call answers for several', [alone('a'), alone('b')], ['a', 'b']],
    ['where one call answers for all of them', [task('a'), task('b'), alone('c')], ['a b', 'c']],
    [
      'of one cluster, and not with those of another',
      [task('a'), { watch: watchWith({ ...task('b').watch, operation: { ClusterId: 'other', TaskId: 'b' } }) }],
      ['a', 'b'],
    ],
    ['but for those whose provider is gone', [{ watch: watchWith({ id: 'a', provider: 'gone' }) }, alone('b')], ['b']],
  ])('%s', (_, dues, groups) => {
    expect(groupsOf(dues).map(idsOf)).toEqual(groups);
  });
});

describe('a group asks the lane', () => {
  const usual = { watch: 'a', isSound: true, calls: 1, held: [] };
  test.each<[string, readonly DueWatch[], object, object]>([
    ['for one call', [alone('a')], {}, usual],
    ['as one that has shown nothing yet', [alone('a', { isNew: true })], {}, { ...usual, isSound: false }],
    ['for the times it was promised', [alone('a', { slots: [T0] })], {}, { ...usual, held: [T0] }],
    [
      'for as many calls as it has times',
      [alone('a', { slots: [9, 7].map((ms) => T0 + ms) })],
      {},
      { ...usual, calls: 2, held: [T0 + 7, T0 + 9] },
    ],
    [
      'for the times of all its watches',
      [task('a', { slots: [T0 + 5] }), task('b', { slots: [T0] })],
      {},
      { ...usual, calls: 2, held: [T0, T0 + 5] },
    ],
    ['anew where its times are over', [alone('a', { slots: [T0 - 60_000] })], {}, usual],
    [
      'before all others where one of its watches goes first',
      [task('a'), task('b', { first: true })],
      {},
      { ...usual, first: true },
    ],
    ['for no call where an answer of just now may do', [task('a')], { hasAnswer: () => true }, { ...usual, calls: 0 }],
    [
      'for no call then, though it was promised one',
      [task('a', { slots: [T0] })],
      { hasAnswer: () => true },
      { ...usual, calls: 0, held: [T0] },
    ],
    [
      'for its calls all the same where it was promised several',
      [task('a', { slots: [T0] }), task('b', { slots: [T0] })],
      { hasAnswer: () => true },
      { ...usual, calls: 2, held: [T0, T0] },
    ],
    ['for a call where no other watch can have its answer', [alone('a')], { hasAnswer: () => true }, usual],
    ['as a scout, even alone', [alone('a')], { needsScout: true }, { ...usual, isScout: true }],
  ])('%s', (_, dues, knowledge, wish) => {
    const { going, following } = planned(dues, { ...known, ...knowledge });
    expect(going).toEqual([{ ids: expect.any(String), ...wish }]);
    expect(following).toEqual([]);
  });
});

describe('one group goes first where nobody knows how the connection fares', () => {
  const scout = { isScout: true, isFollowed: true };
  test.each<[string, readonly DueWatch[], string, readonly string[]]>([
    [
      'the first of those that were answered well',
      [alone('a', { isNew: true }), alone('b'), alone('c')],
      'b',
      ['a', 'c'],
    ],
    ['any, where none was', [alone('a', { isNew: true }), alone('b', { isNew: true })], 'a', ['b']],
    ['a whole cluster', [alone('a', { isNew: true }), task('b', { isNew: true }), task('c')], 'b c', ['a']],
  ])('%s', (_, dues, first, behind) => {
    const { going, following } = planned(dues, { ...known, needsScout: true });
    expect(going).toMatchObject([{ ids: first, ...scout }]);
    expect(following).toEqual(behind);
  });

  test('and all at once where this function knows', () => {
    const { going, following } = planned([alone('a'), alone('b')]);
    expect(going.map(({ ids }) => ids)).toEqual(['a', 'b']);
    expect(going).not.toContainEqual(expect.objectContaining({ isFollowed: true }));
    expect(following).toEqual([]);
  });
});

describe('a group', () => {
  const later = { retryAt: T0 + 60_000, why: 'full' } as const;
  test.each<[string, Allotment, object]>([
    ['that has its times asks', { slots: [T0] }, { reserved: { slots: [T0] } }],
    ['that needs no call asks, without a time', { slots: [] }, { reserved: { slots: [] } }],
    [
      'that tries refused credentials asks',
      { slots: [T0], isTrial: true },
      { reserved: { slots: [T0], isTrial: true } },
    ],
    ['that has no times comes back', later, { outcomes: [later, later] }],
    [
      'that was promised times comes back for them, the first watch alone',
      { ...later, slots: [T0 + 5] },
      { outcomes: [{ ...later, slots: [T0 + 5] }, later] },
    ],
    ['that was promised none comes back without', { ...later, slots: [] }, { outcomes: [later, later] }],
    [
      'whose connection is refused comes back',
      { ...later, why: 'refused' },
      {
        outcomes: [
          { ...later, why: 'refused' },
          { ...later, why: 'refused' },
        ],
      },
    ],
  ])('%s', (_, allotment, expected) => {
    const { going } = planOf(groupsOf([task('a'), task('b')]), known);
    const [allotted] = allotTo(going, [allotment]);
    expect(allotted).toMatchObject(expected);
    expect(Object.keys(allotted ?? {})).toEqual(['group', ...Object.keys(expected)]);
  });

  test('gets what was allotted to its own wish', () => {
    const { going } = planOf(groupsOf([alone('a'), alone('b')]), known);
    expect(allotTo(going, [later, { slots: [T0] }])).toMatchObject([
      { group: { dues: [{ watch: { id: 'a' } }] }, outcomes: [later] },
      { group: { dues: [{ watch: { id: 'b' } }] }, reserved: { wish: { watch: 'b' }, slots: [T0] } },
    ]);
  });

  test('that the lane has left out is a fault of our own', () => {
    expect(() => allotTo(planOf(groupsOf([alone('a')]), known).going, [])).toThrow('the lane left out a wish');
  });
});
