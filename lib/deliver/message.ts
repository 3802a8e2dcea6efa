/** The types of a message between the stages of tell.ts. Each type adds the findings of one stage. */
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

/** The recipient and the deliveries of one message. A chat may get several deliveries in one message. */
export type Message = { readonly recipient: Recipient; readonly dues: readonly DueDelivery[] };

/** A delivery that this function has claimed for one attempt. */
export type Claim = { readonly due: DueDelivery; readonly item: DeliveryItem };

/** An object that the target holds (held-state.ts), with its new state. The present attempt has taken it. */
export type HeldThing = {
  readonly key: Key;
  /** The id of the attempt that has taken the held object. */
  readonly by: string;
  readonly state: HeldState;
  readonly news: LastTold;
};

/** The function sends the deliveries in `claims` now. All other deliveries have their results. */
export type Admitted = Message & {
  readonly claims: readonly Claim[];
  readonly results: Results;
  readonly held?: HeldThing;
};

/** The recipient and the request, or the error that prevented the request. */
export type Letter =
  | { readonly opened: Opened; readonly request: HttpRequest }
  /** The canary's own target gets no request. */
  | { readonly isInternal: true }
  | { readonly error: unknown };

/** `at` is the start of the attempt. `linkKey` signs the links to watches, if messages have such links. */
export type Composed = Admitted & {
  readonly at: number;
  readonly linkKey?: string | undefined;
  readonly letter: Letter;
};

/** The answer of the receiver, a fault of the network, or an error of opwatch itself. */
export type Reply =
  | { readonly answer: HttpAnswer; readonly opened: Opened }
  | { readonly isHeard: true }
  | { readonly fault: LookError }
  | { readonly error: unknown };

export type Sent = Composed & { readonly reply: Reply };

/** The facts of one attempt. */
export type Made = {
  readonly at: number;
  readonly verdict: Verdict;
  readonly answer?: HttpAnswer;
  /** The receiver gave no answer in time. */
  readonly hangs?: boolean;
  /** The request may still arrive. held-state.ts says when an outcome is known. */
  readonly isUnknown?: boolean;
  /** opwatch could not write the request, and sent nothing. The receiver did not fail. */
  readonly isOurs?: boolean;
};

export type Judged = Sent & { readonly made: Made };

/** The results of all deliveries of a message, and the attempt if there was one. */
export type Recorded = { readonly results: Results; readonly made?: Made };
