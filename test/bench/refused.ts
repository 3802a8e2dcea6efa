/** A thousand due watches on refused credentials, and what follows when the credentials are good again. */
import { MINUTE } from '../../lib/core/schedule.ts';
import { KEYS } from './clouds.ts';
import { type Fleet, withFleet } from './fleet.ts';
import { number, type Print, seconds } from './report.ts';

const WATCHES = 1_000;
const OUTAGE_MS = 8 * MINUTE;
const LIMIT_MS = 5 * MINUTE;

const operations = Array.from({ length: WATCHES }, (_, i) => ({
  RegionId: 'cn-hangzhou',
  ClusterId: 'c-b933c5aac8fe6a4c',
  OperationId: `op-${i}`,
}));

const callsOf = async (fleet: Fleet) => {
  const { calls } = await fleet.calls();
  const answered = calls.filter(({ status }) => status === 200).length;
  return { answered, refused: calls.length - answered };
};

export const refused = (print: Print): Promise<void> =>
  withFleet({ pollers: 10, callsPerSecond: 10 }, async (fleet) => {
    await fleet.setClouds({ credentials: [KEYS.second] });
    const ids = await fleet.makeDue('aliyun-emr', operations, 'first');
    await fleet.workUntil(fleet.isIdle, LIMIT_MS);
    const atFirst = await callsOf(fleet);
    print(`${WATCHES} due watches, 10 pollers: ${atFirst.refused} refused calls, then all wait (wanted: at most 5)`);

    const began = fleet.now();
    while (fleet.now() < began + OUTAGE_MS) {
      fleet.skipIdleTime();
      await fleet.workUntil(fleet.isIdle, LIMIT_MS);
    }
    const tried = await callsOf(fleet);
    print(
      `in the ${number((fleet.now() - began) / MINUTE)} minutes after that: ` +
        `${tried.refused - atFirst.refused} refused calls, one at a time`,
    );

    await fleet.setClouds({ credentials: Object.values(KEYS) });
    const goodAt = fleet.now();
    const isResumed = async () => (await callsOf(fleet)).answered >= WATCHES;
    while (!(await isResumed())) {
      fleet.skipIdleTime();
      await fleet.workUntil(fleet.isIdle, LIMIT_MS);
    }
    const looked = ids.filter((id) => fleet.watch(id)?.trouble === undefined).length;
    print(
      `credentials good again: ${looked} of ${WATCHES} looked at ${seconds(fleet.now() - goodAt)} later, by themselves ` +
        `(at 10 a second that takes ${seconds((WATCHES / 10) * 1_000)}; idle time is skipped)`,
    );
  });
