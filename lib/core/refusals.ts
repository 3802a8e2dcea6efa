/**
 * Decides what a refusal of the cloud means. Either the key is bad, or one watch asks for an operation that it may not
 * see. Pure.
 *
 * A cloud says both in the same words. The difference is whether the cloud answers other watches with the same
 * credentials. While the key counts as bad, its connection pauses, and one look at a time tests the key.
 */
import { type Pacing, pauseEnd, type Words } from './pacing.ts';
import { believed, MINUTE, SECOND } from './schedule.ts';

/** A good answer of the cloud. It shows that the cloud accepts the credentials. */
export type Good = {
  /** The id of the watch whose look got the answer. */
  readonly watch: string;
  readonly at: number;
  /** The fingerprint of the credentials. */
  readonly key: string;
};

export type Refusals = {
  /**
   * The newest good answers that functions have reported, the newest first. The list holds answers for at most two
   * watches.
   */
  readonly good?: readonly Good[];
  /** A watch that had good answers until the cloud refused it. At that time the cloud still answered other watches. */
  readonly doubt?: { readonly watch: string; readonly at: number };
  /**
   * The cloud has refused the key since `since`. `tried` lists the watches that have tested the key, the newest first.
   * `times` is the number of refused calls.
   */
  readonly refused?: { readonly since: number; readonly tried?: readonly string[]; readonly times?: number } & Words;
};

type Lane = Pacing & Refusals;

/** One refused call, and the watches of its look. */
export type Refusal = {
  readonly watches: readonly string[];
  /** One of the refused watches had good answers before. */
  readonly wasSound: boolean;
  /** The look tested whether refused credentials are good again. */
  readonly isTrial: boolean;
  readonly key: string;
  /** The time (ms) for which the cloud has locked the key, as the cloud says. */
  readonly lockedForMs?: number;
} & Words;

/**
 * The pause after a refusal, until one look tests the credentials again. It is long enough to avoid five failures in
 * quick succession.
 */
export const REFUSED_PAUSE_MS = 3 * MINUTE;
/**
 * The pause where the cloud has refused only watches without an earlier answer. The reason may be the key or these
 * watches, so other watches soon test the key. Four failures are enough, because more than five in a row lock a key of
 * Huawei Cloud.
 */
const SHORT_PAUSE_MS = 5 * SECOND;
const SHORT_PAUSES_UNTIL = 4;
/**
 * The time for which all other looks wait while one look tests the key. It covers the time-out of the call and the
 * report of a good answer.
 */
const TRIAL_MS = 20 * SECOND;
/** The age up to which a good answer of another watch shows that the key is good. */
const GOOD_FOR_MS = 10 * MINUTE;
/** The extra wait of a look that tests the key less well than another look. */
const GIVE_WAY_MS = 10 * SECOND;
/**
 * Looks that test the key equally well come back in a mixed order within this time. Watches that were submitted
 * together may be refused for the same reason.
 */
const SPREAD_MS = 5 * SECOND;
const TRIED_MAX = 16;

/** Returns the newest good answers of two lists, those of at most two watches. */
export const newestGood = (some: readonly Good[], more: readonly Good[], now: number): readonly Good[] => {
  const all = [...some, ...more]
    .filter(({ at }) => believed(at, now, 0) > now - GOOD_FOR_MS)
    .sort((a, b) => b.at - a.at);
  const [newest] = all;
  const other = all.find(({ watch, key }) => watch !== newest?.watch && key === newest?.key);
  return [newest, other].filter((good) => good !== undefined);
};

/**
 * Answers whether a refusal concerns only its own watches. This is so if another watch got a good answer with the same
 * credentials within the last ten minutes.
 *
 * There is one exception. The refused watch may have had good answers before, and may be the first to see that the key
 * has ended. The good answers of other watches may then be older than the end of the key. So the key counts as bad when
 * the cloud refuses a second such watch, and no good answer came in between. A locked key always concerns all watches.
 */
const concernsOnlyItself = (lane: Refusals, { watches, wasSound, key, lockedForMs }: Refusal, now: number): boolean => {
  if (lockedForMs !== undefined) return false;
  const others = newestGoodOf(lane, now).filter((good) => good.key === key && !watches.includes(good.watch));
  if (lane.refused || others.length === 0) return false;
  const doubt = doubtIn(lane, now);
  return !wasSound || !doubt || watches.includes(doubt.watch) || others.some(({ at }) => at > doubt.at);
};

/** Returns the doubt, unless only a wrong clock can have written its time. */
export const doubtIn = ({ doubt }: Refusals, now: number): Refusals['doubt'] =>
  doubt && believed(doubt.at, now, 0) > 0 ? doubt : undefined;

const newestGoodOf = ({ good = [] }: Refusals, now: number) => newestGood(good, [], now);

/**
 * Returns the lane after a refusal. `isOwn`: the refusal concerns only its own watches. Otherwise the connection
 * pauses, and the key counts as bad. `isNews`: the key counted as good until now.
 */
export const refused = <L extends Lane>(
  lane: L,
  refusal: Refusal,
  now: number,
): { readonly lane: L; readonly isOwn: boolean; readonly isNews: boolean } => {
  const { watches, wasSound, isTrial, code, message, lockedForMs = 0 } = refusal;
  const [watch = ''] = watches;
  if (concernsOnlyItself(lane, refusal, now)) {
    return { lane: wasSound ? { ...lane, doubt: { watch, at: now } } : lane, isOwn: true, isNews: false };
  }
  const { since = now, tried = [], times = 0 } = lane.refused ?? {};
  const isShort = !wasSound && (isTrial ? times + 1 < SHORT_PAUSES_UNTIL : !lane.refused);
  const pauseMs = isShort ? SHORT_PAUSE_MS : wasSound || isTrial ? REFUSED_PAUSE_MS : 0;
  // A test of the key makes other looks wait. The test is over, so that wait ends.
  const pausedUntil = Math.max(isTrial ? 0 : pauseEnd(lane, now), now + Math.max(pauseMs, lockedForMs));
  const rest = {
    pausedUntil,
    refused: { since, code, message, tried: withTried(tried, watches), times: times + 1 },
  };
  return { lane: { ...lane, ...rest }, isOwn: false, isNews: lane.refused === undefined };
};

/** Opens the lane again after a good answer to a test of the key. */
export const accepted = <L extends Lane>(lane: L, now: number): L => {
  if (!lane.refused) return lane;
  const { refused: _, doubt: _doubt, ...rest } = lane;
  return { ...rest, pausedUntil: now } as L;
};

const withTried = (tried: readonly string[], watches: readonly string[]): readonly string[] =>
  [...watches, ...tried.filter((watch) => !watches.includes(watch))].slice(0, TRIED_MAX);

type Candidate = { readonly watch: string; readonly isSound: boolean; readonly calls: number };

/**
 * Returns the rank of a look for a test of the key. First come looks with good answers before, then others, and last
 * those that have tested it already.
 */
const rankOf = ({ watch, isSound }: Candidate, tried: readonly string[]): number =>
  tried.includes(watch) ? 2 : isSound ? 0 : 1;

/** Returns a delay of at most `SPREAD_MS`. The delay is always the same for the same watch. */
const spreadOf = (watch: string): number => {
  const sum = [...watch].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 1_009, 7);
  return Math.floor((sum / 1_009) * SPREAD_MS);
};

export type Trial<C> = {
  /** The request whose look tests the key now, if there is one. */
  readonly trial?: C;
  /** The new values of the lane's fields. */
  readonly refusals: Pick<Lane, 'pausedUntil' | 'refused'>;
  /** Returns the time when another candidate comes back. */
  readonly retryAt: (candidate: C) => number;
};

/**
 * Chooses one of `candidates` to test refused credentials. The connection pauses until `pausedUntil`. Watches take
 * turns, even across functions: a look that tests the key less well comes a few seconds later.
 */
export const trialOf = <C extends Candidate>(
  lane: Lane,
  pausedUntil: number,
  candidates: readonly C[],
  now: number,
): Trial<C> => {
  const { pausedUntil: _, refused: refusal } = lane;
  const { tried = [] } = refusal ?? {};
  const turnAt = (candidate: C, from: number) => {
    const rank = rankOf(candidate, tried);
    return from + rank * GIVE_WAY_MS + (rank === 0 ? 0 : spreadOf(candidate.watch));
  };
  const trial = candidates
    .filter((candidate) => candidate.calls > 0 && turnAt(candidate, pausedUntil) <= now)
    .reduce<C | undefined>(
      (best, each) => (best && rankOf(best, tried) <= rankOf(each, tried) ? best : each),
      undefined,
    );
  const until = trial ? now + TRIAL_MS : pausedUntil;
  return {
    ...(trial && { trial }),
    refusals: {
      pausedUntil: until,
      ...(refusal && { refused: { ...refusal, ...(trial && { tried: withTried(tried, [trial.watch]) }) } }),
    },
    retryAt: (candidate) => Math.max(turnAt(candidate, until), now + SECOND),
  };
};
