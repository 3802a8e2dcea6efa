/** The types for watches that are due, and for the outcomes of their looks. */
import type { Later } from '../core/call-request.ts';
import type { Observation } from '../core/observation.ts';
import type { Watch } from '../core/watch.ts';
import type { Provider } from '../providers/provider.ts';
import type { Runtime } from '../runtime.ts';

/** A watch whose look is due. */
export type DueWatch = {
  readonly watch: Watch;
  /** Slots in the lane that the watch reserved earlier (epoch ms). */
  readonly slots?: readonly number[];
  /** The look at the watch goes before all other looks that wait for the connection. */
  readonly first?: boolean;
};

export type Outcome =
  | { readonly observation: Observation }
  /**
   * opwatch made no call, for the reason `why`. The watch comes back at `retryAt`. `slots` are its reserved slots in the
   * lane.
   */
  | { readonly retryAt: number; readonly why: Unasked; readonly slots?: readonly number[] };

/**
 * The reason why opwatch made no call. The cloud refuses the credentials of the connection (the lane keeps the cloud's
 * words as `refused`). Or the cloud asked for a pause or for fewer calls (`slowed`). Or other looks use all slots of
 * the moment. Or opwatch itself has failed.
 */
export type Unasked = Later['why'] | 'fault';

/** Watches that share one look. */
export type Group<D extends DueWatch> = {
  readonly provider: Provider;
  readonly dues: readonly D[];
  /**
   * The name under which nearby looks share their answers. It is left out where no call can answer for several
   * operations.
   */
  readonly scope?: string;
};

export type LookDeps = Pick<
  Runtime,
  'config' | 'table' | 'lanes' | 'secrets' | 'sendToCloud' | 'answers' | 'log' | 'now' | 'uniqueId' | 'pause'
>;

/** Gives several watches the same outcome. A slot is for one call, so only the first watch keeps the slots. */
export const sameForAll = (dues: readonly DueWatch[], outcome: Outcome): readonly Outcome[] => {
  if (!('retryAt' in outcome)) return dues.map(() => outcome);
  const { slots, ...without } = outcome;
  return dues.map((_, i) => (i === 0 && slots && slots.length > 0 ? { ...without, slots } : without));
};
