/**
 * Two thousand watches due at once on a connection of ten calls a second, ten pollers at work, and all the while now and
 * then a watch of another connection.
 */

import { KEYS } from './clouds.ts';
import { type Fleet, withFleet } from './fleet.ts';
import { number, type Print, quantile, ratio, seconds } from './report.ts';

const WATCHES = 2_000;
const PER_SECOND = 10;
const IDEAL_MS = (WATCHES / PER_SECOND) * 1_000;
const OTHER_EVERY_MS = 5_000;
const ASK_EVERY_MS = 2_000;

const operationOf = (name: string) => ({
  RegionId: 'cn-hangzhou',
  ClusterId: 'c-b933c5aac8fe6a4c',
  OperationId: `op-${name}`,
});

const now = () => Date.now();

/** Every few seconds one watch of the other connection falls due; answers when each did. */
const others = (fleet: Fleet) => {
  const dueAt = new Map<string, number>();
  return {
    dueAt,
    makeDue: async (): Promise<void> => {
      const name = `other-${dueAt.size}`;
      await fleet.makeDue('aliyun-emr', [operationOf(name)], 'second');
      dueAt.set(`op-${name}`, now());
    },
  };
};

export const budget = (print: Print): Promise<void> =>
  withFleet({ pollers: 10, callsPerSecond: PER_SECOND }, async (fleet) => {
    const operations = Array.from({ length: WATCHES }, (_, i) => operationOf(String(i)));
    await fleet.makeDue('aliyun-emr', operations, 'first');
    const began = now();
    const other = others(fleet);
    let looked = 0;
    let askedAt = began;
    const isDone = async (): Promise<boolean> => {
      if (looked < WATCHES && now() >= began + other.dueAt.size * OTHER_EVERY_MS) await other.makeDue();
      if (now() < askedAt + ASK_EVERY_MS) return false;
      askedAt = now();
      const { calls } = await fleet.calls();
      const isWaitingFor = [...other.dueAt.keys()].some((id) => !calls.some(({ params }) => params.OperationId === id));
      looked = calls.filter(({ key }) => key === KEYS.first.accessKeyId).length;
      return looked >= WATCHES && !isWaitingFor;
    };
    await fleet.workUntil(isDone, 2 * IDEAL_MS);

    const { calls, busiest } = await fleet.calls();
    const ofFirst = calls.filter(({ key }) => key === KEYS.first.accessKeyId);
    const distinct = new Set(ofFirst.map(({ params }) => params.OperationId)).size;
    const tookMs = Math.max(...ofFirst.map(({ at }) => at)) - began;
    print(
      `${WATCHES} watches at ${PER_SECOND} calls a second, 10 pollers: ${distinct} looked at in ${seconds(tookMs)}, ` +
        `${ratio(tookMs / IDEAL_MS)} times the ideal (wanted: at most 1.20)`,
    );
    print(`${ofFirst.length - distinct} looked at twice (wanted: 0)`);
    print(`${busiest[KEYS.first.accessKeyId]} calls in the busiest second of all (wanted: at most ${PER_SECOND})`);
    print(`${number(fleet.workedMs() / calls.length)} ms of Lambda a look, waiting included`);
    const lateness = calls.flatMap(({ at, params }) => {
      const dueAt = other.dueAt.get(params.OperationId ?? '');
      return dueAt === undefined ? [] : [at - dueAt];
    });
    print(
      `${lateness.length} watches of another connection, one every ${seconds(OTHER_EVERY_MS)}: looked at ` +
        `${number(quantile(lateness, 0.5))} ms after they were due (p50), ${number(Math.max(...lateness))} ms at most ` +
        '(wanted: less than 1,000)',
    );
  });
