/**
 * Sums up the attempts of a batch: whether the target answers, is slow, wants no more messages, or only fails. Pure.
 */
import type { Attempts } from '../core/origin.ts';
import type { Learned } from '../limits/target-limiters.ts';
import type { Made, Recorded } from './message.ts';
import type { Recipient } from './recipient.ts';

export const learnedFrom = (recorded: readonly Recorded[], { isNamed }: Pick<Recipient, 'isNamed'>): Learned => {
  const mades = recorded.flatMap(({ made }): Made[] => (made ? [made] : []));
  const gone = mades.flatMap(({ verdict }) => (verdict.kind === 'gone' ? [verdict.reason] : [])).at(-1);
  return {
    ...answersIn(mades),
    ...(isNamed ? gone !== undefined && { gone } : { attempts: attemptsIn(mades) }),
    ...(!isNamed && restsIn(recorded)),
    ...slownessIn(mades, isNamed),
  };
};

const afterMsOf = ({ verdict }: Made): number | undefined => (verdict.kind === 'retry' ? verdict.afterMs : undefined);

const answersIn = (mades: readonly Made[]): Pick<Learned, 'answers'> => {
  if (mades.some(({ answer }) => answer)) return { answers: 'some' };
  return mades.some(({ hangs }) => hangs) ? { answers: 'none' } : {};
};

/**
 * Returns the pauses that callbacks asked for. A pause holds only for its own address, and not for other addresses of
 * the host.
 */
const restsIn = (recorded: readonly Recorded[]): Pick<Learned, 'rests'> => {
  const rests = recorded.flatMap(({ made, results: [first] }) => {
    const afterMs = made && afterMsOf(made);
    return !first || afterMs === undefined ? [] : [{ address: first[0].job.item.body.target, afterMs }];
  });
  return rests.length > 0 ? { rests } : {};
};

/** Answers whether the whole target is slow. A callback that asks for a pause does so for its own address only. */
const slownessIn = (mades: readonly Made[], isNamed: boolean): Pick<Learned, 'slow'> => {
  const ofAll = mades.filter((made) => isNamed || afterMsOf(made) === undefined);
  const slow = ofAll.filter(({ verdict }) => verdict.kind === 'retry' && verdict.slow);
  if (slow.length === 0) return {};
  const afterMs = Math.max(...slow.map((made) => afterMsOf(made) ?? 0));
  return { slow: afterMs > 0 ? { afterMs } : {} };
};

/** Counts the attempts at callbacks. If opwatch could not write a request, the receiver did not fail. */
const attemptsIn = (mades: readonly Made[]): Attempts => {
  const failures = mades.flatMap(({ verdict, isOurs }) =>
    verdict.kind === 'delivered' || isOurs ? [] : [verdict.reason],
  );
  const reason = failures.at(-1);
  return {
    succeeded: mades.some(({ verdict }) => verdict.kind === 'delivered'),
    failed: failures.length,
    ...(reason !== undefined && { reason }),
  };
};
