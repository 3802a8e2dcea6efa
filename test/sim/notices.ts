/** What operators must have been told by the end of a run, or be owed. */
import type { Delivery } from '../../lib/core/delivery.ts';
import { isNotice, type Notice } from '../../lib/core/notice.ts';
import { targetName } from '../../lib/core/target-name.ts';
import type { Evidence } from './recorder.ts';

/** The name of the target that hears them. */
export const OPERATORS = 'operators';

export const checkNotices = ({ watches, items, expect }: Evidence): void => {
  const deliveries = [...items.values()].flatMap(({ sk, body }) =>
    sk.startsWith('delivery#') ? [body as Delivery] : [],
  );
  const notices = deliveries.flatMap(({ event }) => (isNotice(event) ? [event] : []));
  const has = (about: (notice: Notice) => boolean): boolean => notices.some(about);

  for (const { event, state, target } of deliveries) {
    if (isNotice(event) || state !== 'parked') continue;
    const place = targetName(target);
    expect(
      has((notice) => notice.event === 'delivery_parked' && notice.target === place),
      () => `operators do not hear of what is parked: ${place}`,
    );
  }
  for (const { watch } of watches.values()) {
    for (const word of watch.unknownWords ?? []) {
      expect(
        has((notice) => notice.event === 'unknown_word' && notice.provider === watch.provider && notice.word === word),
        () => `operators do not hear of the word ${word} of ${watch.provider}`,
      );
    }
  }
};
