/**
 * A restore as docs/operations.md has it: everything is stopped, the table is what it was at a point in time, the queues are new
 * and empty, and everybody submits again what they submitted since that point.
 */
import { isOnTheWay } from '../../lib/core/event.ts';
import type { Item } from '../../lib/core/item.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { createRng } from '../world/rng.ts';
import { QUEUES, START, type World } from '../world/world.ts';
import { endsShown, isHolder } from './holders.ts';
import { type Plan, planOf, RUN_MS } from './plan.ts';
import { follow, type Report } from './run.ts';
import { HOUR, MINUTE } from './time.ts';
import { isAt } from './verdict.ts';

const STREAM = 0x4e5704e5;

/** No function begins this long before the table is replaced, and none lives so long. */
const STOPPED_MS = 2 * MINUTE;
/** How long after it they begin again, and how long callers take to submit again. */
const BACK_MS = 5 * MINUTE;
const AGAIN_MS = HOUR;

/** The instants of a restore, from the seed: the point in time that the table goes back to, and when it is replaced. */
export const restoreOf = (seed: number): { readonly point: number; readonly at: number } => {
  const chance = createRng(seed, STREAM);
  const at = START + chance.between(0.2, 0.9) * RUN_MS;
  return { point: at - chance.spread(5 * MINUTE, 12 * HOUR), at };
};

/** What the same callers do around it. */
const withRestore = (plan: Plan, { point, at }: ReturnType<typeof restoreOf>): Plan => {
  const chance = createRng(plan.seed, STREAM + 1);
  const later = () => at + BACK_MS + chance.next() * AGAIN_MS;
  // A caller that met the outage gave up before it was over, so what it wanted is submitted again as well.
  const isForgotten = (when: number) => when > point - MINUTE && when < at + BACK_MS;
  // What a restore takes away is told from what is deleted because it has been kept: no run has both.
  const { keepMs: _, ...rare } = plan.rare;
  return {
    ...plan,
    rare,
    operations: plan.operations.map((operation) => {
      const { submittedAt, notify, again } = operation;
      const forgotten = [{ at: submittedAt, notify }, ...again].filter((each) => isForgotten(each.at));
      return { ...operation, again: [...again, ...forgotten.map((each) => ({ notify: each.notify, at: later() }))] };
    }),
    outages: [...plan.outages, { part: 'functions', from: at - STOPPED_MS, until: at + BACK_MS }],
  };
};

/**
 * Whether somebody was told an end of a watch's operation. A promise is of the operation: what is submitted again may join another
 * watch of it, and an end that was told before the restore was told.
 */
const isTold = (world: World, id: string, target: string): boolean => {
  const { table, receivers } = world;
  const watches = [...table.items()].filter((item): item is Item<Watch> => item.sk === 'watch');
  const lost = watches.find(({ pk }) => pk === id);
  const sameness = ({ body }: Item<Watch>) => JSON.stringify([body.tenant, body.provider, body.operation]);
  const ids = watches.filter((item) => lost && sameness(item) === sameness(lost)).map(({ pk }) => pk);
  const ends = receivers.received.filter(
    ({ event, isTaken }) =>
      isTaken && !isOnTheWay(event.type.slice('operation.'.length)) && ids.includes(event.data.watch?.id ?? ''),
  );
  return (
    (!isHolder(target) && ends.some(({ url }) => isAt(url, target))) ||
    (isHolder(target) && watches.some(({ pk, body }) => ids.includes(pk) && endsShown(world, target, body).length > 0))
  );
};

const NEVER_TOLD = /^lost: (\S+) was never told of (w_\w+)/;

/** Runs the plan of a seed with a restore in its midst. */
export const simulateRestore = async (seed: number): Promise<Report> => {
  const restore = restoreOf(seed);
  const worlds: World[] = [];
  const report = await follow(withRestore(planOf(seed, START), restore), {
    prepare: (world) => {
      const { timeline, table, sqs } = world;
      worlds.push(world);
      let kept: Parameters<typeof table.restore>[0] = [];
      timeline.at(restore.point, () => {
        kept = [...table.items()];
      });
      timeline.at(restore.at, () => {
        table.restore(kept);
        for (const url of QUEUES) sqs.purge(url);
      });
    },
  });
  const isLost = (what: string): boolean => {
    const [, target = '', id = ''] = NEVER_TOLD.exec(what) ?? [];
    return what.startsWith('lost:') && !worlds.some((world) => isTold(world, id, target));
  };
  return { ...report, wrong: report.wrong.filter(isLost) };
};
