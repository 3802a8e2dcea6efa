/**
 * The interface of a target. A target turns an event into a request, and an answer into a verdict. Both functions are
 * pure. docs/add-a-target.md tells how to add one.
 */

import type { GenericSchema } from 'valibot';
import type { EventType, OperationEvent, ProgressEvent } from '../core/event.ts';
import type { NoticeEvent } from '../core/notice.ts';
import type { Rate, Verdict } from '../core/verdict.ts';
import type { Status, Watch } from '../core/watch.ts';
import type { HttpAnswer, HttpRequest } from '../net/http.ts';

/** The newest state of an operation. */
export type Standing = { readonly status: Status };

export type Attempt = {
  /** The webhook-id. It is the same for every attempt and every duplicate. */
  readonly id: string;
  /** The time of this attempt, epoch ms. */
  readonly at: number;
  /**
   * The other operations that share the held thing at the target, with the state that the target last heard of each.
   */
  readonly others?: readonly Standing[];
};

/** The facts of a watch that a target may use before there is an event. */
export type Subject = Pick<Watch, 'id' | 'provider' | 'operation' | 'labels'>;

/** A field that a submission must have for this target. `at` is its place in the submission. */
export type Lack = { readonly at: readonly string[]; readonly detail: string };

/** Whether messages contain a link that opens a watch without a token. */
export type LinkKind = 'none' | 'watch';

/**
 * The settings of this type in opwatch.config.ts. kit/settings.ts has the settings that all types share. Secrets are
 * references.
 */
export type Target<S = unknown, T extends string = string, I = unknown> = {
  readonly type: T;
  /**
   * For targets whose `settings.url` is a secret: the end of such an address as the vendor publishes it, with `{…}` for
   * each secret in path and query. opwatch masks these secrets in every answer.
   */
  readonly settings: GenericSchema<I, S>;
  /**
   * The vendor's limit for one such target. Without it opwatch sends as often as the target answers well. `rate` in the
   * configuration overrides it.
   */
  readonly addresses?: readonly string[];
  /**
   * The default when the configuration says nothing. Absent means `watch`. `none` is for messages that may be public.
   */
  readonly rate?: Rate;
  /** The default events when the configuration names none. Absent means all. */
  readonly usualLink?: LinkKind;
  /**
   * For a target that keeps only the newest state, so that the order of requests matters. `watch`: one thing for each
   * watch. A function: its result names the thing, and watches with the same name share it. Absent: the target keeps
   * every message. held-state.ts keeps the order.
   */
  readonly usualEvents?: readonly EventType[];
  /** Returns the fields that this target needs and the watch lacks. opwatch refuses such a submission. */
  readonly holds?: 'watch' | ((subject: Subject, settings: S) => string);
  /** Returns the name under which the target shows the watch, where watches have different names. */
  readonly lacks?: (subject: Subject, settings: S) => readonly Lack[];
  /**
   * Builds the request. opwatch has replaced every secret reference in `settings`. Throws Misconfigured where the event
   * does not fit the settings (a commit status for a watch without a commit).
   */
  readonly context?: (subject: Subject, settings: S) => string;
  /**
   * Judges an answer by status, headers and body. The caller has masked the answer. `now` (epoch ms) is the caller's
   * clock, for waits that are instants.
   */
  readonly request: (event: OperationEvent, settings: S, attempt: Attempt) => HttpRequest;
  /** The limits of the word "delivered" for this target. `notify-test` prints them. */
  readonly verdict: (answer: HttpAnswer, now: number) => Verdict;
  /** Builds the request for an operator's notice, where people or programs at the target can use it. */
  readonly unseen?: string;
  /** Builds one message for several notices, for chats. */
  readonly notice?: (notice: NoticeEvent, settings: S, attempt: Attempt) => HttpRequest;
  /** Builds one message for several events, for chats. These events share one slot of the rate limit. */
  readonly notices?: (notices: readonly NoticeEvent[], settings: S, attempt: Attempt) => HttpRequest;
  /** Edits the live message, for targets that can edit. */
  readonly digest?: (events: readonly OperationEvent[], settings: S, attempt: Attempt) => HttpRequest;
  /** Returns the id of the message from the answer that accepted it, or undefined when nobody can edit it. */
  readonly edit?: {
    /** Builds the request that edits the message. Without a handle it begins a new message. */
    readonly handle: (answer: HttpAnswer) => string | undefined;
    /** Answers whether the message is gone or can no longer be edited. Then a new message is due. */
    readonly request: (
      event: OperationEvent | ProgressEvent,
      settings: S,
      attempt: Attempt,
      handle: string | undefined,
    ) => HttpRequest;
    /** Whether an answer to it says that the message is there no more, or can no longer be changed: a new one is due. */
    readonly isGone: (answer: HttpAnswer) => boolean;
  };
};
