/**
 * What opwatch asks of a cloud API: the operation's shape, how the API behaves, and one look.
 *
 * An adapter is a table and a function. It makes one attempt, keeps no state, waits for nothing, reads no clock and
 * knows neither the table nor the queue. Adding one: docs/add-a-provider.md.
 */

import type { GenericSchema } from 'valibot';
import type { Cloud, Vendor } from '../clouds/cloud.ts';
import type { Ask, CloudStatus, Observation } from '../core/observation.ts';

export type Provider<O = unknown> = {
  readonly traits: {
    /** The name people write: `aliyun-emr`. */
    readonly name: string;
    readonly vendor: Vendor;
    /** The operation, strictly: unknown fields are refused. */
    readonly operation: GenericSchema<unknown, O>;
    /** Which field the kind of operation is scheduled by, when the submitted operation tells it (DWS: `action_name`). */
    readonly typeOf?: (operation: O) => string | undefined;
    /** How long after submission the cloud may not know the operation yet, ms. */
    readonly graceMs: number;
    /** How many looks in a row must miss an operation that was seen before, until it counts as lost. */
    readonly missesUntilLost: number;
    /** How long the cloud keeps an operation once it is over, ms: looks come at least twice as often. */
    readonly forgetsAfterMs?: number;
    /**
     * Whether the operation's name may come again for another run after this end: true where the operation has no id of its
     * own and does not say which run it means. A name that does not recur keeps the watch that has reported its end.
     */
    readonly namesRecur?: (operation: O, end: CloudStatus) => boolean;
    /**
     * "Shortly before": how long before submission, ms, an end may lie that the first look finds and that still counts as this
     * operation's. Left out where an id ties every end to its operation.
     */
    readonly believesBackMs?: number;
    /** The operations are opwatch's own: a look is given the time, and no cloud. Callers cannot submit them. */
    readonly asksNoCloud?: true;
    /** Console page for people. */
    readonly console: (operation: O) => string;
    /** Watches with the same key can be answered by shared calls: they are handed over together. */
    readonly together?: (operation: O) => string;
  };
  /**
   * Looks once at all of `asks` (one of them, unless `together` says more), one observation each, in their order.
   * Throws a LookError when the look as a whole brought nothing.
   */
  readonly look: (asks: readonly Ask<O>[], cloud: Cloud) => Promise<readonly Observation[]>;
};
