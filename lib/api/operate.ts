/**
 * Handles the requests that need the scope `operate`. They send deliveries again, dismiss deliveries, enable targets,
 * and disable or enable origins.
 */
import * as v from 'valibot';
import { type Caller, mayTell, mustHave, mustTell } from '../access/caller.ts';
import { answer, jsonBody } from '../access/http-event.ts';
import { Refusal, TOO_MANY_DELIVERIES, tooMany } from '../access/problem.ts';
import type { Key } from '../core/item.ts';
import { isCallback, targetName } from '../core/target-name.ts';
import { plain } from '../core/text.ts';
import { parseInstant } from '../core/time.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import type { DeliveryItem } from '../store/items.ts';
import { deliveryKey, isId } from '../store/keys.ts';
import { disableOrigin, enableOrigin, readOrigin } from './origins.ts';
import { type Handle, isTheirs, note, watchIn } from './requests.ts';
import { dismiss, dismissParked, type Parked, resend, resendParked } from './resend.ts';

/**
 * Makes the handler of a request about one delivery. `act` changes the delivery. The log records the change under the
 * given name.
 */
const withDelivery =
  (
    what: string,
    status: number,
    act: (key: Key, runtime: Runtime, caller: Caller) => Promise<DeliveryItem | undefined>,
  ): Handle =>
  async (event, caller, runtime) => {
    mustHave(caller, 'operate');
    const watch = await watchIn(event, caller, runtime);
    const id = event.pathParameters?.delivery ?? '';
    const noSuchDelivery = () => new Refusal(404, 'there is no such delivery');
    if (!isId('msg_', id)) throw noSuchDelivery();
    const key = deliveryKey(watch.pk, id);
    const [delivery] = (await runtime.table.get([key])) as DeliveryItem[];
    if (delivery) mustTell(caller, delivery.body.target);
    const after = delivery && (await act(key, runtime, caller));
    if (!after) throw noSuchDelivery();
    note(what, { watch: watch.pk, delivery: id, target: targetName(after.body.target) }, event, caller, runtime);
    const { target, state, dismissedAt } = after.body;
    const at = dismissedAt === undefined ? undefined : new Date(dismissedAt).toISOString();
    return answer(status, { id: after.body.id, target, state, dismissedAt: at });
  };

/**
 * Throws a 404 where the configuration has no target of this name. The answer lists the targets that the caller may
 * name.
 */
const mustBeThere = (name: string, caller: Caller, { config }: Pick<Runtime, 'config'>): void => {
  if (config.targets.has(name)) return;
  const names = [...config.targets.keys()].filter((target) => mayTell(caller, target));
  const choice = names.length > 0 ? `name one of ${names.join(', ')}` : 'this token may send to no named target';
  throw new Refusal(404, `there is no target "${plain(name, NAME_BYTES)}": ${choice}`);
};
const NAME_BYTES = 80;

/** A delivery that is sent again counts toward the tenant's limit, like any other waiting delivery. */
const placeFor =
  (tenant: string, { limits }: Pick<Runtime, 'limits'>) =>
  (): Promise<number> =>
    limits.deliveries.take(tenant, 1);

export const resendOne = withDelivery('delivery sent again', 202, async (key, runtime, { tenant }) => {
  const waitMs = await placeFor(tenant, runtime)();
  if (waitMs > 0) throw new Refusal(tooMany(TOO_MANY_DELIVERIES, waitMs));
  const resent = await resend(key, runtime);
  if (resent && resent.body.state !== 'waiting') {
    const { id } = resent.body;
    throw new Refusal(
      409,
      `opwatch does not send ${id} again, because its watch has a later state: send a later delivery`,
    );
  }
  return resent;
});

export const dismissOne = withDelivery('delivery dismissed', 200, async (key, runtime) => {
  const after = await dismiss(key, runtime);
  if (after && after.body.state !== 'parked')
    throw new Refusal(409, `the delivery is not parked, its state is ${after.body.state}`);
  return after;
});

/** The body of a request about all parked deliveries of one target. It names the target and two times. */
export const ParkedRange = v.strictObject({
  target: v.string(),
  from: v.string(),
  to: v.optional(v.string()),
  cursor: v.optional(v.string()),
});
const RANGE = 'the body must be {"target": ..., "from": instant, "to"?: instant, "cursor"?: ...} and nothing else';

/** Makes the handler of a request about all parked deliveries of one target between two times. */
const withParked =
  (
    what: string,
    status: number,
    act: (wanted: Parked, runtime: Runtime, caller: Caller) => ReturnType<typeof resendParked | typeof dismissParked>,
  ): Handle =>
  async (event, caller, runtime) => {
    mustHave(caller, 'operate');
    const body = v.safeParse(ParkedRange, jsonBody(event));
    if (!body.success) throw new Refusal(422, RANGE);
    const { target, from, to, cursor } = body.output;
    const [since, until] = [parseInstant(from), to === undefined ? undefined : parseInstant(to)];
    if (since === undefined || (to !== undefined && until === undefined))
      throw new Refusal(422, 'from and to must be instants with a zone');
    mustTell(caller, target);
    const isMeant = (watch: Watch) => isTheirs(watch, caller);
    const range = { since, ...(until !== undefined && { until }) };
    const wanted = { tenant: caller.tenant, target, ...range, isMeant, ...(cursor !== undefined && { cursor }) };
    const { cursor: next, ...done } = await act(wanted, runtime, caller);
    note(what, { target: targetName(target), from, to, ...done }, event, caller, runtime);
    return answer(status, { ...done, cursor: next });
  };

export const resendMany = withParked('parked deliveries sent again', 202, (wanted, runtime, caller) => {
  // opwatch cannot send a delivery to a target that the configuration no longer has. So it refuses such a request. A
  // caller may still dismiss the parked deliveries of that target.
  if (!isCallback(wanted.target)) mustBeThere(wanted.target, caller, runtime);
  return resendParked({ ...wanted, takePlace: placeFor(caller.tenant, runtime) }, runtime);
});
export const dismissMany = withParked('parked deliveries dismissed', 200, dismissParked);

export const enableTarget: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'operate');
  const name = event.pathParameters?.name ?? '';
  mustTell(caller, name);
  mustBeThere(name, caller, runtime);
  await runtime.targetLimiters.enable(name);
  note('target enabled', { target: name }, event, caller, runtime);
  return answer(200, { target: name, disabled: false });
};

export const Origin = v.strictObject({ origin: v.string() });

/** Makes the handler of a request about one origin of the tenant's callbacks. */
const withOrigin =
  (
    what: string,
    act: (origin: { readonly tenant: string; readonly origin: string }, runtime: Runtime) => Promise<object>,
  ): Handle =>
  async (event, caller, runtime) => {
    mustHave(caller, 'operate');
    const body = v.safeParse(Origin, jsonBody(event));
    if (!body.success) throw new Refusal(422, 'the body must be {"origin": ...} and nothing else');
    const origin = readOrigin(body.output.origin, runtime.config);
    mustTell(caller, origin);
    const done = await act({ tenant: caller.tenant, origin }, runtime);
    note(what, { origin, ...done }, event, caller, runtime);
    return answer(200, { origin, ...done });
  };

export const disableOne = withOrigin('origin disabled', disableOrigin);
export const enableOne = withOrigin('origin enabled', enableOrigin);
