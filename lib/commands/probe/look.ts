import type { Cloud, Credentials } from '../../clouds/cloud.ts';
import { SecretError } from '../../config/secrets.ts';
import type { ConnectionConfig } from '../../config/settings.ts';
import { ClockSkew, LookError, Refused } from '../../core/errors.ts';
import type { Ask, Observation } from '../../core/observation.ts';
import type { HttpAnswer, HttpRequest } from '../../net/http.ts';
import type { Submission } from '../../submit/submission.ts';
import type { ProbeDeps, ProbeOptions } from './options.ts';

/** One call: the request, and the answer or the error. */
export type Exchange = {
  readonly request: HttpRequest;
  readonly reply: HttpAnswer | LookError;
  readonly tookMs: number;
};

export type Look = {
  readonly submission: Submission;
  readonly connection: ConnectionConfig;
  readonly ask: Ask<unknown>;
  /** The begin of the look, epoch ms. */
  readonly at: number;
  readonly tookMs: number;
  /**
   * The exchanges of a first look whose date the cloud refused. The probe signed a second look with the cloud's time.
   */
  readonly discarded: readonly Exchange[];
  readonly exchanges: readonly Exchange[];
  readonly outcome: Observation | LookError;
};

/**
 * Makes the same look as a poller, but without a lane. If our clock is too far off, it makes a second look by the
 * cloud's clock. Throws when it cannot get the credentials.
 */
export const lookOnce = async (submission: Submission, wish: ProbeOptions, deps: ProbeDeps): Promise<Look> => {
  const { config, now } = deps;
  const connection = config.connections.get(submission.connection);
  if (!connection) throw new Error(`there is no connection ${submission.connection}`);
  const at = now();
  const { operation } = submission;
  const ask: Ask<unknown> = { operation, seen: wish.seen, submittedAt: at, memo: {}, earlierRuns: [] };
  const lookOf = (discarded: readonly Exchange[], exchanges: readonly Exchange[], outcome: Look['outcome']): Look => ({
    submission,
    connection,
    ask,
    at,
    tookMs: now() - at,
    discarded,
    exchanges,
    outcome,
  });

  const credentials = await credentialsOf(connection, deps);
  if (credentials instanceof LookError) return lookOf([], [], credentials);
  const endpoints = wish.endpoint === undefined ? connection.endpoints : { '*': wish.endpoint };
  const once = async (skewMs: number): Promise<Pick<Look, 'exchanges' | 'outcome'>> => {
    const exchanges: Exchange[] = [];
    const cloud: Cloud = {
      credentials,
      endpoints,
      send: (request) => sendAndTell(request, exchanges, deps),
      now: now(),
      skewMs,
      nonce: deps.uniqueId,
    };
    const outcome = await outcomeOf(() => submission.provider.look([ask], cloud));
    return { exchanges, outcome };
  };

  const first = await once(0);
  if (!(first.outcome instanceof ClockSkew)) return lookOf([], first.exchanges, first.outcome);
  const second = await once(first.outcome.cloudTime - now());
  return lookOf(first.exchanges, second.exchanges, second.outcome);
};

/**
 * Reads the credentials. Unreadable credentials give the same error as refused ones, because both stop the connection.
 */
const credentialsOf = async (
  connection: ConnectionConfig,
  { secrets }: ProbeDeps,
): Promise<Credentials | LookError> => {
  try {
    return await secrets.credentials(connection);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof SecretError) return new Refused({ code: 'secret_unreadable', message });
    throw new Error(`the credentials of connection ${connection.name} could not be fetched from AWS: ${message}`);
  }
};

const sendAndTell = async (request: HttpRequest, exchanges: Exchange[], deps: ProbeDeps): Promise<HttpAnswer> => {
  const began = deps.now();
  const tell = (reply: Exchange['reply']) => exchanges.push({ request, reply, tookMs: deps.now() - began });
  try {
    const answer = await deps.sendToCloud(request);
    tell(answer);
    return answer;
  } catch (error) {
    if (error instanceof LookError) tell(error);
    throw error;
  }
};

const outcomeOf = async (look: () => Promise<readonly Observation[]>): Promise<Observation | LookError> => {
  try {
    const [observation] = await look();
    if (!observation) throw new Error('the adapter left out an observation');
    return observation.kind === 'unanswered' ? observation.error : observation;
  } catch (error) {
    if (error instanceof LookError) return error;
    throw error;
  }
};
