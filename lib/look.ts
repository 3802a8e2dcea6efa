/**
 * Looks: asks the clouds about what is due, at the pace of each connection, with calls shared where one can answer several.
 * Tells for every watch what was observed, or when its turn is.
 */
import { isDeepStrictEqual } from 'node:util';
import { callsInTurn, LaneBusy, tooFar, usableSlots, whyPaused } from './calls-in-turn.ts';
import type { ConnectionConfig } from './config.ts';
import { ClockSkew, LookError, NotConfigured, Refused, Throttled } from './errors.ts';
import { askOf } from './habits.ts';
import type { Send } from './http.ts';
import type { Lane } from './lane.ts';
import { tellOperators } from './operators.ts';
import { providerNamed } from './providers/index.ts';
import type { Cloud, Credentials, Observation, Provider } from './providers/provider.ts';
import type { Runtime } from './runtime.ts';
import { MINUTE, RETRY_AFTER_LOOK_MAX_MS, SECOND } from './schedule.ts';
import { SecretError } from './secrets.ts';
import type { Watch } from './watch.ts';

/** A watch to look at. */
export type Due = {
  readonly watch: Watch;
  /** Slots of the lane it was promised earlier, epoch ms. */
  readonly slots?: readonly number[];
};

export type Outcome =
  | { readonly observation: Observation }
  /** It was not asked, and why; with the slots of the lane that it has when it is back, if it has any. */
  | { readonly backAt: number; readonly why: Unasked; readonly slots?: readonly number[] };

/**
 * Why the cloud was not asked: the connection's credentials are refused (its lane keeps the cloud's words as `refused`), the
 * cloud asked for a pause or a slower pace (`slowed`), others have the calls of now, or opwatch itself is at fault.
 */
export type Unasked = 'refused' | 'paused' | 'full' | 'fault';

/**
 * What gets no slot in a lane that is booked far ahead comes back when this much of it is left: in time to keep the lane
 * busy, and no sooner, or thousands that ask again and again would hold up the other connections of their queue.
 */
const BACKLOG_MS = 2.5 * SECOND;

type Tools = Pick<
  Runtime,
  'config' | 'table' | 'pace' | 'secrets' | 'sendToCloud' | 'answers' | 'log' | 'now' | 'uniqueId' | 'pause'
>;
type Tell<D extends Due> = (due: D, outcome: Outcome) => Promise<void>;

/** Watches that are looked at together. */
type Group<D extends Due> = {
  readonly provider: Provider;
  readonly dues: readonly D[];
  /** Whose answers they share with the looks just before and after; left out where no call answers for several. */
  readonly scope?: string;
};

const groups = <D extends Due>(dues: readonly D[]): Group<D>[] => {
  const byProvider = Map.groupBy(dues, ({ watch }) => providerNamed(watch.provider));
  return [...byProvider].flatMap(([provider, some]) => {
    if (!provider) return [];
    const { name, together } = provider.traits;
    if (!together) return some.map((due) => ({ provider, dues: [due] }));
    const byKey = Map.groupBy(some, ({ watch }) => together(watch.operation));
    return [...byKey].map(([key, those]) => ({
      provider,
      dues: those,
      scope: `${those[0]?.watch.connection} ${name} ${key}`,
    }));
  });
};

/**
 * Looks at everything in `dues`, calling `tell` once for each as soon as its outcome is known. Of what could not be looked at
 * for a fault of our own (a table that does not answer) nothing is told.
 */
export const look = async <D extends Due>(dues: readonly D[], tools: Tools, tell: Tell<D>): Promise<void> => {
  const byConnection = Map.groupBy(dues, ({ watch }) => watch.connection);
  const lookAt = ([connection, some]: [string, D[]]) =>
    lookThrough(connection, some, tools, tell).catch((error) =>
      tools.log.error('looks not finished', { connection, error: String(error) }),
    );
  await Promise.all([...byConnection].map(lookAt));
};

/** Tells that the configuration lacks what the looks need. */
const tellLack = async <D extends Due>(
  dues: readonly D[],
  tell: Tell<D>,
  code: string,
  message: string,
): Promise<void> => {
  const error = new NotConfigured({ code, message });
  await Promise.all(dues.map((due) => tell(due, { observation: { kind: 'unanswered', error } })));
};

const lookThrough = async <D extends Due>(
  name: string,
  dues: readonly D[],
  tools: Tools,
  tell: Tell<D>,
): Promise<void> => {
  const { config, pace, answers, now } = tools;
  const connection = config.connections.get(name);
  if (!connection) {
    await tellLack(dues, tell, 'no_connection', `opwatch.config.ts names no connection ${name} any more`);
    return;
  }

  const orphans = dues.filter(({ watch }) => !providerNamed(watch.provider));
  await tellLack(orphans, tell, 'no_provider', 'this deployment has no such provider any more');
  const all = groups(dues).map((group) => ({
    ...group,
    promised: usableSlots(
      group.dues.flatMap(({ slots = [] }) => slots),
      now(),
    ),
    // What was read just now may answer for this group too: whether it needs a call at all will be seen.
    mayNeedNone: group.scope !== undefined && answers.hasAny(group.scope),
  }));
  const waiting = all.filter(({ promised, mayNeedNone }) => promised.length === 0 && !mayNeedNone);
  const reserved =
    waiting.length > 0 && !pace.isCrowded(name)
      ? await pace.reserve(name, waiting.length, connection.callsPerSecond)
      : { slots: [] };
  const given = 'slots' in reserved ? reserved.slots : [];
  const lane = 'lane' in reserved ? reserved.lane : await pace.read(name);

  await Promise.all(
    all.map(async ({ promised, mayNeedNone, ...group }) => {
      const slot = given[waiting.findIndex(({ dues: [first] }) => first === group.dues[0])];
      const slots = slot === undefined ? promised : [slot];
      // A slot given just now may be the trial for which everybody else rests; one promised before is not.
      const rests = slot === undefined && (lane.refused !== undefined || lane.pausedUntil > now());
      const hasToWait = rests || (slots.length === 0 && !mayNeedNone);
      const turnAt = Math.max(lane.pausedUntil, now() + SECOND, lane.nextSlotAt - BACKLOG_MS);
      const isPaused = lane.refused !== undefined || lane.pausedUntil > now();
      const busy = hasToWait ? new LaneBusy(turnAt, [], isPaused ? whyPaused(lane) : 'full') : tooFar(slots, now());
      const results = busy
        ? group.dues.map(() => ({ error: busy }))
        : await lookOnce(group, slots, lane, connection, tools).catch((error) => group.dues.map(() => ({ error })));
      await tellResults(group.dues, results, name, tools, tell);
    }),
  );
};

type Result = { readonly observation: Observation } | { readonly error: unknown };

const resultOf = (observation: Observation | undefined): Result => {
  if (!observation) return { error: new Error('the adapter left out an observation') };
  return observation.kind === 'unanswered' ? { error: observation.error } : { observation };
};

const tellResults = async <D extends Due>(
  dues: readonly D[],
  results: readonly Result[],
  connection: string,
  tools: Tools,
  tell: Tell<D>,
): Promise<void> => {
  const outcomes = new Map<unknown, Promise<Outcome>>();
  const outcomeFor = async (error: unknown): Promise<Outcome> => {
    const told = outcomes.get(error);
    // One failure may be the answer for many: it changes the lane once.
    const pending = told ?? outcomeOf(error, connection, tools);
    outcomes.set(error, pending);
    const outcome = await pending;
    // And one slot is one call: the first keeps what there are, the others ask for their own unless they meet again.
    return told && 'backAt' in outcome ? { backAt: outcome.backAt, why: outcome.why } : outcome;
  };
  await Promise.all(
    dues.map(async (due, i) => {
      const result = results[i] ?? resultOf(undefined);
      await tell(due, 'observation' in result ? result : await outcomeFor(result.error));
    }),
  );
};

/** Looks at a group with these slots in hand. Throws when the look as a whole brought nothing. */
const lookOnce = async <D extends Due>(
  { provider, dues, scope }: Group<D>,
  slots: readonly number[],
  lane: Lane,
  connection: ConnectionConfig,
  tools: Tools,
): Promise<readonly Result[]> => {
  const { pace, secrets, sendToCloud, answers, log, now, uniqueId } = tools;
  const { name } = connection;
  const isTrial = lane.refused !== undefined;
  const inTurn = callsInTurn(connection, slots, isTrial, tools);
  let isAtTurn = false;
  const sendInTurn: Send = async (request) => {
    if (!isAtTurn) await inTurn();
    isAtTurn = false;
    return sendToCloud(request);
  };

  const asks = dues.map(({ watch }) => askOf(watch));
  const newest = Math.max(...asks.map(({ submittedAt }) => submittedAt));
  const lookAtThem = async (credentials: Credentials): Promise<readonly Observation[]> => {
    // Signed only when its turn has come, by what others have learned of the cloud's clock meanwhile: a whole batch that
    // is refused for its time is, to some clouds, an attack on the key.
    if (scope === undefined) {
      await inTurn();
      isAtTurn = true;
    }
    const cloud: Cloud = {
      credentials,
      endpoints: connection.endpoints,
      send: scope === undefined ? sendInTurn : answers.through(scope, newest, sendInTurn),
      now: now() + pace.skewMs(name),
      nonce: uniqueId,
    };
    return provider.look(asks, cloud);
  };

  const credentials = await secrets.credentials(connection, { fresh: isTrial });
  const observations = await lookAtThem(credentials).catch(async (error: unknown) => {
    if (error instanceof ClockSkew) {
      const skewMs = error.cloudTime - now();
      await pace.skewed(name, skewMs);
      log.warn('clock differs from the cloud', { connection: name, seconds: Math.round(skewMs / SECOND) });
      return lookAtThem(credentials);
    }
    if (!(error instanceof Refused) || isTrial) throw error;
    // They may have been replaced since this function read them: that is no reason for everybody to rest.
    const reread = await secrets.credentials(connection, { fresh: true });
    if (isDeepStrictEqual(reread, credentials)) throw error;
    return lookAtThem(reread);
  });
  const answered = observations.some((observation) => observation.kind !== 'unanswered');
  if (isTrial && answered) await pace.accepted(name);
  return dues.map((_, i) => resultOf(observations[i]));
};

/**
 * What a look's failure means for the watches it was made for. What concerns the connection (pace, credentials) changes
 * its lane and only makes the watch wait; what the cloud said of the operation is an observation.
 */
const outcomeOf = async (error: unknown, connection: string, tools: Tools): Promise<Outcome> => {
  const { pace, log, now } = tools;
  if (error instanceof LaneBusy) {
    return { backAt: error.backAt, why: error.why, ...(error.slots.length > 0 && { slots: error.slots }) };
  }
  if (error instanceof Throttled) {
    await pace.throttled(connection, error);
    log.warn('throttled by the cloud', { connection, code: error.code }, { throttled: [1, 'Count'] });
    const backAt = now() + Math.max(Math.min(error.afterMs ?? 0, RETRY_AFTER_LOOK_MAX_MS), 5 * SECOND);
    return { backAt, why: 'paused' };
  }
  if (error instanceof Refused || error instanceof SecretError) {
    const code = error instanceof Refused ? error.code : 'secret_unreadable';
    const isNews = await pace.refused(connection, code, error.message);
    const what = isNews ? 'credentials refused' : 'credentials still refused';
    // Said again at every trial, a line in three minutes: the alarm lasts as long as what it is about.
    log[isNews ? 'error' : 'info'](
      what,
      { connection, code, message: error.message },
      { credentialsRefused: [1, 'Count'] },
    );
    const lane = await pace.read(connection);
    // Not only when it is news: whoever learned it first may have been killed before anybody was told.
    if (lane.refused) {
      const { since, ...refusal } = lane.refused;
      await tellOperators({ event: 'credentials_refused', at: since, connection, ...refusal }, tools);
    }
    return { backAt: lane.pausedUntil, why: 'refused' };
  }
  if (error instanceof LookError) return { observation: { kind: 'unanswered', error } };
  log.error('look failed', { connection, error: String(error) });
  return { backAt: now() + MINUTE, why: 'fault' };
};
