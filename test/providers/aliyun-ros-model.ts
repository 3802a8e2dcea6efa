/** What really happens to a stack, and what GetStack shows of it: late, out of order, without times, of another stack. */
import fc from 'fast-check';
import { SUBMITTED_AT } from './course.ts';
import type { Reply } from './scripted.ts';
import type { Story } from './truth.ts';

/** Instants are seconds since the submission. */
type Run = {
  readonly action: 'CREATE' | 'UPDATE' | 'IMPORT_UPDATE' | 'CHECK' | 'DELETE';
  readonly begin: number;
  readonly end: number;
  readonly how: 'COMPLETE' | 'FAILED' | 'ROLLBACK';
};

const WINDOW = { from: -300, to: 60 };
const OPERATION = { RegionId: 'cn-hangzhou', StackId: 'c754d2a4-28f1-46df-b557-9586173a0000' };

const time = (seconds: number): string => new Date(SUBMITTED_AT + seconds * 1_000).toISOString().slice(0, 19);

const ROLLBACKS: Readonly<Partial<Record<Run['action'], string>>> = {
  CREATE: 'CREATE_ROLLBACK',
  UPDATE: 'ROLLBACK',
  IMPORT_UPDATE: 'IMPORT_UPDATE_ROLLBACK',
};
const isUpdate = ({ action }: Run): boolean => action === 'UPDATE' || action === 'IMPORT_UPDATE';

/** One run after the other. Only a stack that was created is updated, and nothing follows a deletion that succeeded. */
const runs: fc.Arbitrary<readonly Run[]> = fc
  .tuple(
    fc.constantFrom(-4_000, -400, -100, -5, 5, 40),
    fc.array(
      fc.record({
        action: fc.constantFrom('UPDATE', 'UPDATE', 'UPDATE', 'IMPORT_UPDATE', 'CHECK', 'DELETE'),
        rest: fc.constantFrom(1, 20, 100, 400, 3_000),
        lasts: fc.constantFrom(1, 10, 60, 300),
        how: fc.constantFrom('COMPLETE', 'COMPLETE', 'FAILED', 'ROLLBACK'),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([start, some]) => {
    const made: Run[] = [];
    for (const { action, rest, lasts, how } of some as (Omit<Run, 'begin' | 'end'> & {
      rest: number;
      lasts: number;
    })[]) {
      const before = made.at(-1);
      if (before?.action === 'DELETE') break;
      const begin = before === undefined ? start : before.end + rest;
      const last = made[0] !== undefined && made[0].how !== 'COMPLETE' ? 'DELETE' : action;
      made.push({ action: before === undefined ? 'CREATE' : last, begin, end: begin + lasts, how });
    }
    return made;
  });

/** What a look sees: which run, whether it is over, and the answer. */
type Sight = { readonly told: Reply; readonly run?: Run; readonly isOver?: boolean; readonly isGone?: boolean };

const sightAt = (all: readonly Run[], at: number, isForgotten: boolean): Sight => {
  const notFound: Reply = { status: 404, body: { Code: 'StackNotFound', Message: 'The Stack could not be found.' } };
  const run = all.findLast(({ begin }) => begin <= at);
  if (!run) return { told: notFound };
  const isOver = at >= run.end;
  if (isForgotten && isOver && run.action === 'DELETE' && run.how === 'COMPLETE')
    return { told: notFound, isGone: true };
  const rollback = run.how === 'ROLLBACK' ? ROLLBACKS[run.action] : undefined;
  const isBack = rollback !== undefined && at >= (run.begin + run.end) / 2;
  const end = run.how === 'COMPLETE' ? 'COMPLETE' : rollback ? 'COMPLETE' : 'FAILED';
  const updated = all.findLast((one) => one.begin <= at && isUpdate(one));
  const body = {
    RequestId: 'r-1',
    StackId: OPERATION.StackId,
    Status: `${isBack ? rollback : run.action}_${isOver ? end : 'IN_PROGRESS'}`,
    CreateTime: time(all[0]?.begin ?? 0),
    ...(updated && { UpdateTime: time(updated.begin) }),
  };
  return { told: { body }, run, isOver };
};

const edited = (told: Reply, edit: object): Reply => ({ ...told, body: { ...(told.body as object), ...edit } });

/** The answer with something in it that makes it show nothing of the run. */
const hiding = (sight: Sight, edit: object): Sight => (sight.run ? { told: edited(sight.told, edit) } : sight);

/** How an answer is spoiled. Those that show nothing of the stack are no sight of it. */
const SPOILT: Readonly<Record<string, (sight: Sight) => Sight>> = {
  none: (sight) => sight,
  untimed: (sight) => ({ ...sight, told: edited(sight.told, { CreateTime: undefined, UpdateTime: undefined }) }),
  padded: (sight) => ({ ...sight, told: edited(sight.told, { StackName: 'a', OperationInfo: {} }) }),
  another: (sight) => hiding(sight, { StackId: OPERATION.StackId.replace(/0$/, '1') }),
  unknown: (sight) => hiding(sight, { Status: 'RESUME_COMPLETE' }),
  broken: () => ({ told: { status: 503, body: { Code: 'ServiceUnavailable' } } }),
};

const looks = fc
  .array(
    fc.record({
      gap: fc.constantFrom(1, 5, 30, 120, 600),
      lag: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(5, 60, 500)),
      spoilt: fc.oneof({ weight: 6, arbitrary: fc.constant('none') }, fc.constantFrom(...Object.keys(SPOILT))),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((some) => {
    let at = 0;
    return some.map(({ gap, ...look }) => {
      at += gap;
      return { ...look, at };
    });
  });

/** The run that is watched is named, or the first that a look shows under way, or one begun about at the submission. */
export const stories: fc.Arbitrary<Story> = fc
  .record({
    all: runs,
    seen: looks,
    isForgotten: fc.boolean(),
    action: fc.option(fc.constantFrom('CREATE', 'UPDATE', 'DELETE', 'CHECK', 'IMPORT_UPDATE'), { nil: undefined }),
    named: fc.option(fc.nat(4), { nil: undefined, freq: 4 }),
  })
  .map(({ all, seen, isForgotten, action, named }) => {
    const wanted = all[named ?? -1];
    const update = wanted && isUpdate(wanted) ? wanted : undefined;
    const Action = update ? update.action : action;
    const fits = (run: Run) =>
      (update === undefined || run === update) && (Action === undefined || run.action === Action);
    let watched: Run | undefined;
    const told = seen.map(({ at, lag, spoilt }) => {
      const view = Math.max(at - lag, Math.min(all[0]?.begin ?? at, at));
      const sight = SPOILT[spoilt]?.(sightAt(all, view, isForgotten)) ?? sightAt(all, view, isForgotten);
      const { run, isOver, isGone } = sight;
      if (run && !isOver && fits(run)) watched ??= run;
      return { step: [at, sight.told] as const, succeeds: isSuccess(run, isOver, isGone) };
    });

    function isSuccess(run: Run | undefined, isOver = false, isGone = false): boolean {
      if (isGone) return watched ? watched.action === 'DELETE' : Action === 'DELETE';
      if (!run) return false;
      if (watched?.action === 'CREATE' && isUpdate(run)) return true;
      if (!isOver || run.how !== 'COMPLETE') return false;
      const isRecent = run.begin >= WINDOW.from && run.begin <= WINDOW.to;
      return watched ? run === watched : fits(run) && (update !== undefined || isRecent);
    }
    const operation = { ...OPERATION, ...(Action && { Action }), ...(update && { UpdateTime: time(update.begin) }) };
    return { operation, looks: told, about: all };
  });
