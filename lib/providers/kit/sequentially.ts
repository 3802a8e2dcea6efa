import type { Cloud } from '../../clouds/cloud.ts';
import { ClockSkew, LookError, NotAllowed, Refused, RetryLater, Throttled } from '../../core/errors.ts';
import type { Ask, Observation } from '../../core/observation.ts';
import type { Provider } from '../provider.ts';

/** What is true of the connection, or of every call of this API, is true for those not asked yet. */
export const concernsAll = (error: unknown): error is LookError =>
  error instanceof Refused || error instanceof NotAllowed || error instanceof Throttled || error instanceof ClockSkew;

/**
 * Whether a call was made and brought nothing of use: no answer, a fault of the cloud, an answer that makes no sense. The
 * kinds of RetryLater that have a class of their own (throttled, a lane that is busy) say nothing of the kind.
 */
export const broughtNothing = (error: unknown): error is RetryLater =>
  error instanceof RetryLater && error.constructor === RetryLater;

/**
 * Looks at one after the other, but for those an earlier call has answered already. A call that fails leaves its own ask
 * unanswered; after one that was refused or throttled the rest are left unanswered without a call. With `barred`, such a call
 * was made before.
 */
export const sequentially = async <O>(
  asks: readonly Ask<O>[],
  lookAt: (ask: Ask<O>) => Promise<Observation>,
  answered: (ask: Ask<O>) => Observation | undefined = () => undefined,
  barred?: LookError,
): Promise<readonly Observation[]> => {
  const observations: Observation[] = [];
  let bar = barred;
  for (const ask of asks) {
    try {
      const known = answered(ask) ?? (bar && { kind: 'unanswered', error: bar });
      observations.push(known ?? (await lookAt(ask)));
    } catch (error) {
      if (!(error instanceof LookError)) throw error;
      if (concernsAll(error)) bar = error;
      observations.push({ kind: 'unanswered', error });
    }
  }
  return observations;
};

/** The observations, if there is any: throws the first error where the look as a whole brought nothing. */
export const orThrow = (observations: readonly Observation[]): readonly Observation[] => {
  const [first] = observations;
  if (first?.kind === 'unanswered' && observations.every(({ kind }) => kind === 'unanswered')) throw first.error;
  return observations;
};

/** The `look` of an API that answers for a single operation a call. */
export const lookSequentially =
  <O>(lookAt: (ask: Ask<O>, cloud: Cloud) => Promise<Observation>): Provider<O>['look'] =>
  async (asks, cloud) =>
    orThrow(await sequentially(asks, (ask) => lookAt(ask, cloud)));
