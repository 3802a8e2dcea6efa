/**
 * Accepts submissions. It writes a new watch and sends the watch's message. If a watch of the same operation exists,
 * the submission joins that watch.
 */

import type { Item } from '../core/item.ts';
import type { CloudStatus } from '../core/observation.ts';
import { answersFor, join, reportedRuns, type Watch } from '../core/watch.ts';
import { lacksOf } from '../deliver/recipient.ts';
import type { Runtime } from '../runtime.ts';
import { keepHead, moveHead } from '../store/head.ts';
import { newWatchItem, relisted, type WatchItem, withBody, wokenWith } from '../store/items.ts';
import { headKey, watchId, watchKey } from '../store/keys.ts';
import type { Lack } from '../targets/target.ts';
import { wake } from '../wake/wake.ts';
import type { Submission } from './submission.ts';

/** The number of watches and deliveries that a submission takes from its tenant's limits. */
export type Quota = { readonly watches: number; readonly deliveries: number };

/** The limit that `of` names is used up, and nothing was written. After `waitMs` there may be room again. */
export type OverQuota = { readonly waitMs: number; readonly of: keyof Quota };

/** Takes a whole quota or nothing. In the second case it answers which limit is used up; see limits.ts. */
type TakeQuota = (quota: Quota) => Promise<OverQuota | undefined>;

/** The tenant that submits, and the function that takes its quota. */
type Submitter = { readonly tenant: string; readonly takeQuota: TakeQuota };

type Head = Item<{ generation: number }>;

type SubmitDeps = Pick<Runtime, 'table' | 'queue' | 'env' | 'now' | 'log' | 'config'>;
type WatchDeps = Omit<SubmitDeps, 'config'>;
type Identity = Pick<Watch, 'tenant' | 'connection' | 'provider' | 'operation'>;

/** The table did not take the submission, or its answer was lost. The caller must submit it again. */
export type NotTaken = { readonly failed: true };

export type Accepted = {
  readonly item: WatchItem;
  readonly isNew: boolean;
  /** The watch did not change, because it would have too many targets with those of this submission. */
  readonly isFull?: boolean;
  /**
   * The watch did not change, because it lacks labels that these targets need. A later submission cannot add labels.
   */
  readonly lacks?: readonly Lack[];
};

/**
 * The maximum number of targets of one watch, from all its submissions together. The watch must fit into an item of 400
 * KB.
 */
export const WATCH_TARGETS_MAX = 50;

/**
 * Watches operations. When it answers, each accepted watch is in the table with a lease. If the message of a watch is
 * lost, the sweep sends another. A failed submission does not stop the others. A second submission of the same
 * operation is safe and answers the same watch.
 */
export const submit = async (
  submissions: readonly Submission[],
  caller: Submitter,
  deps: SubmitDeps,
): Promise<(Accepted | OverQuota | NotTaken)[]> => {
  const accepted = await Promise.all(submissions.map((submission) => orNotTaken(submission, caller, deps)));
  await wake(
    accepted.flatMap((each) => ('item' in each && each.isNew ? [each.item] : [])),
    deps,
  );
  return accepted;
};

const orNotTaken = (
  submission: Submission,
  caller: Submitter,
  deps: SubmitDeps,
): Promise<Accepted | OverQuota | NotTaken> =>
  accept(submission, caller, deps).catch((error): NotTaken => {
    deps.log.error('submission not taken', { provider: submission.provider.traits.name, error: String(error) });
    return { failed: true };
  });

/** Joins the existing watch of the operation. Where there is none, it begins the next generation. */
const accept = async (
  submission: Submission,
  { tenant, takeQuota }: Submitter,
  deps: SubmitDeps,
): Promise<Accepted | OverQuota> => {
  const { table, now } = deps;
  const { provider, connection, operation } = submission;
  const identity: Identity = { tenant, connection, provider: provider.traits.name, operation };
  const found = await table.get([headKey(identity), watchKey(watchId(identity, 1))]);
  const head = found.find(({ sk }) => sk === 'head') as Head | undefined;

  // The head may point to an old generation, because a function can crash between the two writes. So this loop tries
  // one generation after another, from the head on.
  let hasQuota = false;
  let earlierRuns: Watch['earlierRuns'] = [];
  for (let generation = head?.body.generation ?? 1; ; generation += 1) {
    const item = newWatchItem(newWatch(submission, { ...identity, generation, earlierRuns }, now()), now());
    const known = found.find(({ pk, sk }) => pk === item.pk && sk === 'watch') as WatchItem | undefined;
    if (!known && !hasQuota) {
      const over = await takeQuota({ watches: 1, deliveries: submission.notify.length });
      if (over) return over;
      hasQuota = true;
    }
    if (!known && (await begin(item, head, deps))) return { item, isNew: true };
    const standing = known ?? (await findStanding(item, deps));
    if (!standing) continue;
    const namesRecur = (end: CloudStatus) => provider.traits.namesRecur?.(operation, end) ?? false;
    if (answersFor(standing.body, namesRecur))
      return joinStanding(standing, { submission, takeQuota: hasQuota ? free : takeQuota }, deps);
    earlierRuns = reportedRuns(standing.body);
  }
};

/** This submission has taken its quota already, so it takes nothing more. */
const free: TakeQuota = async () => undefined;

/** Writes a new watch. Answers false where a watch of the same generation exists. */
const begin = async (item: WatchItem, head: Head | undefined, deps: WatchDeps): Promise<boolean> => {
  if (!(await deps.table.insert(item))) return false;
  const { generation } = item.body;
  if (generation > 1) await moveHead(item.body, generation, head, deps);
  return true;
};

const findStanding = async (item: WatchItem, { table }: Pick<SubmitDeps, 'table'>): Promise<WatchItem | undefined> => {
  const [found] = (await table.get([item])) as WatchItem[];
  return found;
};

/** Adds the targets of a submission to the existing watch of its operation. */
const joinStanding = async (
  standing: WatchItem,
  { submission, takeQuota }: { readonly submission: Submission; readonly takeQuota: TakeQuota },
  deps: SubmitDeps,
): Promise<Accepted | OverQuota> => {
  const { notify } = submission;
  const targets = new Set([...standing.body.notify, ...notify]);
  if (targets.size > WATCH_TARGETS_MAX) return { item: standing, isNew: false, isFull: true };
  const lacks = lacksOf(notify, standing.body, deps.config);
  if (lacks.length > 0) return { item: standing, isNew: false, lacks };
  const deliveries = targets.size - standing.body.notify.length;
  const over = deliveries === 0 ? undefined : await takeQuota({ watches: 0, deliveries });
  if (over) return over;
  const joined = await changeWatch(standing, (watch) => join(watch, notify, deps.now()), deps);
  if (!joined) throw new Error('the watch was deleted while a target joined it');
  return { item: joined, isNew: false };
};

type Generation = Identity & Pick<Watch, 'generation' | 'earlierRuns'>;

const newWatch = (submission: Submission, { earlierRuns = [], ...named }: Generation, now: number): Watch => ({
  id: watchId(named, named.generation),
  ...named,
  ...(earlierRuns.length > 0 && { earlierRuns }),
  labels: submission.labels,
  notify: submission.notify,
  submittedAt: now,
  deadline: submission.deadline,
  status: 'pending',
  facts: {},
  memo: {},
  misses: 0,
  history: [{ at: now, status: 'pending' }],
  looks: 0,
  nextLookAt: now,
  owed: [],
});

/**
 * Changes a watch on a request from outside. It wakes the watch in two cases: the watch now owes an event, or its
 * deadline now comes before its message returns. An event is owed when the request ends the watch, or when a target
 * joins after the end. The new message has a new ticket, so only one message is valid. If the watch now lives longer,
 * its head and its place in the list also live longer. Returns undefined where another function has deleted the watch.
 * It then changes nothing.
 */
export const changeWatch = async (
  item: WatchItem,
  change: (watch: Watch) => Watch,
  deps: WatchDeps,
): Promise<WatchItem | undefined> => {
  const { table, now } = deps;
  let current = item;
  for (;;) {
    const body = change(current.body);
    if (body === current.body) return current;
    const wakes = body.owed.length > current.body.owed.length || body.deadline < current.body.deadline;
    const next = wakes ? wokenWith(current, body, now()) : undisturbed(current, body, now());
    const isLonger = body.deadline > current.body.deadline;
    if (isLonger) await keepHead(body, deps);
    const written = isLonger ? relisted(next, now()) : next;
    if (await table.replace(written)) {
      if (wakes) await wake([written], deps);
      return written;
    }
    const [again] = await table.get([current]);
    if (!again) return undefined;
    current = again as WatchItem;
  }
};

/** Returns the item with the changed watch. The poller's own fields stay: the count of looks and the reserved slots. */
const undisturbed = (item: WatchItem, body: Watch, now: number): WatchItem => {
  const { idle, slots } = item;
  return { ...withBody(item, body, body.nextLookAt, now), ...(idle && { idle }), ...(slots && { slots }) };
};
