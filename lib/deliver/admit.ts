/**
 * The first stage of a message: it decides which of its deliveries opwatch sends now. A delivery whose event is no
 * longer true ends here. The stage claims the others, so that no second function sends them.
 */
import { claimed, mayAttemptAt } from '../core/delivery.ts';
import { isOnTheWay } from '../core/event.ts';
import type { Item, Key } from '../core/item.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { type DeliveryItem, withBody } from '../store/items.ts';
import { watchKey } from '../store/keys.ts';
import type { Disposition } from '../wake/wake-ups.ts';
import { type DueDelivery, isOfNoUse, type Results } from './due.ts';
import { heldState, wasToldLater } from './held-state.ts';
import { giveBack, newsOf } from './held-thing.ts';
import type { Admitted, Claim, Message, Stage } from './message.ts';
import { saveOvertaken } from './save-attempt.ts';

export const admit: Stage<Message, Admitted> = (message, runtime) => {
  const { dues, recipient } = message;
  const [one] = dues;
  const key = dues.length === 1 && one?.watch ? recipient.heldKey(one.watch) : undefined;
  return one && key ? admitHeld(message, { due: one, key }, runtime) : admitFree(message, runtime);
};

/** Admits the deliveries to a target that keeps every message. The order of requests does not matter there. */
const admitFree: Stage<Message, Admitted> = async (message, runtime) => {
  const { dues, recipient } = message;
  const fresh = await withFreshWatches(dues, runtime);
  const { no: current = [], yes: late = [] } = Object.groupBy(fresh, (due) =>
    isOfNoUse(due, recipient) ? 'yes' : 'no',
  );
  const dropped = await dropAll(late, runtime);
  const { claims, results } = await claimAll(current, runtime);
  return { ...message, claims, results: [...dropped, ...results] };
};

/**
 * Admits a delivery to a target that holds state. It first takes the item of the held object (held-state.ts), and reads
 * the watch afterwards. So an older state never follows a newer one.
 */
const admitHeld = async (
  message: Message,
  { due, key }: { readonly due: DueDelivery; readonly key: Key },
  runtime: Runtime,
): Promise<Admitted> => {
  const by = runtime.uniqueId();
  const state = await heldState(key, runtime).take(by);
  if ('retryAt' in state) return { ...message, claims: [], results: [[due, state]] };
  const [fresh = due] = await withFreshWatches([due], runtime);
  const news = fresh.watch && newsOf(fresh.watch, due.job.item);
  if (!news || isOfNoUse(fresh, message.recipient) || wasToldLater(state, news)) {
    await giveBack({ key, by, state }, runtime);
    return { ...message, claims: [], results: await dropAll([due], runtime) };
  }
  const { claims, results } = await claimAll([fresh], runtime);
  if (claims.length > 0) return { ...message, claims, results, held: { key, by, state, news } };
  await giveBack({ key, by, state }, runtime);
  return { ...message, claims, results };
};

const dropAll = (dues: readonly DueDelivery[], runtime: Runtime): Promise<Results> =>
  Promise.all(dues.map(async (due) => [due, await saveOvertaken(due.job.item, runtime)] as const));

const isOpen = ({ job }: DueDelivery): boolean => isOnTheWay(job.item.body.event.event);

/** Reads the watches again if the present state of a watch decides whether its event is still true. */
const withFreshWatches = async (
  dues: readonly DueDelivery[],
  { table }: Pick<Runtime, 'table'>,
): Promise<readonly DueDelivery[]> => {
  const keys = new Set(dues.filter(isOpen).map(({ job }) => job.item.pk));
  if (keys.size === 0) return dues;
  const items = (await table.get([...keys].map(watchKey))) as Item<Watch>[];
  return dues.map((due) => {
    if (!isOpen(due)) return due;
    const watch = items.find(({ pk }) => pk === due.job.item.pk)?.body;
    return { job: due.job, ...(watch && { watch }) };
  });
};

/**
 * Claims deliveries for one attempt, one after another. A delivery that another function has claimed gets its result at
 * once.
 */
const claimAll = async (
  dues: readonly DueDelivery[],
  runtime: Runtime,
): Promise<{ readonly claims: readonly Claim[]; readonly results: Results }> => {
  const claims: Claim[] = [];
  const results: (readonly [DueDelivery, Disposition])[] = [];
  for (const due of dues) {
    const claim = await claimFor(due.job.item, runtime);
    if ('item' in claim) claims.push({ due, item: claim.item });
    else results.push([due, claim.result]);
  }
  return { claims, results };
};

const claimFor = async (
  item: DeliveryItem,
  { table, now, uniqueId }: Runtime,
): Promise<{ readonly item: DeliveryItem } | { readonly result: Disposition }> => {
  const by = uniqueId();
  const claim = withBody(item, claimed(item.body, by, now()), now(), now());
  if (await table.replace(claim)) return { item: claim };
  const [standing] = (await table.get([item])) as DeliveryItem[];
  if (!standing) return { result: 'ack' };
  // An earlier try of this function may have written the claim, and the table's answer was lost.
  if (standing.body.claim?.by === by) return { item: standing };
  return { result: { retryAt: mayAttemptAt(standing.body, now()) } };
};
