/** The stages of tell.ts hand on one message to one recipient. Each type here adds one stage's findings. */
import type { LookError } from '../core/errors.ts';
import type { Key } from '../core/item.ts';
import type { Verdict } from '../core/verdict.ts';
import type { HttpAnswer, HttpRequest } from '../net/http.ts';
import type { Runtime } from '../runtime.ts';
import type { DeliveryItem } from '../store/items.ts';
import type { DueDelivery, Results } from './due.ts';
import type { HeldState, LastTold } from './held-state.ts';
import type { Opened, Recipient } from './recipient.ts';

export type Stage<In, Out> = (message: In, runtime: Runtime) => Promise<Out>;

/** The deliveries that one message tells: one, or several that a chat is told together. */
export type Message = { readonly recipient: Recipient; readonly dues: readonly DueDelivery[] };

/** A delivery claimed for one attempt. */
export type Claim = { readonly due: DueDelivery; readonly item: DeliveryItem };

/** A thing that the target holds (held-state.ts), taken for this attempt, and the state that it is to show. */
export type HeldThing = {
  readonly key: Key;
  /** The attempt that has taken it. */
  readonly by: string;
  readonly state: HeldState;
  readonly news: LastTold;
};

/** `claims` are to be told now; all other deliveries have their results. */
export type Admitted = Message & {
  readonly claims: readonly Claim[];
  readonly results: Results;
  readonly held?: HeldThing;
};

/** A request with its recipient, or the error that kept opwatch from writing it. */
export type Letter =
  | { readonly opened: Opened; readonly request: HttpRequest }
  /** opwatch's own target is told without a request. */
  | { readonly isInternal: true }
  | { readonly error: unknown };

/** `at`: when the attempt began. `linkKey` signs links to watches, where there are any. */
export type Composed = Admitted & {
  readonly at: number;
  readonly linkKey?: string | undefined;
  readonly letter: Letter;
};

/** The answer; a fault of the network; or an error of opwatch's own. */
export type Reply =
  | { readonly answer: HttpAnswer; readonly opened: Opened }
  | { readonly isHeard: true }
  | { readonly fault: LookError }
  | { readonly error: unknown };

export type Sent = Composed & { readonly reply: Reply };

/** An attempt that was made. */
export type Made = {
  readonly at: number;
  readonly verdict: Verdict;
  readonly answer?: HttpAnswer;
  /** The receiver gave no answer in time. */
  readonly hangs?: boolean;
  /** The request may still arrive. held-state.ts says when an outcome is known. */
  readonly isUnknown?: boolean;
  /** opwatch could not write the request. It sent nothing, and the receiver is not to blame. */
  readonly isOurs?: boolean;
};

export type Judged = Sent & { readonly made: Made };

/** The results of all its deliveries and, where one was made, the attempt. */
export type Recorded = { readonly results: Results; readonly made?: Made };
