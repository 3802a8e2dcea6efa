/** Asks a cloud about watches that are looked at together, and says what the answer means for each of them. */
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
import { type Calls, callsInTurn, type Reserved } from './calls-in-turn.ts';
import { meaningOf } from './meaning.ts';
import { type DueWatch, type Group, type LookDeps, type Outcome, sameForAll } from './outcome.ts';

/** A group that has times of its connection's lane. */
type Look = {
  readonly group: Group<DueWatch>;
  readonly reserved: Reserved;
  readonly connection: ConnectionConfig;
};

/** One outcome for each watch of the group, in their order. */
export const ask = async (look: Look, deps: LookDeps): Promise<readonly Outcome[]> => {
  const { dues } = look.group;
  const calls = callsInTurn(look.connection, look.reserved, deps);
  const since = Math.max(...dues.map(({ watch }) => answersCountFrom(watch, deps.now())));
  const tried = await askCloud({ ...look, calls, since }, deps);
  const results = dues.map((due, i) => ({ due, result: resultOf(tried, i) }));
  const failed = results.flatMap(({ due, result }) => ('error' in result ? [{ due, error: result.error }] : []));
  const meanings = await onceForEachError(failed, { ...look, key: tried.key }, deps);
  return results.map(({ due, result }) => ('error' in result ? (meanings.get(due) as Outcome) : result));
};

/** No answer from before its submission counts; for the last look, none from before the deadline. */
const answersCountFrom = ({ submittedAt, deadline }: Watch, now: number): number =>
  now >= deadline ? Math.max(submittedAt, deadline) : submittedAt;

/** The answers or the failure. `key` names the credentials that were used last; it is empty where they could not be read. */
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

/** Says what each failure means for its watches. One failure may be the answer for many watches: it changes the lane once. */
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

/** `since`: from when on (epoch ms) an answer that another look has read may do for this one. */
type Calling = Look & { readonly calls: Calls; readonly since: number };

/** Makes the calls of one look, each in its turn; once more where the first failure can be mended at once. */
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

/** Which credentials these are, to tell them from others: nothing of them can be read from it. */
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
    // Signed only when its turn has come, by what others have learned of the cloud's clock meanwhile.
    if (scope === undefined) await look.calls.ahead();
    return { key, observations: await provider.look(asks, cloudOf(credentials, look, deps)) };
  } catch (error) {
    return { key, error };
  }
};

/** The cloud as the adapter is shown it: each request waits for its turn, or is answered by what another look has read. */
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

/** Looks once more after a failure that a right clock or new credentials may mend; otherwise answers the failure. */
const lookAgain = async (failure: Failure, look: Calling, deps: LookDeps): Promise<Tried> => {
  const { key, error, credentials } = failure;
  try {
    if (error instanceof ClockSkew) {
      await noteSkew(error, look, deps);
      return await lookWith(credentials, look, deps);
    }
    if (!(error instanceof Refused) || look.reserved.isTrial) return { key, error };
    // They may have been replaced since this function read them: that is no reason for anybody to rest.
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

/** Whether the cloud said something: a silence that means absence says nothing of the key. */
const isAnswer = (observation: Observation): boolean =>
  observation.kind === 'seen' || (observation.kind === 'absent' && observation.unanswered === undefined);

/** Tells the lane of a good answer. An answer from before the call says nothing of the key. */
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
