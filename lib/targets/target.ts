/**
 * What opwatch asks of a place that can be told: a pure function from event to request, and a pure verdict from the answer.
 * Adding one: docs/add-a-target.md.
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
  /** The webhook-id: the same on every attempt and every duplicate. */
  readonly id: string;
  /** When this attempt is made, epoch ms. */
  readonly at: number;
  /** Other operations that share what the target holds, with the state it was told last of each. */
  readonly others?: readonly Standing[];
};

/** What a target may need to know of a watch before there is an event. */
export type Subject = Pick<Watch, 'id' | 'provider' | 'operation' | 'labels'>;

/** What a submission has to name, so that a target can be told: `at` is the place of the field in the submission. */
export type Lack = { readonly at: readonly string[]; readonly detail: string };

/** Whether messages hold a link that opens a watch without a token. */
export type LinkKind = 'none' | 'watch';

/** `S`: its settings as they are read. `I`: as opwatch.config.ts has them, for whoever writes it. */
export type Target<S = unknown, T extends string = string, I = unknown> = {
  readonly type: T;
  /** The target's settings in opwatch.config.ts, besides what holds for all (settings.ts). Secrets are references. */
  readonly settings: GenericSchema<I, S>;
  /**
   * Only where `settings.url` is a secret: how such an address ends, as its vendor publishes it, with `{…}` for each secret in its
   * path and its query. opwatch masks these in every answer.
   */
  readonly addresses?: readonly string[];
  /**
   * How often one such place may be told, as its vendor limits it; left out, as often as it answers well. `rate` in the
   * configuration overrides it.
   */
  readonly rate?: Rate;
  /** Where its configuration says nothing: left out, `watch`. `none` where messages may be public. */
  readonly usualLink?: LinkKind;
  /** The events it is told where its configuration names none; left out, all. */
  readonly usualEvents?: readonly EventType[];
  /**
   * Says that the place keeps what it was told last, so that the order of requests matters: one thing for each watch, or what
   * this names, for all watches with the same name. Left out, it keeps every message. Held to by held-state.ts.
   */
  readonly holds?: 'watch' | ((subject: Subject, settings: S) => string);
  /** What a watch lacks that this target needs: without it, no event can be told here, and the submission is refused. */
  readonly lacks?: (subject: Subject, settings: S) => readonly Lack[];
  /** The name under which the place shows the watch, where that is not the same for all. */
  readonly context?: (subject: Subject, settings: S) => string;
  /**
   * Builds the request. `settings` comes with every secret reference already resolved. Throws Misconfigured where event and
   * settings do not go together (a commit status for a watch that names no commit).
   */
  readonly request: (event: OperationEvent, settings: S, attempt: Attempt) => HttpRequest;
  /**
   * Judges the answer to any of these requests by status, headers and body. The caller has masked the answer already; `now`
   * (epoch ms) is its clock, for waits that are given as instants.
   */
  readonly verdict: (answer: HttpAnswer, now: number) => Verdict;
  /** What "delivered" does not say there: `notify-test` prints it. */
  readonly unseen?: string;
  /** Tells an operator's notice, where somebody or something there can make use of it. */
  readonly notice?: (notice: NoticeEvent, settings: S, attempt: Attempt) => HttpRequest;
  /** Tells several notices in one message, where the place is a chat. */
  readonly notices?: (notices: readonly NoticeEvent[], settings: S, attempt: Attempt) => HttpRequest;
  /** Tells several events in one message, where the place is a chat: for what shares a slot of its rate limit. */
  readonly digest?: (events: readonly OperationEvent[], settings: S, attempt: Attempt) => HttpRequest;
  /** Keeps one message up to date, where the place can. */
  readonly edit?: {
    /** What names the message, from the answer that took it; undefined where nothing can be edited. */
    readonly handle: (answer: HttpAnswer) => string | undefined;
    /** Builds the request that rewrites that message or, where there is none yet, begins one. */
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
