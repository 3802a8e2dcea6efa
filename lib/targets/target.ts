/**
 * What opwatch asks of a place that can be told: a pure function from event to request, and a pure verdict from the answer.
 * Adding one: docs/add-a-target.md.
 */
import type { GenericSchema } from 'valibot';
import type { OperationEvent } from '../event.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';

/** What became of one attempt, named by what happens next. */
export type Verdict =
  | { readonly kind: 'delivered' }
  /** Try again, on the schedule or when the receiver asked for. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** The receiver wants nothing more, ever (410). */
  | { readonly kind: 'gone'; readonly reason: string };

export type Attempt = {
  /** The webhook-id: the same on every attempt and every duplicate. */
  readonly id: string;
  /** When this attempt is made, epoch ms. */
  readonly at: number;
};

export type Target<S = unknown> = {
  readonly type: string;
  /** The target's settings in opwatch.config.ts. Strings are references to secrets where `secrets` names them. */
  readonly settings: GenericSchema<unknown, S>;
  /** Builds the request. `settings` comes with every secret reference already resolved. */
  readonly request: (event: OperationEvent, settings: S, attempt: Attempt) => HttpRequest;
  readonly verdict: (answer: HttpAnswer) => Verdict;
};
