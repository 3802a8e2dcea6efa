/** Makes one look for a group of watches, and returns what the cloud's answer means for each of them. */
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Cloud, Credentials } from '../clouds/cloud.ts';
import { askOf } from '../config/look-policy.ts';
import type { ConnectionConfig } from '../config/settings.ts';
import { ClockSkew, Refused } from '../core/errors.ts';
import type { Observation } from '../core/observation.ts';
import { SECOND } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import { tellOfCredentials } from '../deliver/expiry.ts';
import type { Send } from '../net/http.ts';
import { type Calls, limitedCalls, type Reserved } from './limited-calls.ts';
import { meaningOf } from './meaning.ts';
import { type DueWatch, type Group, type LookDeps, type Outcome, sameForAll } from './outcome.ts';

/** A group of watches with its slots in the connection's lane. */
type Look = {
  readonly group: Group<DueWatch>;
  readonly reserved: Reserved;
  readonly connection: ConnectionConfig;
};

/** Makes the look of a group. Returns one outcome for each watch of the group, in their order. */
export const ask = async (look: Look, deps: LookDeps): Promise<readonly Outcome[]> => {
  const { dues } = look.group;
  const calls = limitedCalls(look.connection, look.reserved, deps);
  const since = Math.max(...dues.map(({ watch }) => answersCountFrom(watch, deps.now())));
  const tried = await askCloud({ ...look, calls, since }, deps);
  const results = dues.map((due, i) => ({ due, result: resultOf(tried, i) }));
  const failed = results.flatMap(({ due, result }) => ('error' in result ? [{ due, error: result.error }] : []));
  const meanings = await onceForEachError(failed, { ...look, key: tried.key }, deps);
  return results.map(({ due, result }) => ('error' in result ? (meanings.get(due) as Outcome) : result));
};

/**
 * Returns the earliest time of an answer that counts for a watch. An answer must be later than the submission. For the
 * last look it must also be later than the deadline.
 */
const answersCountFrom = ({ submittedAt, deadline }: Watch, now: number): number =>
  now >= deadline ? Math.max(submittedAt, deadline) : submittedAt;

/**
 * The answers, or the failure. `key` is the fingerprint of the credentials of the last call. It is empty where opwatch
 * could not read the credentials.
 */
type Tried = { readonly key: string } & (
  | { readonly observations: readonly Observation[] }
  | { readonly error: unknown }
);

type Result = { readonly observation: Observation } | { readonly error: unknown };

const resultOf = (tried: Tried, i: number): Result => {
  if ('error' in tried) return { error: tried.error };
  const observation = tried.observations[i];
  if (!observation) return { error: new Error('the adapter left out an observation') };
  return observation.kind === 'unanswered' ? { error: observation.error } : { observation };
};

/**
 * Returns the outcome of each watch whose look failed. Several watches may have the same failure. Such a failure
 * changes the lane only once.
 */
const onceForEachError = async (
  failed: readonly { readonly due: DueWatch; readonly error: unknown }[],
  { reserved, connection, key }: Look & { readonly key: string },
  deps: LookDeps,
): Promise<ReadonlyMap<DueWatch, Outcome>> => {
  const byError = Map.groupBy(failed, ({ error }) => error);
  const meanings = [...byError].map(async ([error, some]) => {
    const dues = some.map(({ due }) => due);
    const isTrial = reserved.isTrial ?? false;
    const outcomes = sameForAll(
      dues,
      await meaningOf(error, { dues, key, isTrial, connection: connection.name }, deps),
    );
    return dues.map((due, i) => [due, outcomes[i] as Outcome] as const);
  });
  return new Map((await Promise.all(meanings)).flat());
};

/** The look may use the answer that another look has read at `since` (epoch ms) or later. */
type Calling = Look & { readonly calls: Calls; readonly since: number };

/**
 * Makes the calls of one look, each in its slot. Where the function can repair the first failure at once, it tries a
 * second time.
 */
const askCloud = async (look: Calling, deps: LookDeps): Promise<Tried> => {
  const { connection, reserved } = look;
  let credentials: Credentials;
  try {
    credentials = await deps.secrets.credentials(connection, { fresh: reserved.isTrial ?? false });
    await tellOfCredentials(connection.name, credentials.lifetime, deps);
  } catch (error) {
    return { key: '', error };
  }
  const first = await lookWith(credentials, look, deps);
  const last = 'error' in first ? await lookAgain({ ...first, credentials }, look, deps) : first;
  return 'error' in last ? last : noteAnswer(last, look, deps);
};

/** Returns a short hash that distinguishes these credentials from others. Nobody can read the credentials from it. */
const fingerprint = (credentials: Credentials): string =>
  hash(
    'sha256',
    JSON.stringify([credentials.accessKeyId, credentials.secretAccessKey, credentials.securityToken]),
    'hex',
  ).slice(0, 8);

const lookWith = async (credentials: Credentials, look: Calling, deps: LookDeps): Promise<Tried> => {
  const { provider, dues, scope } = look.group;
  const key = fingerprint(credentials);
  const asks = dues.map(({ watch }) => askOf(watch));
  try {
    // The request is signed only after the wait for its slot. Meanwhile other functions may have learned the time of
    // the cloud's clock.
    if (scope === undefined) await look.calls.ahead();
    return { key, observations: await provider.look(asks, cloudOf(credentials, look, deps)) };
  } catch (error) {
    return { key, error };
  }
};

/**
 * Returns the cloud client for an adapter. Each of its requests waits for a slot, or takes an answer that another look
 * has read.
 */
const cloudOf = (credentials: Credentials, { group, connection, calls, since }: Calling, deps: LookDeps): Cloud => {
  const { lanes, answers, now, uniqueId, sendToCloud } = deps;
  const sendInTurn: Send = async (request) => {
    await calls.next();
    return sendToCloud(request);
  };
  return {
    credentials,
    endpoints: connection.endpoints,
    send: group.scope === undefined ? sendInTurn : answers.through(group.scope, since, sendInTurn),
    now: now(),
    skewMs: lanes.skewMs(connection.name),
    nonce: uniqueId,
  };
};

type Failure = { readonly key: string; readonly error: unknown; readonly credentials: Credentials };

/**
 * Makes a second look where the correct time or new credentials may repair the failure. Otherwise it returns the
 * failure.
 */
const lookAgain = async (failure: Failure, look: Calling, deps: LookDeps): Promise<Tried> => {
  const { key, error, credentials } = failure;
  try {
    if (error instanceof ClockSkew) {
      await noteSkew(error, look, deps);
      return await lookWith(credentials, look, deps);
    }
    if (!(error instanceof Refused) || look.reserved.isTrial) return { key, error };
    // Somebody may have replaced the credentials since this function read them. In that case the connection need not
    // pause.
    const reread = await deps.secrets.credentials(look.connection, { fresh: true });
    return isDeepStrictEqual(reread, credentials) ? { key, error } : await lookWith(reread, look, deps);
  } catch (other) {
    return { key, error: other };
  }
};

const noteSkew = async (
  { cloudTime }: ClockSkew,
  { connection: { name } }: Look,
  { lanes, log, now }: LookDeps,
): Promise<void> => {
  const skewMs = cloudTime - now();
  await lanes.skewed(name, skewMs);
  log.warn('clock differs from the cloud', { connection: name, seconds: Math.round(skewMs / SECOND) });
};

/**
 * Answers whether the cloud sent an answer. Some clouds send none for an operation that they do not know. Such a
 * silence does not show that the key is good.
 */
const isAnswer = (observation: Observation): boolean =>
  observation.kind === 'seen' || (observation.kind === 'absent' && observation.unanswered === undefined);

/** Records in the lane that the cloud accepted the key. An answer that another look read does not show this. */
const noteAnswer = async (
  tried: Extract<Tried, { observations: unknown }>,
  { group, calls, connection, reserved }: Calling,
  { lanes }: LookDeps,
): Promise<Tried> => {
  const { key, observations } = tried;
  const answered = group.dues[observations.findIndex(isAnswer)];
  if (!answered || calls.made() === 0) return tried;
  try {
    await lanes.answered(connection.name, { watch: answered.watch.id, key }, reserved.isTrial ?? false);
    return tried;
  } catch (error) {
    return { key, error };
  }
};
