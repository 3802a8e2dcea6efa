/**
 * The interface of an adapter for a cloud API: the form of the operation, the behavior of the API, and one look.
 *
 * An adapter is a table and a function. It makes one attempt, keeps no state, does not wait, reads no clock and knows
 * neither the table of opwatch nor its queues. docs/add-a-provider.md tells how to add one.
 */

import type { GenericSchema } from 'valibot';
import type { Cloud, Vendor } from '../clouds/cloud.ts';
import type { Ask, CloudStatus, Observation } from '../core/observation.ts';

export type Provider<O = unknown> = {
  readonly traits: {
    /** The name that people write: `aliyun-emr`. */
    readonly name: string;
    readonly vendor: Vendor;
    /** The schema of the operation. It refuses unknown fields. */
    readonly operation: GenericSchema<unknown, O>;
    /**
     * Returns the kind of the operation, when a field of the submitted operation tells it (DWS: `action_name`). The
     * configuration may set the time between looks for each kind.
     */
    readonly typeOf?: (operation: O) => string | undefined;
    /** The time after a submission in which the cloud may not know the operation yet, ms. */
    readonly graceMs: number;
    /**
     * The number of looks in a row that must miss an operation before it counts as lost. An earlier look must have seen
     * the operation.
     */
    readonly missesUntilLost: number;
    /** The time for which the cloud keeps an operation after its end, ms. Looks come at least twice in this time. */
    readonly forgetsAfterMs?: number;
    /**
     * Answers whether another run may have the same name after this end. True when the operation has no id of its own
     * and does not name its run. If the name cannot come again, a second submission joins the watch that has reported
     * the end.
     */
    readonly namesRecur?: (operation: O, end: CloudStatus) => boolean;
    /**
     * The first look may find an operation that is already over. Its end counts when it came at most this long before
     * the submission, ms. Missing when an id connects every end to its operation.
     */
    readonly believesBackMs?: number;
    /**
     * The operations belong to opwatch itself. A look receives the time but no cloud. Callers cannot submit such
     * operations.
     */
    readonly asksNoCloud?: true;
    /** Returns the address of a console page for people. */
    readonly console: (operation: O) => string;
    /** Returns a key. Shared calls can answer for all watches with the same key, so one look receives them together. */
    readonly together?: (operation: O) => string;
  };
  /**
   * Looks once at all of `asks` and returns one observation for each, in the same order. Without `together`, `asks` has
   * one entry. Throws a LookError when the look brought nothing for any of them.
   */
  readonly look: (asks: readonly Ask<O>[], cloud: Cloud) => Promise<readonly Observation[]>;
};
