/** Faults of design that show where a list has several pages. */
import { START } from '../world/world.ts';
import { tableBent } from './bends.ts';
import { walksOf, withTasks } from './pages.ts';
import { type Plan, RUN_MS } from './plan.ts';
import type { DesignFault } from './run.ts';

/** The plan with small pages, and with somebody who walks through them. */
const withSmallPages = (plan: Plan): Plan => {
  if (plan.isQuiet || plan.rare.pages) return plan;
  const rare = { ...plan.rare, pages: { size: 2, listed: 5 }, acts: walksOf(plan.seed, START, RUN_MS) };
  return { ...plan, operations: withTasks(plan.operations, plan.seed), rare };
};

export const FALSE_PAGES: Readonly<Record<string, () => DesignFault>> = {
  'only the first page of a list is read': () => ({
    plan: withSmallPages,
    bend: tableBent((table) => ({
      listed: async (day, limit, after) => {
        const { keys } = await table.listed(day, limit, after);
        return { keys };
      },
    })),
  }),
};
