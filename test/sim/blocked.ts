/** Refusals that repeating cannot help: whoever is told of them is told the truth, and nobody is left waiting in silence. */
import type { Delivery } from '../../lib/core/delivery.ts';
import type { OperationEvent } from '../../lib/core/event.ts';
import type { Watch } from '../../lib/core/watch.ts';
import type { Statement } from '../world/statements.ts';
import { type Case, clockSlack, heardOf, type Rule } from './case.ts';
import { MINUTE, SECOND } from './time.ts';

/** Refusals of a watch in a row. */
type Row = { readonly from: number; readonly to: number; readonly count: number };

const REFUSAL = 'denied';

/** Each row of answers without any that tells of the operation in between, as far as all of them are refusals. */
const refusalsIn = (statements: readonly Statement[]): Row[] => {
  const rows: Row[] = [];
  let row: Row | undefined;
  for (const { at, untold } of statements) {
    if (untold === REFUSAL) row = { from: row?.from ?? at, to: at, count: (row?.count ?? 0) + 1 };
    else {
      if (row) rows.push(row);
      row = undefined;
    }
  }
  return row ? [...rows, row] : rows;
};

/** So many refusals over such a time are told of, whatever went wrong for some of those who met them. */
const SURELY = { count: 6, ms: 20 * MINUTE };

const isToldOf = ({ evidence }: Case, { id }: Watch): boolean =>
  [...evidence.items.values()].some(
    ({ pk, sk, body }) => pk === id && sk.startsWith('delivery#') && (body as Delivery).event.event === 'blocked',
  );

export const checkBlocked: Rule = (run) => {
  for (const { watch, overAt = Number.POSITIVE_INFINITY } of run.evidence.watches.values()) {
    const until = Math.min(overAt, watch.deadline);
    const heard = heardOf(run, watch).filter(({ at }) => at >= watch.submittedAt && at <= until);
    const isBlocked = refusalsIn(heard).some(({ from, to, count }) => count >= SURELY.count && to - from >= SURELY.ms);
    run.evidence.expect(
      !isBlocked || watch.notify.length === 0 || isToldOf(run, watch),
      () => `nobody is told that the cloud refuses: ${watch.id} (${watch.provider})`,
    );
  }
};

const isBlockedEvent = (event: { readonly type: string }): event is OperationEvent =>
  event.type === 'operation.blocked';

/** Whether some functions had no such connection in that time: their looks are as good as refused, and ask no cloud. */
const isWithoutConnection = ({ plan }: Case, connection: string, from: number, to: number): boolean => {
  const { rollout } = plan.rare;
  const slack = clockSlack(plan);
  return (
    rollout?.change === 'no connection' &&
    rollout.of === connection &&
    from <= rollout.until + slack &&
    to >= rollout.from - slack
  );
};

/** Three refused looks over two minutes, without an answer in between, and the cloud's own words. */
export const checkBlockedEvents: Rule = (run) => {
  for (const { event } of run.world.receivers.received) {
    if (!isBlockedEvent(event)) continue;
    const { data, timestamp } = event;
    const slack = clockSlack(run.plan) + 15 * SECOND;
    const since = Date.parse(data.blocked?.since ?? '');
    const refused = heardOf(run, data).filter(
      ({ at, untold }) => untold !== undefined && at >= since - slack && at <= Date.parse(timestamp) + slack,
    );
    const isLacking = isWithoutConnection(run, data.connection, since, Date.parse(timestamp));
    run.evidence.expect(
      isLacking || data.blocked?.kind !== 'not_configured',
      () => `told that a connection is missing that is there: ${data.watch.id}`,
    );
    run.evidence.expect(
      (isLacking || refused.length >= 3) && Date.parse(timestamp) - since >= 2 * MINUTE - slack,
      () => `told of a refusal after ${refused.length} refused looks: ${data.watch.id}`,
    );
    run.evidence.expect(
      data.blocked?.kind !== 'not_allowed' ||
        refused.some(({ untold }) => untold === REFUSAL || untold === 'proxy-auth'),
      () => `told of a refusal that was none (${data.blocked?.code}): ${data.watch.id}`,
    );
  }
};
