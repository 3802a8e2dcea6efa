/** Accepts one submission, or an array of up to 25. Each submission gets an answer of its own. */
import type { Caller } from '../access/caller.ts';
import { type Problem, pointer, problem, TOO_MANY_DELIVERIES, TOO_MANY_REQUESTS, tooMany } from '../access/problem.ts';
import { withinTenant } from '../access/within-tenant.ts';
import { lookPolicyOf } from '../config/look-policy.ts';
import { type Lane, openLane } from '../core/lane.ts';
import { sentence } from '../core/sentences.ts';
import { type WatchView, watchView } from '../core/view.ts';
import { linksOf } from '../deliver/links.ts';
import { contextsOf } from '../deliver/recipient.ts';
import { lanesOf } from '../limits/lanes.ts';
import type { Runtime } from '../runtime.ts';
import { type Checked, checkSubmission, SUBMISSIONS_MAX } from './submission.ts';
import { type Accepted, type NotTaken, type OverQuota, type Quota, submit, WATCH_TARGETS_MAX } from './submit.ts';

type One = { readonly status: number; readonly body: WatchView | Problem };
type Many = {
  readonly status: number;
  readonly body: readonly { readonly status: number; readonly watch?: WatchView; readonly problem?: Problem }[];
};
/** `status` is the HTTP status. For an array it is 207, and each submission has its own status inside. */
export type Receipt = One | Many;

const NOT_TAKEN = 'opwatch could not write the submission: submit it again';
const NO_PLACE: Readonly<Record<keyof Quota, string>> = {
  watches: 'this tenant has reached its limit of active watches',
  deliveries: TOO_MANY_DELIVERIES,
};

export const receive = async (input: unknown, asking: Caller, runtime: Runtime): Promise<Receipt> => {
  const { tenant } = asking;
  const { config, now, limits } = runtime;
  const caller = withinTenant(asking, config.boundsFor(tenant));
  const many = Array.isArray(input);
  const inputs: readonly unknown[] = many ? input : [input];
  if (inputs.length === 0 || inputs.length > SUBMISSIONS_MAX) {
    const detail = sentence('array_size', { count: String(SUBMISSIONS_MAX) });
    return { status: 422, body: problem(422, detail, [{ pointer: '', detail }]) };
  }
  const waitMs = caller.isUnlimited ? 0 : await limits.requests.take(tenant, inputs.length);
  if (waitMs > 0) return { status: 429, body: tooMany(TOO_MANY_REQUESTS, waitMs) };
  const checked = inputs.map((one, i) =>
    checkSubmission(one, { ...caller, config, now: now() }, many ? pointer('', i) : ''),
  );
  const good = checked.flatMap((check) => ('submission' in check ? [check.submission] : []));
  const accepted = await submit(good, { tenant, takeQuota: quotaOf(caller, limits) }, runtime);

  const lanes = await lanesOf(
    good.map(({ connection }) => connection),
    runtime,
  );
  const answers = checked.map((check) =>
    'submission' in check ? answerTo(accepted[good.indexOf(check.submission)], lanes, runtime) : refusalOf(check),
  );
  if (!many) return answers[0] ?? { status: 422, body: problem(422, 'nothing was submitted') };
  return {
    status: 207,
    body: answers.map(({ status, body }) => ('title' in body ? { status, problem: body } : { status, watch: body })),
  };
};

/** Returns a function that takes the quota of a submission from its tenant's limits. */
const quotaOf =
  ({ tenant, isUnlimited }: Caller, { watches, deliveries }: Runtime['limits']) =>
  async (quota: Quota): Promise<OverQuota | undefined> => {
    if (isUnlimited) return undefined;
    const placesMs = quota.watches > 0 ? await watches.take(tenant, quota.watches) : 0;
    if (placesMs > 0) return { waitMs: placesMs, of: 'watches' };
    const deliveriesMs = quota.deliveries > 0 ? await deliveries.take(tenant, quota.deliveries) : 0;
    return deliveriesMs > 0 ? { waitMs: deliveriesMs, of: 'deliveries' } : undefined;
  };

const refusalOf = ({ faults, beyond }: Exclude<Checked, { submission: unknown }>): One =>
  faults.length > 0
    ? { status: 422, body: problem(422, 'opwatch refuses the submission and has written nothing of it', faults) }
    : {
        status: 403,
        body: problem(403, 'this token does not allow the submission; opwatch has written nothing of it', beyond),
      };

const answerTo = (
  taken: Accepted | OverQuota | NotTaken | undefined,
  lanes: ReadonlyMap<string, Lane>,
  { config, now, env }: Runtime,
): One => {
  if (!taken || 'failed' in taken) return { status: 503, body: problem(503, NOT_TAKEN) };
  if ('waitMs' in taken) return { status: 429, body: tooMany(NO_PLACE[taken.of], taken.waitMs) };
  const conflict = conflictOf(taken);
  if (conflict !== undefined) return { status: 409, body: problem(409, conflict) };
  const watch = taken.item.body;
  const lane = lanes.get(watch.connection) ?? openLane;
  const policy = lookPolicyOf(watch, config);
  const body = watchView(watch, linksOf(watch, { env }), policy, lane, now(), contextsOf(watch, config));
  return { status: taken.isNew ? 202 : 200, body };
};

/** Returns the reason why the targets of a submission could not join the existing watch. */
const conflictOf = ({ item: { body: watch }, isFull, lacks }: Accepted): string | undefined => {
  if (isFull) {
    const [count, most] = [String(watch.notify.length), String(WATCH_TARGETS_MAX)];
    return sentence('watch_full', { watch: watch.id, count, most });
  }
  if (!lacks) return undefined;
  const needs = lacks.map(({ at, detail }) => `${at.join('.')} ${detail}`).join('; ');
  return sentence('watch_stands', { watch: watch.id, needs });
};

/** Returns the problems in a receipt, one for each refused submission. */
export const problemsIn = ({ body }: Receipt): Problem[] =>
  'map' in body ? body.flatMap(({ problem: each = [] }) => each) : 'title' in body ? [body] : [];

/** Returns the ids of the watches that the submissions created or joined. */
export const watchesIn = ({ body }: Receipt): string[] =>
  'map' in body ? body.flatMap(({ watch }) => watch?.id ?? []) : 'title' in body ? [] : [body.id];

/** Logs who submitted which watch. The line is the first in the log about an operation. */
export const noteSubmitted = (receipt: Receipt, tenant: string, by: string, { log }: Pick<Runtime, 'log'>): void => {
  for (const watch of watchesIn(receipt)) log.info('watch submitted', { watch, tenant, by });
};
