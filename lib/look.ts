/**
 * Looks: asks the clouds about what is due, at the pace of each connection, with calls shared where one can answer several.
 * Tells for every watch what was observed, or when its turn is.
 */
import type { ConnectionConfig } from './config.ts';
import { ClockSkew, LookError, Misconfigured, Refused, RetryLater, Throttled } from './errors.ts';
import type { Lane } from './lane.ts';
import { providerNamed } from './providers/index.ts';
import type { Ask, Cloud, Observation, Provider } from './providers/provider.ts';
import type { Runtime } from './runtime.ts';
import { MINUTE, RETRY_AFTER_LOOK_MAX_MS, SECOND } from './schedule.ts';
import { SecretError } from './secrets.ts';
import type { Watch } from './watch.ts';

/** A watch to look at. */
export type Due = {
  readonly watch: Watch;
  /** A slot of the lane it was promised earlier, epoch ms. */
  readonly slotAt?: number;
};

export type Outcome =
  | { readonly observation: Observation }
  /** Its turn in the lane is later; with the slot it then has, if it has one. */
  | { readonly backAt: number; readonly slotAt?: number };

type Tools = Pick<Runtime, 'config' | 'pace' | 'secrets' | 'sendToCloud' | 'log' | 'now' | 'uniqueId' | 'pause'>;

/** A slot this near is waited for; messages are hidden in whole seconds, so one comes back this much before its slot. */
const WAIT_MAX_MS = 2.5 * SECOND;
const COME_BACK_EARLY_MS = 1.5 * SECOND;
/** A slot missed by more than this is lost: using it late would crowd those behind it. */
const SLOT_LATE_MS = 300;
/** After this long a look makes no further call. */
const LOOK_BUDGET_MS = 15 * SECOND;
/** A pause that was begun while we waited this long is looked for before calling. */
const STALE_LANE_MS = 50;

type Group<D extends Due> = { readonly provider: Provider; readonly dues: readonly D[] };

const groups = <D extends Due>(dues: readonly D[]): Group<D>[] => {
  const byKey = Map.groupBy(dues, ({ watch }) => {
    const together = providerNamed(watch.provider)?.traits.together?.(watch.operation);
    return `${watch.provider}\n${together ?? watch.id}`;
  });
  return [...byKey.values()].flatMap((some) => {
    const provider = providerNamed(some[0]?.watch.provider ?? '');
    return provider ? [{ provider, dues: some }] : [];
  });
};

const isUsable = (slotAt: number | undefined, now: number): slotAt is number =>
  slotAt !== undefined && slotAt > now - SLOT_LATE_MS && slotAt < now + WAIT_MAX_MS;

/** Looks at everything in `dues`, calling `tell` once for each as soon as its outcome is known. */
export const look = async <D extends Due>(
  dues: readonly D[],
  tools: Tools,
  tell: (due: D, outcome: Outcome) => Promise<void>,
): Promise<void> => {
  const byConnection = Map.groupBy(dues, ({ watch }) => watch.connection);
  await Promise.all([...byConnection].map(([name, some]) => lookThrough(name, some, tools, tell)));
};

const lookThrough = async <D extends Due>(
  name: string,
  dues: readonly D[],
  tools: Tools,
  tell: (due: D, outcome: Outcome) => Promise<void>,
): Promise<void> => {
  const { config, pace, now } = tools;
  const connection = config.connections.get(name);
  const tellAll = async (some: readonly D[], outcome: Outcome) => {
    await Promise.all(some.map((due) => tell(due, outcome)));
  };
  if (!connection) {
    const gone = new Misconfigured({
      code: 'no_connection',
      message: `opwatch.config.ts names no connection ${name} any more`,
    });
    return tellAll(dues, { observation: { kind: 'unanswered', error: gone } });
  }

  const all = groups(dues);
  const slotOf = (group: Group<D>) => group.dues.map(({ slotAt }) => slotAt).find((slot) => isUsable(slot, now()));
  const waiting = all.filter((group) => slotOf(group) === undefined);
  const reserved =
    waiting.length > 0 ? await pace.reserve(name, waiting.length, connection.callsPerSecond) : { slots: [] };
  const slots = 'slots' in reserved ? reserved.slots : [];
  const lane = 'lane' in reserved ? reserved.lane : await pace.read(name);

  await Promise.all(
    all.map(async (group) => {
      const slotAt = slotOf(group) ?? slots[waiting.indexOf(group)];
      if (slotAt === undefined) {
        return tellAll(group.dues, { backAt: Math.max(lane.pausedUntil, now() + SECOND) });
      }
      if (slotAt > now() + WAIT_MAX_MS) {
        const backAt = slotAt - COME_BACK_EARLY_MS;
        // One slot is one call: the first keeps it, the others ask for their own unless they meet again.
        return Promise.all(group.dues.map((due, i) => tell(due, i === 0 ? { backAt, slotAt } : { backAt }))).then(
          () => {},
        );
      }
      const outcomes = new Map<unknown, Promise<Outcome>>();
      /** One failure may be the answer for many: it changes the lane once. */
      const failure = (error: unknown): Promise<Outcome> => {
        const outcome = outcomes.get(error) ?? outcomeOf(error, name, tools);
        outcomes.set(error, outcome);
        return outcome;
      };
      try {
        const observations = await lookOnce(group, slotAt, lane, connection, tools);
        await Promise.all(
          group.dues.map(async (due, i) => {
            const observation = observations[i];
            if (observation && observation.kind !== 'unanswered') await tell(due, { observation });
            else await tell(due, await failure(observation?.error ?? new Error('the adapter left out an observation')));
          }),
        );
      } catch (error) {
        await tellAll(group.dues, await failure(error));
      }
    }),
  );
};

const lookOnce = async <D extends Due>(
  { provider, dues }: Group<D>,
  slotAt: number,
  lane: Lane,
  connection: ConnectionConfig,
  tools: Tools,
): Promise<readonly Observation[]> => {
  const { pace, secrets, sendToCloud, log, now, uniqueId, pause } = tools;
  const { name, callsPerSecond } = connection;

  const until = async (at: number): Promise<void> => {
    const wait = at - now();
    if (wait > 0) await pause(wait);
    if (wait < STALE_LANE_MS) return;
    const { pausedUntil } = await pace.read(name);
    if (pausedUntil > now()) throw new LanePaused(pausedUntil);
  };

  /** Every call has a slot: the first the one that was reserved, each further one its own. */
  const beganAt = now();
  let calls = 0;
  const inTurn = async (): Promise<void> => {
    calls += 1;
    // A function has half a minute for its batch: what a slow cloud leaves no time for comes back a little later.
    if (calls > 1 && now() > beganAt + LOOK_BUDGET_MS) throw new LanePaused(now() + 5 * SECOND);
    // While credentials are on trial everybody else waits: the calls of this one look need no turn.
    if (calls === 1 || lane.refused) return until(slotAt);
    const more = await pace.reserve(name, 1, callsPerSecond);
    if ('pausedUntil' in more) throw new LanePaused(more.pausedUntil);
    const [at = now()] = more.slots;
    // A look that came back later for its second call would begin with its first again, and never get through: a call
    // whose turn is too far goes before it, and those behind wait the longer.
    return until(Math.min(at, slotAt + WAIT_MAX_MS));
  };

  const asks = dues.map(
    ({ watch }): Ask<unknown> => ({
      operation: watch.operation,
      seen: watch.seenAt !== undefined,
      submittedAt: watch.submittedAt,
      memo: watch.memo,
    }),
  );
  const cloud = async (skewMs: number): Promise<Cloud> => ({
    credentials: await secrets.credentials(connection, { fresh: lane.refused !== undefined }),
    endpoints: connection.endpoints,
    send: async (request) => {
      await inTurn();
      return sendToCloud(request);
    },
    now: now() + skewMs,
    nonce: uniqueId,
  });

  const observations = await provider.look(asks, await cloud(lane.skewMs ?? 0)).catch(async (error: unknown) => {
    if (!(error instanceof ClockSkew)) throw error;
    const skewMs = error.cloudTime - now();
    await pace.skewed(name, skewMs);
    log.warn('clock differs from the cloud', { connection: name, seconds: Math.round(skewMs / SECOND) });
    return provider.look(asks, await cloud(skewMs));
  });
  const answered = observations.some((observation) => observation.kind !== 'unanswered');
  if (lane.refused && answered) await pace.accepted(name);
  return observations;
};

/** The lane was paused meanwhile. */
class LanePaused extends RetryLater {
  readonly until: number;

  constructor(until: number) {
    super({ code: 'lane_paused', message: 'the connection rests' });
    this.until = until;
  }
}

/**
 * What a look's failure means for the watches it was made for. What concerns the connection (pace, credentials) changes
 * its lane and only makes the watch wait; what the cloud said of the operation is an observation.
 */
const outcomeOf = async (error: unknown, connection: string, { pace, log, now }: Tools): Promise<Outcome> => {
  if (error instanceof LanePaused) return { backAt: error.until };
  if (error instanceof Throttled) {
    await pace.throttled(connection, error.afterMs);
    log.warn('throttled by the cloud', { connection, code: error.code }, { throttled: [1, 'Count'] });
    return { backAt: now() + Math.max(Math.min(error.afterMs ?? 0, RETRY_AFTER_LOOK_MAX_MS), 5 * SECOND) };
  }
  if (error instanceof Refused || error instanceof SecretError) {
    const code = error instanceof Refused ? error.code : 'secret_unreadable';
    if (await pace.refused(connection, code, error.message)) {
      log.error(
        'credentials refused',
        { connection, code, message: error.message },
        { credentialsRefused: [1, 'Count'] },
      );
    }
    return { backAt: (await pace.read(connection)).pausedUntil };
  }
  if (error instanceof LookError) return { observation: { kind: 'unanswered', error } };
  log.error('look failed', { connection, error: String(error) });
  return { backAt: now() + MINUTE };
};
