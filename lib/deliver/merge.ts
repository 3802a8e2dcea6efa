/** Groups deliveries into messages. A chat that is short of slots gets several deliveries in one message. */
import { mayAttemptAt } from '../core/delivery.ts';
import type { Item, Key } from '../core/item.ts';
import { isNotice, isUrgent } from '../core/notice.ts';
import { EARLY_MS } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { type DeliveryItem, wakeUpOf } from '../store/items.ts';
import { watchKey } from '../store/keys.ts';
import type { DueDelivery } from './due.ts';
import { type Recipient, recipientOf } from './recipient.ts';

/**
 * Answers whether a delivery can share a message with others of its kind. Events share with events, and notices with
 * notices.
 */
export const canMerge = ({ job }: DueDelivery, { target, follows }: Recipient): boolean =>
  isOfNotice(job.item) ? target?.notices !== undefined : target?.digest !== undefined && !follows;

const isOfNotice = ({ body: { event } }: DeliveryItem): boolean => isNotice(event);

export const isOfUrgent = ({ body: { event } }: DeliveryItem): boolean => isNotice(event) && isUrgent(event);

/** The maximum number of notices in one message. With more notices, their reasons would not fit. */
const NOTICES_MAX = 20;

/** Puts notices into as few messages as possible. Urgent notices go first. */
const ofNotices = (dues: readonly DueDelivery[], recipient: Recipient): DueDelivery[][] => {
  const notices = dues.filter((due) => isOfNotice(due.job.item) && canMerge(due, recipient));
  const sorted = notices.toSorted((a, b) => Number(isOfUrgent(b.job.item)) - Number(isOfUrgent(a.job.item)));
  return Array.from({ length: Math.ceil(sorted.length / NOTICES_MAX) }, (_, i) =>
    sorted.slice(i * NOTICES_MAX, (i + 1) * NOTICES_MAX),
  );
};

/** Puts messages with an urgent notice before all other messages. */
const urgentFirst = (groups: readonly DueDelivery[][]): DueDelivery[][] =>
  groups.toSorted((a, b) => Number(hasUrgent(b)) - Number(hasUrgent(a)));
const hasUrgent = (group: readonly DueDelivery[]): boolean => group.some(({ job }) => isOfUrgent(job.item));

/** Returns the messages for a target with enough slots: one for each event. Notices go together. */
export const apart = (dues: readonly DueDelivery[], recipient: Recipient): DueDelivery[][] => {
  const others = dues.filter((due) => !isOfNotice(due.job.item) || !canMerge(due, recipient));
  return urgentFirst([...others.map((due) => [due]), ...ofNotices(dues, recipient)]);
};

/** Returns the messages for a target with too few slots. Events also go together. */
export const merged = (dues: readonly DueDelivery[], recipient: Recipient): DueDelivery[][] => {
  const together = dues.filter((due) => !isOfNotice(due.job.item) && canMerge(due, recipient));
  const alone = dues.filter((due) => !canMerge(due, recipient)).map((due) => [due]);
  return urgentFirst([...(together.length > 0 ? [together] : []), ...alone, ...ofNotices(dues, recipient)]);
};

/**
 * Returns deliveries of other batches that got no slot and still wait. This batch sends them, too. Later their own
 * messages find them delivered.
 */
export const leftByOthers = async (
  keys: readonly Key[],
  recipient: Recipient,
  { table, now, config }: Runtime,
): Promise<DueDelivery[]> => {
  if (keys.length === 0) return [];
  const items = await table.get(keys.flatMap((key) => [key, watchKey(key.pk)]));
  return keys.flatMap((key): DueDelivery[] => {
    const item = items.find(({ pk, sk }) => pk === key.pk && sk === key.sk) as DeliveryItem | undefined;
    const watch = items.find(({ pk, sk }) => pk === key.pk && sk === 'watch') as Item<Watch> | undefined;
    if (!item || !(watch || isOfNotice(item))) return [];
    if (item.body.state !== 'waiting' || mayAttemptAt(item.body, now()) > now() + EARLY_MS) return [];
    const job = { wakeUp: wakeUpOf(item), messageId: '', item, receives: 0 };
    const due = { job, ...(watch && { watch: watch.body }) };
    return recipientOf(item.body, config).limiter === recipient.limiter && canMerge(due, recipient) ? [due] : [];
  });
};
