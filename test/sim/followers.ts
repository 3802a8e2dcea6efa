/** What must hold of messages that are kept up to date, by the end of a run. */
import { WORDS } from '../../lib/targets/words.ts';
import { isOver, type Watch } from '../../lib/watch.ts';
import type { World } from '../world/world.ts';
import type { Plan } from './plan.ts';
import type { Evidence } from './witness.ts';

/** The name of the target that keeps them. */
export const FOLLOWER = 'follower';

/** How its end begins in a message: after how long comes behind it. */
const endOf = ({ status }: Watch): string => (status === 'timed_out' ? 'was not over' : WORDS.en.status[status]);

/** Whether the channel shows the end of a watch. */
export const showsEnd = ({ receivers }: World, watch: Watch): boolean =>
  [...receivers.channel.messages.values()].some(
    (message) => message.watch === watch.id && message.texts.at(-1)?.text.includes(endOf(watch)),
  );

/** When the channel was told of a watch's end. */
export const endsShown = ({ receivers }: World, watch: Watch): readonly number[] =>
  [...receivers.channel.messages.values()].flatMap((message) =>
    message.watch === watch.id
      ? message.texts.flatMap(({ at, text }) => (text.includes(endOf(watch)) ? [at] : []))
      : [],
  );

export const checkFollowers = ({ watches, expect }: Evidence, plan: Plan, { receivers }: World): void => {
  const messages = [...receivers.channel.messages.values()];
  for (const { watch } of watches.values()) {
    const about = messages.filter((message) => message.watch === watch.id);
    if (plan.isQuiet) expect(about.length <= 1, () => `two messages where one was to be kept: ${watch.id}`);
    // A request that is on its way for longer than its sender waits can come after what was sent later.
    if (!isOver(watch.status) || plan.faults.slow > 0) continue;
    for (const { texts } of about) {
      const end = texts.findIndex(({ text }) => text.includes(endOf(watch)));
      const isWrittenOver = end >= 0 && texts.slice(end).some(({ text }) => !text.includes(endOf(watch)));
      expect(!isWrittenOver, () => `an end is written over: ${watch.id} ${texts.map(({ text }) => text).join(' | ')}`);
    }
  }
};
