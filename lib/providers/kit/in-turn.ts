import { ClockSkew, LookError, NotAllowed, Refused, Throttled } from '../../errors.ts';
import type { Ask, Cloud, Observation, Provider } from '../provider.ts';

/** What is true of the connection, or of every call of this API, is true for those not asked yet. */
const concernsAll = (error: LookError): boolean =>
  error instanceof Refused || error instanceof NotAllowed || error instanceof Throttled || error instanceof ClockSkew;

/**
 * Looks at one after the other, but for those an earlier call has answered already. A call that fails leaves its own ask
 * unanswered; after one that was refused or throttled the rest are left unanswered without a call.
 */
export const inTurn = async <O>(
  asks: readonly Ask<O>[],
  lookAt: (ask: Ask<O>) => Promise<Observation>,
  answered: (ask: Ask<O>) => Observation | undefined = () => undefined,
): Promise<readonly Observation[]> => {
  const observations: Observation[] = [];
  let barred: LookError | undefined;
  for (const ask of asks) {
    try {
      const known = answered(ask) ?? (barred && { kind: 'unanswered', error: barred });
      observations.push(known ?? (await lookAt(ask)));
    } catch (error) {
      if (!(error instanceof LookError)) throw error;
      if (concernsAll(error)) barred = error;
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
export const oneByOne =
  <O>(lookAt: (ask: Ask<O>, cloud: Cloud) => Promise<Observation>): Provider<O>['look'] =>
  async (asks, cloud) =>
    orThrow(await inTurn(asks, (ask) => lookAt(ask, cloud)));
