/** Asks a cloud about watches that are looked at together, and says what the answer means for each of them. */
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Cloud, Credentials } from '../clouds/cloud.ts';
import { askOf } from '../config/look-policy.ts';
import { SecretError } from '../config/secrets.ts';
import type { ConnectionConfig } from '../config/settings.ts';
import { ClockSkew, LookError, NotAllowed, Refused, Throttled } from '../core/errors.ts';
import type { Allotment, Later, Wish } from '../core/lane.ts';
import type { Observation } from '../core/observation.ts';
import { MINUTE, RETRY_AFTER_LOOK_MAX_MS, SECOND } from '../core/schedule.ts';
import { isSound, type Watch } from '../core/watch.ts';
import { tellOfCredentials } from '../deliver/expiry.ts';
import { tellOperators } from '../deliver/operators.ts';
import type { Send } from '../net/http.ts';
import type { Provider } from '../providers/provider.ts';
import type { Runtime } from '../runtime.ts';
import { callsInTurn, LaneBusy } from './calls-in-turn.ts';

/** A watch to look at. */
export type Due = {
  readonly watch: Watch;
  /** Times of the lane that it was given earlier, epoch ms. */
  readonly slots?: readonly number[];
  /** Goes before all others that wait for the connection. */
  readonly first?: boolean;
};

export type Outcome =
  | { readonly observation: Observation }
  /** It was not asked, and why; with the times of the lane that it has when it is back, if it has any. */
  | { readonly backAt: number; readonly why: Unasked; readonly slots?: readonly number[] };

/**
 * Why the cloud was not asked: the connection's credentials are refused (its lane keeps the cloud's words as `refused`), the
 * cloud asked for a pause or a slower pace (`slowed`), others have the calls of now, or opwatch itself is at fault.
 */
export type Unasked = Later['why'] | 'fault';

/** Watches that are looked at together. */
export type Group<D extends Due> = {
  readonly provider: Provider;
  readonly dues: readonly D[];
  /** Whose answers they share with the looks just before and after; left out where no call answers for several. */
  readonly scope?: string;
};

export type LookTools = Pick<
  Runtime,
  'config' | 'table' | 'pace' | 'secrets' | 'sendToCloud' | 'answers' | 'log' | 'now' | 'uniqueId' | 'pause'
>;

type Turn = { readonly wish: Wish; readonly allotment: Allotment };

/** One outcome for each watch of the group, in their order. */
export const askTogether = async <D extends Due>(
  group: Group<D>,
  { wish, allotment }: Turn,
  connection: ConnectionConfig,
  tools: LookTools,
): Promise<readonly Outcome[]> => {
  if ('backAt' in allotment) return forEach(group.dues, allotment);
  const { results, ...how } = await askCloud(group, { wish, ...allotment }, connection, tools);
  // One failure may be the answer for many: it changes the lane once.
  const failed = Map.groupBy(group.dues, (_, i) => errorOf(results[i]));
  const meanings = [...failed].map(async ([error, dues]): Promise<readonly (readonly [D, Outcome])[]> => {
    if (error === undefined) return [];
    const outcomes = forEach(dues, await meaningOf(error, { ...how, dues }, connection.name, tools));
    return dues.map((due, i) => [due, outcomes[i] as Outcome]);
  });
  const known = new Map((await Promise.all(meanings)).flat());
  return group.dues.map((due, i) => known.get(due) ?? (results[i] as { readonly observation: Observation }));
};

/** The same for all of them. But one time is one call: the first keeps those there are, the others ask for their own. */
const forEach = (dues: readonly Due[], outcome: Outcome): readonly Outcome[] => {
  if (!('backAt' in outcome)) return dues.map(() => outcome);
  const { slots, ...without } = outcome;
  return dues.map((_, i) => (i === 0 && slots && slots.length > 0 ? { ...without, slots } : without));
};

type Result = { readonly observation: Observation } | { readonly error: unknown };

const errorOf = (result: Result | undefined): unknown =>
  result && 'observation' in result ? undefined : (result?.error ?? new Error('the adapter left out an observation'));

const resultOf = (observation: Observation | undefined): Result => {
  if (!observation) return { error: new Error('the adapter left out an observation') };
  return observation.kind === 'unanswered' ? { error: observation.error } : { observation };
};

/** Which credentials these are, to tell them from others: nothing of them can be read from it. */
const fingerprint = (credentials: Credentials): string =>
  hash(
    'sha256',
    JSON.stringify([credentials.accessKeyId, credentials.secretAccessKey, credentials.securityToken]),
    'hex',
  ).slice(0, 8);

type Asked = {
  readonly results: readonly Result[];
  readonly isTrial: boolean;
  /** Which credentials were used last; empty where they could not be read. */
  readonly key: string;
};

/** From when on an answer that another look has read may do for this one: the last look is made past the deadline. */
const answersCountFrom = ({ submittedAt, deadline }: Watch, now: number): number =>
  now >= deadline ? Math.max(submittedAt, deadline) : submittedAt;

/** Makes the calls of one look, each in its turn. */
const askCloud = async <D extends Due>(
  { provider, dues, scope }: Group<D>,
  turn: { readonly wish: Wish; readonly slots: readonly number[]; readonly isTrial?: true },
  connection: ConnectionConfig,
  tools: LookTools,
): Promise<Asked> => {
  const { pace, secrets, sendToCloud, answers, log, now, uniqueId } = tools;
  const { name } = connection;
  const { isTrial = false } = turn;
  const calls = callsInTurn(connection, turn, tools);
  let made = 0;
  let key = '';
  const sendInTurn: Send = async (request) => {
    await calls.next();
    made += 1;
    return sendToCloud(request);
  };

  const asks = dues.map(({ watch }) => askOf(watch));
  const since = Math.max(...dues.map(({ watch }) => answersCountFrom(watch, now())));
  const lookWith = async (credentials: Credentials): Promise<readonly Observation[]> => {
    key = fingerprint(credentials);
    // Signed only when its turn has come, by what others have learned of the cloud's clock meanwhile.
    if (scope === undefined) await calls.ahead();
    const cloud: Cloud = {
      credentials,
      endpoints: connection.endpoints,
      send: scope === undefined ? sendInTurn : answers.through(scope, since, sendInTurn),
      now: now(),
      skewMs: pace.skewMs(name),
      nonce: uniqueId,
    };
    return provider.look(asks, cloud);
  };
  const lookAgain = async (error: unknown, credentials: Credentials): Promise<readonly Observation[]> => {
    if (error instanceof ClockSkew) {
      const skewMs = error.cloudTime - now();
      await pace.skewed(name, skewMs);
      log.warn('clock differs from the cloud', { connection: name, seconds: Math.round(skewMs / SECOND) });
      return lookWith(credentials);
    }
    if (!(error instanceof Refused) || isTrial) throw error;
    // They may have been replaced since this function read them: that is no reason for anybody to rest.
    const reread = await secrets.credentials(connection, { fresh: true });
    if (isDeepStrictEqual(reread, credentials)) throw error;
    return lookWith(reread);
  };

  try {
    const credentials = await secrets.credentials(connection, { fresh: isTrial });
    await tellOfCredentials(name, credentials.lifetime, tools);
    const observations = await lookWith(credentials).catch((error: unknown) => lookAgain(error, credentials));
    const answered = dues[observations.findIndex(isAnswer)];
    // An answer from before the call says nothing of the key.
    if (answered && made > 0) await pace.answered(name, { watch: answered.watch.id, key }, isTrial);
    return { results: dues.map((_, i) => resultOf(observations[i])), key, isTrial };
  } catch (error) {
    return { results: dues.map(() => ({ error })), key, isTrial };
  }
};

/** Whether the cloud said something: a silence that means absence says nothing of the key. */
const isAnswer = (observation: Observation): boolean =>
  observation.kind === 'seen' || (observation.kind === 'absent' && observation.unanswered === undefined);

/** A look's failure concerns these watches. */
type Failed = Omit<Asked, 'results'> & { readonly dues: readonly Due[] };

/**
 * What a look's failure means for the watches it was made for. What concerns the connection (pace, credentials) changes
 * its lane and only makes the watch wait; what the cloud said of the operation is an observation.
 */
const meaningOf = async (error: unknown, asked: Failed, connection: string, tools: LookTools): Promise<Outcome> => {
  const { pace, log, now } = tools;
  if (error instanceof LaneBusy) return error.later;
  if (error instanceof Throttled) {
    await pace.throttled(connection, error);
    log.warn('throttled by the cloud', { connection, code: error.code }, { throttled: [1, 'Count'] });
    const backAt = now() + Math.max(Math.min(error.afterMs ?? 0, RETRY_AFTER_LOOK_MAX_MS), 5 * SECOND);
    return { backAt, why: 'paused' };
  }
  if (error instanceof Refused || error instanceof SecretError) return afterRefusal(error, asked, connection, tools);
  if (error instanceof LookError) return { observation: { kind: 'unanswered', error } };
  log.error('look failed', { connection, error: String(error) });
  return { backAt: now() + MINUTE, why: 'fault' };
};

/** A refusal is about the key, and the connection rests, or about these watches alone, and is an observation of theirs. */
const afterRefusal = async (
  error: Refused | SecretError,
  { dues, key, isTrial }: Failed,
  connection: string,
  tools: LookTools,
): Promise<Outcome> => {
  const { pace, log } = tools;
  const { message } = error;
  const { code, lockedForMs } = error instanceof Refused ? error : { code: 'secret_unreadable' };
  const watches = dues.map(({ watch }) => watch.id);
  const wasSound = dues.some(({ watch }) => isSound(watch));
  const { lane, isOwn, isNews } = await pace.refused(connection, {
    ...{ watches, wasSound, isTrial, key, code, message },
    ...(lockedForMs !== undefined && { lockedForMs }),
  });
  if (isOwn && error instanceof Refused) {
    log.warn('refused for this watch alone', { connection, watch: watches.join(' '), code, message });
    return { observation: { kind: 'unanswered', error: new NotAllowed(error) } };
  }
  // Said again at every trial, a line in three minutes: the alarm lasts as long as what it is about.
  const what = isNews ? 'credentials refused' : 'credentials still refused';
  log[isNews ? 'error' : 'info'](what, { connection, code, message }, { credentialsRefused: [1, 'Count'] });
  // Not only when it is news: whoever learned it first may have been killed before anybody was told.
  if (lane.refused) {
    const { since: at, code: first, message: words } = lane.refused;
    await tellOperators({ event: 'credentials_refused', at, connection, code: first, message: words }, tools);
  }
  return { backAt: lane.pausedUntil, why: 'refused' };
};
