/** Targets that hold what they were told last, and what they must hold by the end of a run. */
import type { Delivery } from '../../lib/core/delivery.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { WORDS } from '../../lib/targets/kit/words.ts';
import type { Thing } from '../world/holders.ts';
import type { Shown } from '../world/receivers.ts';
import type { World } from '../world/world.ts';
import type { Case, Rule } from './case.ts';
import type { Plan } from './plan.ts';

/** Their names: one that keeps a message up to date, one that sets the status of a commit, one that opens incidents. */
export const FOLLOWER = 'follower';
export const COMMIT = 'commit';
export const INCIDENT = 'incident';

/** What each of them has of a watch. */
const THINGS: Readonly<Record<string, (watch: Watch) => Thing>> = {
  [FOLLOWER]: ({ id }) => ({ place: 'channel', about: id }),
  [COMMIT]: ({ labels }) => ({ place: 'commit', about: labels.sha ?? '' }),
  [INCIDENT]: ({ id }) => ({ place: 'incident', about: id }),
};

export const isHolder = (target: string): boolean => target in THINGS;

const shownBy = ({ receivers }: World, target: string, watch: Watch): readonly Shown[] => {
  const thing = THINGS[target]?.(watch);
  return receivers.shown.filter(({ place, about }) => place === thing?.place && about === thing.about);
};

const { status: STATUSES, asides: ASIDES } = WORDS.en;
const ON_THE_WAY = [STATUSES.pending, STATUSES.running, STATUSES.attention, ...Object.values(ASIDES)];

/** How an end begins in a message: after how long comes behind it. */
const endOf = ({ status }: Watch): string => (status === 'timed_out' ? 'was not over' : STATUSES[status]);

const isEndOf =
  (watch: Watch) =>
  ({ words }: Pick<Shown, 'words'>): boolean =>
    words.includes(endOf(watch)) && !ON_THE_WAY.some((other) => words.includes(other));

/** When a target that holds state was told of a watch's end. */
export const endsShown = (world: World, target: string, watch: Watch): readonly number[] =>
  shownBy(world, target, watch)
    .filter(isEndOf(watch))
    .map(({ at }) => at);

/** Whether a newer watch of the same operation has the thing now. Where watches are deleted after days, one may have had it. */
export const isSucceeded = ({ evidence, plan }: Case, target: string, watch: Watch): boolean =>
  target === COMMIT && (plan.rare.keepMs !== undefined || hasNewer(evidence, target, watch));

const hasNewer = (evidence: Case['evidence'], target: string, watch: Watch): boolean =>
  [...evidence.watches.values()].some(
    ({ watch: other }) =>
      other.labels.sha === watch.labels.sha && other.generation > watch.generation && other.notify.includes(target),
  );

/**
 * Until when a request may still arrive stands in the table as a time. Where notifiers have clocks that are hours apart, one of them
 * takes that time for over which another has just written, and a request that comes late may be the last.
 */
const isOutOfOrder = ({ rare: { clock }, replies }: Plan): boolean =>
  clock?.by === 'notifier' && clock.share < 1 && (replies.late ?? 0) > 0;

/** The end is the last that a target was told, however attempts, resends and the functions that made them overtook each other. */
export const checkHolders: Rule = (run) => {
  const { evidence, plan, world } = run;
  const { watches, items, expect } = evidence;
  const parked = new Set<string>();
  for (const { pk, sk, body } of items.values()) {
    if (!sk.startsWith('delivery#')) continue;
    const { state, target, event } = body as Delivery;
    if (state === 'parked') parked.add(`${pk} ${target} ${event.event}`);
  }
  const messages = [...world.receivers.channel.messages.values()];
  for (const { watch } of watches.values()) {
    const about = messages.filter((message) => message.watch === watch.id);
    if (plan.isQuiet) expect(about.length <= 1, () => `two messages where one was to be kept: ${watch.id}`);
    // A function that was frozen sends what it had in hand half an hour later, when nobody waits for that any more.
    if (!isOver(watch.status) || plan.rare.freezes > 0 || isOutOfOrder(plan)) continue;
    const isEnd = isEndOf(watch);
    const said = (words: readonly string[]) => `${watch.id} (${watch.provider} ${watch.status}) ${words.join(' / ')}`;
    const isParked = (target: string) => parked.has(`${watch.id} ${target} ${watch.status}`);
    for (const target of watch.notify.filter(isHolder)) {
      if (isParked(target) || isSucceeded(run, target, watch)) continue;
      const shown = shownBy(world, target, watch);
      const last = shown.at(-1);
      expect(
        last === undefined || isEnd(last),
        () => `the ${target} does not hold the end: ${said(shown.map(({ words }) => words))}`,
      );
    }
    for (const { texts } of isParked(FOLLOWER) ? [] : about) {
      const words = texts.map(({ text }) => text);
      const isWrittenOver = words.some((text) => isEnd({ words: text })) && !isEnd({ words: words.at(-1) ?? '' });
      expect(!isWrittenOver, () => `an end is written over: ${said(words)}`);
    }
  }
};
