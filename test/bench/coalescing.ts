/** Two hundred tasks of one E-HPC cluster, all under way and due at once: how many calls one round of looks takes. */
import { withFleet } from './fleet.ts';
import { type Print, seconds } from './report.ts';

const TASKS = 200;
/** Where Lambda starts, and what the deployment lets it go to. */
const POLLERS = [5, 10];
const LIMIT_MS = 60_000;

export const coalescing = async (print: Print): Promise<void> => {
  for (const pollers of POLLERS) {
    await withFleet({ pollers, callsPerSecond: 10 }, async (fleet) => {
      const operations = Array.from({ length: TASKS }, (_, i) => ({
        RegionId: 'cn-hangzhou',
        ClusterId: 'ehpc-hz-FYUr32',
        TaskId: `task-${i}`,
      }));
      const ids = await fleet.makeDue('aliyun-ehpc', operations, 'first');
      const began = Date.now();
      // Every one of them tells its steps at its first look, and that is written down.
      await fleet.workUntil(() => ids.every((id) => fleet.watch(id)?.progress !== undefined), LIMIT_MS);
      const took = Date.now() - began;
      const { calls } = await fleet.calls();
      const lists = calls.filter(({ params }) => params.TaskId === undefined).length;
      print(
        `${TASKS} tasks, ${pollers} pollers: ${calls.length} calls (${lists} pages of the list, ` +
          `${calls.length - lists} tasks asked for by themselves) in ${seconds(took)}, ` +
          `${(fleet.workedMs() / TASKS).toFixed(0)} ms of Lambda a look`,
      );
    });
  }
  print('wanted: at most 25 calls where Lambda starts, with five pollers');
};
