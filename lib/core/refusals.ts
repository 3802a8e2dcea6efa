/**
 * What a refusal means: that the key is no good, or only that one watch asks for something it may not have. Pure.
 *
 * A cloud says both in the same words. The difference is whether others are answered with the same credentials. While the
 * key counts as refused, its connection rests, and one look at a time tries whether that is still so.
 */
import { type Pacing, pauseEnd, type Words } from './pacing.ts';
import { believed, MINUTE, SECOND } from './schedule.ts';

/** An answer of the cloud that shows that it accepts the credentials. */
export type Good = {
  /** The watch that was answered. */
  readonly watch: string;
  readonly at: number;
  /** Which credentials were used: a fingerprint. */
  readonly key: string;
};

export type Refusals = {
  /** The last good answers that functions have told of, newest first: of two watches at most. */
  readonly good?: readonly Good[];
  /** A watch that was answered well before and then was refused while others were not. */
  readonly doubt?: { readonly watch: string; readonly at: number };
  /**
   * The key counts as refused, and since when. `tried`: the watches that have tried since, newest first. `times`: how many
   * calls were refused.
   */
  readonly refused?: { readonly since: number; readonly tried?: readonly string[]; readonly times?: number } & Words;
};

type Lane = Pacing & Refusals;

/** One refused call, and the watches it was made for. */
export type Refusal = {
  readonly watches: readonly string[];
  /** Whether one of them was answered well so far. */
  readonly wasSound: boolean;
  /** It tried whether refused credentials are good again. */
  readonly isTrial: boolean;
  readonly key: string;
  /** The cloud says that the key is locked for so long, ms. */
  readonly lockedForMs?: number;
} & Words;

/** How long refused credentials rest until one look tries again: long enough never to reach five failures in a row quickly. */
export const REFUSED_PAUSE_MS = 3 * MINUTE;
/**
 * The same where only watches were refused that never were answered: nobody knows yet whether the key is no good or only
 * they are. Others try soon. But four failures are enough: more than five in a row lock a key of Huawei Cloud.
 */
const SHORT_PAUSE_MS = 5 * SECOND;
const SHORT_PAUSES_UNTIL = 4;
/** How long everybody else rests while one look tries: its call's time-out, and room to tell that it went well. */
const TRIAL_MS = 20 * SECOND;
/** A good answer of another watch that is older than this does not speak for the key. */
const GOOD_FOR_MS = 10 * MINUTE;
/** By how much a watch lets those go first whose look tells more. */
const GIVE_WAY_MS = 10 * SECOND;
/** Those who are alike try in no order: those who came first together may be refused for the same reason. */
const SPREAD_MS = 5 * SECOND;
const TRIED_MAX = 16;

/** The newest of both, of two watches at most. */
export const newestGood = (some: readonly Good[], more: readonly Good[], now: number): readonly Good[] => {
  const all = [...some, ...more]
    .filter(({ at }) => believed(at, now, 0) > now - GOOD_FOR_MS)
    .sort((a, b) => b.at - a.at);
  const [newest] = all;
  const other = all.find(({ watch, key }) => watch !== newest?.watch && key === newest?.key);
  return [newest, other].filter((good) => good !== undefined);
};

/**
 * Whether a refusal concerns its watches alone: another watch got a good answer with the same credentials within the last
 * ten minutes. Where a watch is refused that was answered well so far, the key may have ended just now, and the good
 * answers may be from before that: when this happens to a second watch and nobody was answered well in between, it has.
 * A lock is always the key's.
 */
const concernsOnlyItself = (lane: Refusals, { watches, wasSound, key, lockedForMs }: Refusal, now: number): boolean => {
  if (lockedForMs !== undefined) return false;
  const others = newestGoodOf(lane, now).filter((good) => good.key === key && !watches.includes(good.watch));
  if (lane.refused || others.length === 0) return false;
  const doubt = doubtIn(lane, now);
  return !wasSound || !doubt || watches.includes(doubt.watch) || others.some(({ at }) => at > doubt.at);
};

/** The doubt, unless only a wrong clock can have written it. */
export const doubtIn = ({ doubt }: Refusals, now: number): Refusals['doubt'] =>
  doubt && believed(doubt.at, now, 0) > 0 ? doubt : undefined;

const newestGoodOf = ({ good = [] }: Refusals, now: number) => newestGood(good, [], now);

/**
 * After a refusal: `isOwn` where it concerns its watches alone; else nobody calls for some minutes. `isNews` where the key
 * had counted as good until now.
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
  // The trial is over: the room that it had for its answer counts no more.
  const pausedUntil = Math.max(isTrial ? 0 : pauseEnd(lane, now), now + Math.max(pauseMs, lockedForMs));
  const rest = {
    pausedUntil,
    refused: { since, code, message, tried: withTried(tried, watches), times: times + 1 },
  };
  return { lane: { ...lane, ...rest }, isOwn: false, isNews: lane.refused === undefined };
};

/** After a look that tried was answered well: the lane is open again. */
export const accepted = <L extends Lane>(lane: L, now: number): L => {
  if (!lane.refused) return lane;
  const { refused: _, doubt: _doubt, ...rest } = lane;
  return { ...rest, pausedUntil: now } as L;
};

const withTried = (tried: readonly string[], watches: readonly string[]): readonly string[] =>
  [...watches, ...tried.filter((watch) => !watches.includes(watch))].slice(0, TRIED_MAX);

type Candidate = { readonly watch: string; readonly isSound: boolean; readonly calls: number };

/** How many others go before it at a trial: those that were answered well so far, then all that have not tried yet. */
const rankOf = ({ watch, isSound }: Candidate, tried: readonly string[]): number =>
  tried.includes(watch) ? 2 : isSound ? 0 : 1;

/** A part of `SPREAD_MS`, always the same for a watch. */
const spreadOf = (watch: string): number => {
  const sum = [...watch].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 1_009, 7);
  return Math.floor((sum / 1_009) * SPREAD_MS);
};

export type Trial<C> = {
  /** The one that tries now, if any does. */
  readonly trial?: C;
  /** What the lane then holds. */
  readonly refusals: Pick<Lane, 'pausedUntil' | 'refused'>;
  /** When another is to come back. */
  readonly backAt: (candidate: C) => number;
};

/**
 * Who of `candidates` tries now, where credentials are refused and rest until `pausedUntil`. The watches of a connection
 * take targetLimiters, across functions: one whose look tells less comes a few seconds later than one whose look tells more.
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
    backAt: (candidate) => Math.max(turnAt(candidate, until), now + SECOND),
  };
};
