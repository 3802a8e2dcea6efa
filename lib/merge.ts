/** What a chat that cannot be told everything now is told together: a group of deliveries for each message. */
import { mayAttemptAt } from './delivery.ts';
import type { Due } from './due.ts';
import { type DeliveryItem, wakeUpOf, watchKey } from './items.ts';
import { isNotice } from './notice.ts';
import { type Recipient, recipientOf } from './recipient.ts';
import type { Runtime } from './runtime.ts';
import { EARLY_MS } from './schedule.ts';
import type { Item, Key } from './store.ts';
import type { Watch } from './watch.ts';

/** What of several operations a chat can be told in one message. */
export const canMerge = ({ job }: Due, { target, follows }: Recipient): boolean =>
  target?.digest !== undefined && !follows && !isNotice(job.item.body.event);

/** What goes into one message each: a chat that cannot be told everything now is told of several operations at once. */
export const merged = (dues: readonly Due[], recipient: Recipient): Due[][] => {
  const together = dues.filter((due) => canMerge(due, recipient));
  const alone = dues.filter((due) => !canMerge(due, recipient)).map((due) => [due]);
  return together.length > 0 ? [together, ...alone] : alone;
};

/** Deliveries that found no turn in other batches and still wait for one: their own messages will find them told. */
export const leftByOthers = async (
  keys: readonly Key[],
  recipient: Recipient,
  { table, now, config }: Runtime,
): Promise<Due[]> => {
  if (keys.length === 0) return [];
  const items = await table.get(keys.flatMap((key) => [key, watchKey(key.pk)]));
  return keys.flatMap((key): Due[] => {
    const item = items.find(({ pk, sk }) => pk === key.pk && sk === key.sk) as DeliveryItem | undefined;
    const watch = items.find(({ pk, sk }) => pk === key.pk && sk === 'watch') as Item<Watch> | undefined;
    if (!item || !watch || item.body.state !== 'waiting' || mayAttemptAt(item.body) > now() + EARLY_MS) return [];
    const due = { job: { wakeUp: wakeUpOf(item), messageId: '', item, receives: 0 }, watch: watch.body };
    return recipientOf(item.body, config).turn === recipient.turn && canMerge(due, recipient) ? [due] : [];
  });
};
