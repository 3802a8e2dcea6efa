/**
 * A target may hold state: a commit status, an incident, a live message. It shows the state of the last request. One item stands
 * for each such thing. The item says who may write the thing now, its name at the target, and the states that were told last.
 *
 * One attempt at a time. The notifier takes the item, then reads the watch, then sends. So it never sends a state that is older
 * than a state sent before. The item is free again when the attempt has ended, or CLAIM_MS after it was taken.
 *
 * Known and unknown outcomes. The outcome of an attempt is known when the target has answered it, or when its request has
 * never left: then nothing of it can arrive later. It is unknown
 *  - when no answer came (a time-out, a connection that broke after the request was sent),
 *  - when a gateway answered for a target that did not (502, 504, 524),
 *  - when nobody gave the item back (the function was killed, or another function has taken the item meanwhile).
 * Such a request may still arrive, after a later one. For DOUBT_MS from its beginning the thing is in doubt: a state that is
 * delivered in this time is sent once more when the time is over.
 */

import type { Key } from '../core/item.ts';
import { believed, CLAIM_MS, DOUBT_MS, KEEP_MS, SECOND } from '../core/schedule.ts';
import { isOver, type Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { heldKey, messageKey } from '../store/keys.ts';
import { sharedItem } from '../store/shared-item.ts';
import type { Standing, Target } from '../targets/target.ts';

/** A state of an operation that the target was told. Generations are those of the operation's watches. */
export type LastTold = Standing & {
  readonly operation: string;
  readonly generation: number;
  /** When the event happened; none of progress, which is told as it is at the moment. */
  readonly at?: number;
};

export type HeldState = {
  /** The name of the thing at the target, once it is there. */
  readonly handle?: string;
  /** The last state of each operation that the target was told. Several operations may share one thing. */
  readonly told?: readonly LastTold[];
  /** Until then, a request without a known outcome may still arrive. */
  readonly doubtUntil?: number;
  readonly claim?: { readonly by: string; readonly until: number };
};

export type HeldStates = {
  /** Takes the thing for one attempt, or tells when to ask again. */
  readonly take: (by: string) => Promise<HeldState | { readonly retryAt: number }>;
  /** Gives it back in a new state. A function that has lost it meanwhile changes nothing. */
  readonly leave: (by: string, held: HeldState) => Promise<void>;
};

const AGAIN_MS = 2 * SECOND;

/** A target, by its name in the configuration; `follows`: it keeps one live message of a watch. */
type Holder = {
  readonly name: string;
  readonly target: Target | undefined;
  readonly settings: unknown;
  readonly follows: boolean;
};

/** The item of what a target of this name holds of a watch; undefined where it holds nothing. */
export const heldKeyOf = (watch: Watch, { name, target, settings, follows }: Holder): Key | undefined => {
  if (follows || target?.holds === 'watch') return messageKey(watch.id, name);
  return target?.holds && heldKey(target.type, target.holds(watch, settings));
};

/**
 * Until when the thing is in doubt; undefined when it is not. By a clock that is ahead it seems to be so for longer: the request
 * was on its way all the same, so the whole time counts from now.
 */
export const doubtOf = ({ doubtUntil = 0 }: HeldState, now: number): number | undefined =>
  doubtUntil > now ? believed(doubtUntil, now, DOUBT_MS) || now + DOUBT_MS : undefined;

const laterOf = (a: number | undefined, b: number): number => Math.max(a ?? 0, b);

/**
 * The thing in the hands of `by`; in doubt where somebody has taken it before and never gave it back. By which clock that was is
 * not known, so the doubt begins now.
 */
const taken = (before: HeldState, by: string, now: number): HeldState => {
  const { doubtUntil: _, ...held } = before;
  const doubtUntil = held.claim ? now + DOUBT_MS : doubtOf(before, now);
  return { ...held, ...(doubtUntil !== undefined && { doubtUntil }), claim: { by, until: now + CLAIM_MS } };
};

export const heldState = (key: Key, deps: Pick<Runtime, 'table' | 'chance' | 'pause' | 'now'>): HeldStates => {
  const { now } = deps;
  const items = sharedItem<HeldState>({}, deps, () => Math.ceil((now() + KEEP_MS) / SECOND));
  return {
    take: (by) =>
      items.change<HeldState | { readonly retryAt: number }>(key, (held) => {
        // The claim may be ours after all, written by a try whose answer was lost.
        if (held.claim?.by === by) return { body: held, result: held };
        if (held.claim && believed(held.claim.until, now(), CLAIM_MS) > now())
          return { body: held, result: { retryAt: now() + AGAIN_MS } };
        const body = taken(held, by, now());
        return { body, result: body };
      }),
    leave: (by, { claim: _, ...left }) =>
      items.change(key, (held) => ({ body: held.claim?.by === by ? left : held, result: undefined })),
  };
};

/** After an attempt whose outcome is not known. */
export const inDoubt = (held: HeldState, since: number): HeldState => ({
  ...held,
  doubtUntil: laterOf(doubtOf(held, since), since + DOUBT_MS),
});

const lastOf = ({ told = [] }: HeldState, { operation }: LastTold): LastTold | undefined =>
  told.find((each) => each.operation === operation);

/**
 * Whether the target was told a later state of the same operation: by a newer watch, or of the same one. There an end is the last,
 * whenever it was: the clock of the function that wrote it may have been behind.
 */
export const wasToldLater = (held: HeldState, news: LastTold): boolean => {
  const last = lastOf(held, news);
  if (!last || last.generation < news.generation) return false;
  if (last.generation > news.generation) return true;
  if (isOver(news.status) !== isOver(last.status)) return isOver(last.status);
  return (last.at ?? 0) > (news.at ?? Number.POSITIVE_INFINITY);
};

/** The states of other operations that share the thing. */
export const othersIn = ({ told = [] }: HeldState, { operation }: LastTold): readonly Standing[] =>
  told.filter((each) => each.operation !== operation).map(({ status }) => ({ status }));

const TOLD_MAX = 200;

/** Notes that a state was delivered. Of too many operations the oldest goes: the oldest that succeeded, if any did. */
export const withTold = (held: HeldState, news: LastTold): HeldState => {
  const others = (held.told ?? []).filter(({ operation }) => operation !== news.operation);
  const at = news.at ?? lastOf(held, news)?.at;
  const next: LastTold = { ...news, ...(at !== undefined && { at }) };
  const isFull = others.length >= TOLD_MAX;
  const first = isFull
    ? Math.max(
        others.findIndex(({ status }) => status === 'succeeded'),
        0,
      )
    : -1;
  return { ...held, told: [...others.filter((_, i) => i !== first), next] };
};
