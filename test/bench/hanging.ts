/** Targets that hang for 15 s a try, in virtual time: how long others wait for the ten notifiers. */
import { NOTIFIERS, waitsBeside } from '../world/hanging.ts';
import { median, number, type Print, seconds } from './report.ts';

const TIMES = 100;

const CASES = [
  { what: 'one target with 1,000 deliveries', hang: [{ to: 'dead' }], backlog: 1_000 },
  { what: 'four targets with 1,000 each', hang: ['a', 'b', 'c', 'd'].map((to) => ({ to })), backlog: 1_000 },
  {
    what: '100 callbacks of one tenant with 20 each',
    hang: Array.from({ length: 100 }, (_, i) => ({ to: `https://h${i}.example.org/hook`, tenant: 'other' })),
    backlog: 20,
  },
];

export const hanging = async (print: Print): Promise<void> => {
  for (const { what, ...hang } of CASES) {
    const waits = await waitsBeside({ ...hang, tell: { to: 'ci' }, times: TIMES });
    print(
      `${what} hang, ${NOTIFIERS} notifiers: another target is told after ${seconds(median(waits))} (p50), ` +
        `${seconds(Math.max(...waits))} at most, ${number(waits.length)} of ${TIMES} times`,
    );
  }
  print('wanted: within 10 s');
};
