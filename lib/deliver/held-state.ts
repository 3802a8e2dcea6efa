/**
 * Some targets hold an object with a state: a commit status, an incident or a live message. The held object shows the
 * state of the last request. Each held object has one item in the table. The item says which function may change the
 * object now, which name the target gave to the object, and which states opwatch has sent.
 *
 * Only one attempt runs at a time. The notifier takes the item, then reads the watch, then sends. So it never sends an
 * older state after a newer one. The item is free again when the attempt has ended, or CLAIM_MS after the notifier took
 * it.
 *
 * The outcome of an attempt is known in two cases. Either the target has answered it, or its request has never left
 * opwatch. Nothing of such an attempt can arrive later. The outcome is unknown in these cases:
 * - No answer came (a time-out, or a connection that broke after the request was sent).
 * - A gateway answered for a target that did not (502, 504, 524).
 * - The function did not give the item back. It was killed, or another function has taken the item meanwhile.
 *
 * A request with an unknown outcome may still arrive, even after a later request. So the state of the held object is in
 * doubt until DOUBT_MS after the start of the request. opwatch sends a state that it delivers in this time once more
 * when the time is over.
 */

import type { Key } from '../core/item.ts';
import { believed, CLAIM_MS, DOUBT_MS, KEEP_MS, SECOND } from '../core/schedule.ts';
import { isOver, type Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { heldKey, messageKey } from '../store/keys.ts';
import { sharedItem } from '../store/shared-item.ts';
import type { Standing, Target } from '../targets/target.ts';

/** A state of an operation that opwatch has sent to the target. `generation` is the generation of the watch. */
export type LastTold = Standing & {
  readonly operation: string;
  readonly generation: number;
  /** The time of the event. Progress has none, because opwatch always sends the present progress. */
  readonly at?: number;
};

export type HeldState = {
  /** The name that the target gave to the held object. It is undefined until the target has created the object. */
  readonly handle?: string;
  /** The last state of each operation that opwatch has sent. Several operations may share one held object. */
  readonly told?: readonly LastTold[];
  /** The time until which a request with an unknown outcome may still arrive. */
  readonly doubtUntil?: number;
  readonly claim?: { readonly by: string; readonly until: number };
};

export type HeldStates = {
  /** Takes the held object for one attempt, or answers when the function can ask again. */
  readonly take: (by: string) => Promise<HeldState | { readonly retryAt: number }>;
  /**
   * Gives the held object back in a new state. It changes nothing where another function has taken the object
   * meanwhile.
   */
  readonly leave: (by: string, held: HeldState) => Promise<void>;
};

const AGAIN_MS = 2 * SECOND;

/** A target with its name in the configuration. `follows`: opwatch keeps one live message of each watch there. */
type Holder = {
  readonly name: string;
  readonly target: Target | undefined;
  readonly settings: unknown;
  readonly follows: boolean;
};

/**
 * Returns the key of the item for the object that a target holds for a watch. Returns undefined where the target holds
 * nothing.
 */
export const heldKeyOf = (watch: Watch, { name, target, settings, follows }: Holder): Key | undefined => {
  if (follows || target?.holds === 'watch') return messageKey(watch.id, name);
  return target?.holds && heldKey(target.type, target.holds(watch, settings));
};

/**
 * Returns the time until which the state of the held object is in doubt, or undefined where it is not. The end may come
 * from a clock that is ahead of ours. The request was still under way, so the whole time then counts from now.
 */
export const doubtOf = ({ doubtUntil = 0 }: HeldState, now: number): number | undefined =>
  doubtUntil > now ? believed(doubtUntil, now, DOUBT_MS) || now + DOUBT_MS : undefined;

const laterOf = (a: number | undefined, b: number): number => Math.max(a ?? 0, b);

/**
 * Gives the held object to the function `by`. Its state is in doubt where another function took it and never gave it
 * back. The clock of that function is not known, so the doubt begins now.
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
        // An earlier try of this function may have written the claim, and the table's answer was lost.
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

/** Marks the state of the held object as in doubt after an attempt with an unknown outcome. */
export const inDoubt = (held: HeldState, since: number): HeldState => ({
  ...held,
  doubtUntil: laterOf(doubtOf(held, since), since + DOUBT_MS),
});

const lastOf = ({ told = [] }: HeldState, { operation }: LastTold): LastTold | undefined =>
  told.find((each) => each.operation === operation);

/**
 * Answers whether the target got a later state of the same operation: from a newer watch, or from this watch. Within
 * one watch the end is always the last state, whatever its time. The clock of the function that wrote the end may have
 * been behind.
 */
export const wasToldLater = (held: HeldState, news: LastTold): boolean => {
  const last = lastOf(held, news);
  if (!last || last.generation < news.generation) return false;
  if (last.generation > news.generation) return true;
  if (isOver(news.status) !== isOver(last.status)) return isOver(last.status);
  return (last.at ?? 0) > (news.at ?? Number.POSITIVE_INFINITY);
};

/** Returns the states of the other operations that share the held object. */
export const othersIn = ({ told = [] }: HeldState, { operation }: LastTold): readonly Standing[] =>
  told.filter((each) => each.operation !== operation).map(({ status }) => ({ status }));

const TOLD_MAX = 200;

/**
 * Records a delivered state. If the held object then has too many operations, it drops one of them: the oldest that
 * succeeded, or else the oldest.
 */
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
