/** The watches that are due, and the outcomes of their looks. */
import type { Later } from '../core/lane.ts';
import type { Observation } from '../core/observation.ts';
import type { Watch } from '../core/watch.ts';
import type { Provider } from '../providers/provider.ts';
import type { Runtime } from '../runtime.ts';

/** A watch to look at. */
export type DueWatch = {
  readonly watch: Watch;
  /** Times of the lane that it was given earlier, epoch ms. */
  readonly slots?: readonly number[];
  /** Goes before all others that wait for the connection. */
  readonly first?: boolean;
};

export type Outcome =
  | { readonly observation: Observation }
  /** The cloud was not asked, and why. `slots`: the times of the lane that the watch comes back for. */
  | { readonly backAt: number; readonly why: Unasked; readonly slots?: readonly number[] };

/**
 * Why the cloud was not asked: the connection's credentials are refused (its lane keeps the cloud's words as `refused`), the
 * cloud asked for a pause or a slower lanes (`slowed`), others have the calls of now, or opwatch itself is at fault.
 */
export type Unasked = Later['why'] | 'fault';

/** Watches that are looked at together. */
export type Group<D extends DueWatch> = {
  readonly provider: Provider;
  readonly dues: readonly D[];
  /** Whose answers they share with the looks just before and after; left out where no call answers for several. */
  readonly scope?: string;
};

export type LookDeps = Pick<
  Runtime,
  'config' | 'table' | 'lanes' | 'secrets' | 'sendToCloud' | 'answers' | 'log' | 'now' | 'uniqueId' | 'pause'
>;

/** The same outcome for each of several watches. One time is one call: the first watch keeps the times, the others get none. */
export const sameForAll = (dues: readonly DueWatch[], outcome: Outcome): readonly Outcome[] => {
  if (!('backAt' in outcome)) return dues.map(() => outcome);
  const { slots, ...without } = outcome;
  return dues.map((_, i) => (i === 0 && slots && slots.length > 0 ? { ...without, slots } : without));
};
