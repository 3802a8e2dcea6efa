/** A cloud that answers what a test tells it to, and remembers what it was asked. */

import type { Cloud, Credentials } from '../../lib/clouds/cloud.ts';
import { LookError, RetryLater } from '../../lib/core/errors.ts';
import type { Ask, Observation } from '../../lib/core/observation.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import type { Provider } from '../../lib/providers/provider.ts';

export const NOW = Date.parse('2026-01-02T03:04:05Z');

export const CREDENTIALS: Credentials = {
  accessKeyId: 'AK-EXAMPLE',
  secretAccessKey: 'the-secret-key-0123456789',
  securityToken: 'the-session-token-0123456789',
};

/** An answer; an object for a body is sent as JSON. */
export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly cut?: boolean;
};

export const answer = ({ status = 200, headers = {}, body = '', cut = false }: Reply): HttpAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  cut,
});

export type Script = readonly Reply[] | ((request: HttpRequest) => Reply);

/** `script` answers call by call, or request by request; a call beyond the last answer fails the test. */
export const scripted = (script: Script, settings: Partial<Cloud> = {}) => {
  const requests: HttpRequest[] = [];
  let nonces = 0;
  const cloud: Cloud = {
    credentials: CREDENTIALS,
    endpoints: {},
    now: NOW,
    skewMs: 0,
    nonce: () => {
      nonces += 1;
      return `nonce-${nonces}`;
    },
    send: async (request) => {
      requests.push(request);
      const told = typeof script === 'function' ? script(request) : script[requests.length - 1];
      if (!told) throw new Error(`call ${requests.length} was not expected: ${request.url}`);
      return answer(told);
    },
    ...settings,
  };
  return { cloud, requests };
};

export const ask = <O>(operation: O, known: Partial<Ask<O>> = {}): Ask<O> => ({
  operation,
  seen: false,
  submittedAt: NOW - 10_000,
  memo: {},
  earlierRuns: [],
  ...known,
});

/** An outcome in a few words, as the tables of these tests write it. */
export const wording = (outcome: Observation | LookError): string => {
  if (outcome instanceof LookError) {
    const wish = outcome instanceof RetryLater && outcome.afterMs !== undefined ? ` after ${outcome.afterMs} ms` : '';
    return `${outcome.name}${wish}`;
  }
  if (outcome.kind === 'unanswered') return `unanswered: ${wording(outcome.error)}`;
  if (outcome.kind === 'absent') {
    return ['absent', outcome.forgotten && 'forgotten', outcome.waits && 'waits'].filter(Boolean).join(', ');
  }
  return [outcome.status, outcome.evidence, !outcome.known && 'unknown word'].filter(Boolean).join(', ');
};

/** Looks at one operation; a LookError is an outcome like any other, every other error is not. */
export const lookAtOne = async <O>(
  provider: Provider<O>,
  asked: Ask<O>,
  cloud: Cloud,
): Promise<Observation | LookError> => {
  try {
    const [observation] = await provider.look([asked], cloud);
    if (!observation) throw new Error('no observation');
    return observation;
  } catch (error) {
    if (error instanceof LookError) return error;
    throw error;
  }
};

/** What comes of one look at `operation` when the cloud answers so, in a few words. */
export const outcome = async <O>(provider: Provider<O>, operation: O, script: Script, known: Partial<Ask<O>> = {}) =>
  wording(await lookAtOne(provider, ask(operation, known), scripted(script).cloud));
