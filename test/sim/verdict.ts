/** What must hold of a run once everything has come to its end. */
import type { Delivery } from '../../lib/core/delivery.ts';
import { isOnTheWay } from '../../lib/core/event.ts';
import { DEFAULT_GAP, nextLook } from '../../lib/core/schedule.ts';
import { isOver } from '../../lib/core/watch.ts';
import type { ProviderName } from '../world/asked.ts';
import { CANARY } from '../world/settings.ts';
import { ENV, QUEUES, START } from '../world/world.ts';
import { checkBlocked, checkBlockedEvents } from './blocked.ts';
import {
  type Case,
  CLOUD_WORDS,
  isNamedUnderWay,
  NAMED,
  operationKey,
  operationOf,
  providerOf,
  type Rule,
  toldOf,
} from './case.ts';
import { checkContents, checkReasons } from './contents.ts';
import { checkDeliveries, checkParkedLogged } from './deliveries.ts';
import { checkHolders, endsShown, isHolder, isSucceeded } from './holders.ts';
import { checkNotices } from './notices.ts';
import { checkHistories, checkLookCounts, checkNotes, checkOutcomes } from './outcomes.ts';
import { isLater, isPoison, RUN_MS } from './plan.ts';
import { checkPunctuality } from './punctuality.ts';
import { checkReceipts } from './receipts.ts';
import type { Seen } from './recorder.ts';
import { namesOfRenamed } from './rollouts.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

/** Calls one look may take. */
const CALLS: Readonly<Record<ProviderName, number>> = {
  'aliyun-emr': 1,
  'aliyun-ehpc': 1,
  'aliyun-bpstudio': 1,
  'aliyun-ros': 1,
  'huawei-modelarts': 1,
  'huawei-dws': 3,
  'huawei-job': 1,
};

/** How long after the faults stop everything overdue has been seen to. */
const LATE_MAX_MS = 13 * HOUR;

const HOSTS: Readonly<Record<string, string>> = { chat: 'chat.example.com', ci: 'ci.example.com' };
/** Whether a URL is of a target that promises name. */
export const isAt = (url: string, target: string): boolean =>
  new URL(url).host === (HOSTS[target] ?? new URL(target).host);

const RULES: readonly Rule[] = [
  checkOutcomes,
  checkHistories,
  checkNotes,
  checkLookCounts,
  checkBlocked,
  checkBlockedEvents,
  checkContents,
  checkReasons,
  checkPunctuality,
  checkDeliveries,
  checkParkedLogged,
  checkReceipts,
  checkHolders,
];

/** Adds to the evidence what is wrong. */
export const judge = (run: Case): void => {
  const { evidence, plan, world, disturbances } = run;
  const { watches, promises, former, looks, calls, items, strays, expect } = evidence;
  const { receivers, table, sqs, lines, leaks } = world;

  const parkedOf = (id: string): Delivery[] =>
    [...items.values()].flatMap(({ pk, sk, body }) =>
      pk === id && sk.startsWith('delivery#') && (body as Delivery).state === 'parked' ? [body as Delivery] : [],
    );

  const checkPromises = (): void => {
    const taken = receivers.received.filter(({ isTaken }) => isTaken);
    const promised = [
      ...former.map(({ watch, targets }) => ({ id: watch.id, watch, targets })),
      ...[...promises].map(([id, targets]) => ({
        id,
        watch: watches.get(id)?.watch,
        targets,
      })),
    ];
    for (const { id, watch, targets } of promised) {
      expect(watch !== undefined && isOver(watch.status), () => `lost: watch ${id} is ${watch?.status ?? 'not there'}`);
      if (!watch) continue;
      const parked = parkedOf(id);
      for (const target of targets) {
        const isTold = isHolder(target)
          ? endsShown(world, target, watch).length > 0 || isSucceeded(run, target, watch)
          : taken.some(
              ({ url, event }) =>
                event.data.watch?.id === id && event.type === `operation.${watch.status}` && isAt(url, target),
            );
        const isParked = parked.some((delivery) => delivery.target === target && delivery.event.event === watch.status);
        expect(isTold || isParked, () => `lost: ${target} was never told of ${id} (${watch.provider} ${watch.status})`);
      }
    }
  };

  /**
   * The names of the renamed target that notices were told to, by webhook-id. opwatch chooses the targets of a notice each
   * time it tells it, and knows them by name only. So a target that is renamed meanwhile is another target, with another
   * webhook-id at the same URL. A watch keeps the targets it was submitted with.
   */
  const namesTold = (): ReadonlyMap<string, string> => {
    const names = namesOfRenamed(plan.rare.rollout);
    const deliveries = [...items.values()].flatMap(({ pk, sk, body }) =>
      pk.startsWith('n_') && sk.startsWith('delivery#') ? [body as Delivery] : [],
    );
    return new Map(deliveries.flatMap(({ id, target }) => (names.includes(target) ? [[id, target]] : [])));
  };

  const checkWebhooks = (): void => {
    const renamed = namesTold();
    const ids = new Map<string, string>();
    const bodies = new Map<string, string>();
    for (const { id, event, url, body } of receivers.received) {
      const isNotice = event.type.startsWith('operator.');
      const what = `${isNotice ? body : event.data.watch?.id} ${event.type} ${event.timestamp} ${renamed.get(id) ?? url}`;
      expect((ids.get(what) ?? id) === id, () => `two webhook-ids: ${what}`);
      ids.set(what, id);
      if (!isOnTheWay(event.type.slice('operation.'.length)))
        expect((bodies.get(id) ?? body) === body, () => `two bodies under one webhook-id: ${what}`);
      expect(!body.includes(CANARY), () => `a secret is told: ${what}`);
      bodies.set(id, body);
    }
    expect(new Set(ids.values()).size === ids.size, () => 'one webhook-id for two events');
    for (const { sk, body } of table.items()) {
      if (!sk.startsWith('delivery#')) continue;
      const { id, state, target } = body as Delivery;
      expect(state !== 'waiting', () => `a delivery neither delivered nor parked: ${id}`);
      if (state === 'parked' && plan.isQuiet) expect(false, () => `parked though nothing was wrong: ${id}`);
      if (state === 'delivered' && !isHolder(target)) expect(bodies.has(id), () => `delivered to nobody: ${id}`);
    }
    expect(!lines.some((line) => line.includes('could not build the request')), () => 'a request could not be built');
  };

  /** Looks that an undisturbed watch takes from its submission to its end. */
  const usualLooks = ({ watch: { deadline }, since, overAt = world.timeline.now() }: Seen): number => {
    let count = 1;
    for (let at = since; at < overAt; at = nextLook(at, since, deadline, DEFAULT_GAP)) count += 1;
    return count;
  };

  const checkLooks = (): void => {
    for (const [operation, some] of Map.groupBy([...watches.values(), ...former], ({ watch }) => operationKey(watch))) {
      const made = looks.get(operation) ?? 0;
      const usual = some.reduce((sum, each) => sum + usualLooks(each) * CALLS[providerOf(each.watch)] + 3, 0);
      expect(
        made <= usual * 1.1 + 2 * disturbances,
        () => `too many looks at ${operation}: ${made}, usually ${usual} (disturbances ${disturbances})`,
      );
    }
  };

  const checkPace = (): void => {
    // What is slow on its way meets what comes after it, and a clock that is off has every look made twice.
    if (plan.faults.slow > 0 || plan.faults['done twice'] > 0 || Object.keys(plan.cloudSkews).length > 0) return;
    // A look of several calls makes all but the first of them before their turn.
    const rate = plan.rare.rollout?.change === 'another rate' ? 10 : plan.callsPerSecond;
    const allowed = Math.ceil(rate * 60 * 1.15) + 9;
    for (const [vendor, all] of Object.entries(calls)) {
      const isCrowded = all.some((at, i) => at - (all[i - allowed] ?? 0) < MINUTE);
      expect(!isCrowded, () => `${vendor} is called more than ${allowed} times a minute`);
    }
  };

  const checkPunctual = (): void => {
    for (const { watch, overAt = 0 } of watches.values()) {
      const operation = operationOf(plan, watch);
      const end = operation.script.findLast(({ state }) => CLOUD_WORDS.includes(state))?.at ?? Number.POSITIVE_INFINITY;
      const late = overAt - Math.max(Math.min(end, watch.deadline), watch.submittedAt, START + RUN_MS);
      expect(
        late <= LATE_MAX_MS,
        () => `learned ${Math.round(late / HOUR)} h late: ${watch.id} (${watch.provider} ${watch.status})`,
      );
    }
  };

  const checkRest = (): void => {
    for (const item of table.items())
      expect(item.aliveUntil === undefined, () => `never comes to rest: ${item.pk} ${item.sk}`);
    for (const url of QUEUES)
      expect(sqs.messages(url).length === 0, () => `messages that never go: ${sqs.messages(url)[0]?.body}`);
    const dead = sqs.messages(ENV.deadLetterQueue);
    // What seems to have been received a thousand times goes there by itself.
    const jumps = plan.rare.oddities['receives jump'] > 0;
    for (const { body, reason } of dead) {
      const isWornOut = jumps && reason === undefined;
      expect(isPoison(body) || isLater(body) || isWornOut, () => `a good message among the dead letters: ${body}`);
      // Received a thousand times it goes there by itself; nobody of this version puts it there.
      expect(!isLater(body) || reason === undefined, () => `a later version's message is dead-lettered: ${body}`);
      expect(!isPoison(body) || reason !== undefined, () => `dead-lettered without a reason: ${body}`);
    }
    for (const { at, body } of strays) {
      const isPurged = plan.purges.some((purge) => purge > at);
      expect(
        isPurged || !isPoison(body) || dead.some((message) => message.body === body),
        () => `poison that is not among the dead letters: ${body}`,
      );
    }
    for (const leak of leaks) expect(false, () => `a secret is seen: ${leak.slice(0, 200)}`);
    expect(
      world.swept() + world.woken() <= world.taken(),
      () => `the sweep counts ${world.swept() + world.woken()} messages as sent, and the queues took ${world.taken()}`,
    );
    expect(world.cutChains() === 0, () => 'Lambda had to cut a chain of calls');
  };

  /** Where nothing goes wrong nothing is late, nothing is done twice, and the net catches nothing. */
  const checkQuiet = (): void => {
    // Notices are left for the sweep to wake.
    const notices = [...items.values()].filter(({ pk, sk }) => pk.startsWith('n_') && sk.startsWith('delivery#'));
    expect(world.swept() === notices.length, () => `the sweep had to wake ${world.swept()}`);
    const ids = receivers.received.map(({ id }) => id);
    expect(new Set(ids).size === ids.length, () => 'a webhook was sent twice');
    for (const { watch, overAt = 0 } of watches.values()) {
      if (watch.status === 'stopped') continue;
      const operation = operationOf(plan, watch);
      const end = operation.script.find(({ state, run = 0 }) => run === 0 && CLOUD_WORDS.includes(state));
      if (!end || watch.generation > 1 || end.at < watch.submittedAt) continue;
      // What a name stands for leaves no trace that can be believed when it comes and goes between two looks.
      const told = toldOf(run, watch).filter(({ heardAt = 0 }) => heardAt <= overAt);
      if (NAMED.has(watch.provider) && !told.some(isNamedUnderWay)) continue;
      const isInTime = end.at < watch.deadline;
      expect(
        watch.status === (isInTime ? end.state : 'timed_out'),
        () => `${watch.provider} ended as ${end.state}, and is ${watch.status} (${watch.note})`,
      );
      // Some clouds tell when it began.
      const begunAt = Math.min(watch.submittedAt, operation.script[0]?.at ?? watch.submittedAt);
      const since = isInTime ? end.at : watch.deadline;
      const gap = Math.max(5 * SECOND, Math.min(2 * Math.sqrt((since - begunAt) / SECOND) * SECOND, 300 * SECOND));
      const late = overAt - since;
      expect(late <= gap * 1.1 + 5 * SECOND, () => `learned late: ${watch.provider} after ${late} ms, gap ${gap} ms`);
      const taken = receivers.received
        .filter(({ event }) => event.data.watch?.id === watch.id && event.type === `operation.${watch.status}`)
        .map(({ at }) => at);
      const shown = watch.notify.flatMap((target) => endsShown(world, target, watch));
      const first = Math.min(...taken, ...shown);
      if (first < Number.POSITIVE_INFINITY)
        expect(first - overAt < 5 * SECOND, () => `told late: ${first - overAt} ms`);
    }
  };

  checkPromises();
  checkWebhooks();
  checkNotices(evidence);
  for (const rule of RULES) rule(run);
  checkLooks();
  checkPace();
  checkPunctual();
  checkRest();
  if (plan.isQuiet && plan.callsPerSecond >= 1) checkQuiet();
};
