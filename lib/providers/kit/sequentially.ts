import type { Cloud } from '../../clouds/cloud.ts';
import { ClockSkew, LookError, NotAllowed, Refused, RetryLater, Throttled } from '../../core/errors.ts';
import type { Ask, Observation } from '../../core/observation.ts';
import type { Provider } from '../provider.ts';

/**
 * Answers whether an error concerns the whole connection or every call of this API. Then no other operation of the same
 * look needs a call.
 */
export const concernsAll = (error: unknown): error is LookError =>
  error instanceof Refused || error instanceof NotAllowed || error instanceof Throttled || error instanceof ClockSkew;

/**
 * Answers whether opwatch made a call that brought nothing of use: no answer, a fault of the cloud, an answer without
 * sense. A subclass of RetryLater (throttled, a busy lane) does not count.
 */
export const broughtNothing = (error: unknown): error is RetryLater =>
  error instanceof RetryLater && error.constructor === RetryLater;

/**
 * Looks at the operations one after the other. It skips those that an earlier call has already answered. A call that
 * fails leaves its own ask unanswered. After a refused or throttled call all other asks stay unanswered, without a
 * call. `barred` is the error of such a call before this function.
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

/** Returns the observations if there is at least one. Throws the first error when all asks stayed unanswered. */
export const orThrow = (observations: readonly Observation[]): readonly Observation[] => {
  const [first] = observations;
  if (first?.kind === 'unanswered' && observations.every(({ kind }) => kind === 'unanswered')) throw first.error;
  return observations;
};

/** Makes the `look` of an API that answers for one operation in each call. */
export const lookSequentially =
  <O>(lookAt: (ask: Ask<O>, cloud: Cloud) => Promise<Observation>): Provider<O>['look'] =>
  async (asks, cloud) =>
    orThrow(await sequentially(asks, (ask) => lookAt(ask, cloud)));
