/** Saves an exchange in the format of test/fixtures, so that the contract suite can replay it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Cloud } from '../../clouds/cloud.ts';
import { LookError } from '../../core/errors.ts';
import type { Ask, Observation } from '../../core/observation.ts';
import type { HttpAnswer, HttpRequest } from '../../net/http.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Look } from './look.ts';
import { createMask, type Mask } from './mask.ts';
import type { ProbeDeps } from './options.ts';

/** The headers that an adapter reads, and those with the id of a request. */
const KEPT = ['content-type', 'x-acs-request-id', 'x-request-id', 'retry-after', 'x-acs-retry-after'];

/**
 * Writes the look to a new file in `directory` and returns a line about it.
 *
 * First it replaces secrets and ids. Then it gives the replaced answers to the adapter again, without endpoint
 * overrides. So the suite later finds exactly the content of the file, wherever the look took place. It writes nothing
 * for a look without an observation.
 */
export const record = async (
  look: Look,
  directory: string,
  about: string | undefined,
  deps: ProbeDeps,
): Promise<string> => {
  const { submission, ask, exchanges, outcome, at } = look;
  if (outcome instanceof LookError) return '\nnot recorded: fixtures hold what a cloud says of an operation';
  const { provider } = submission;
  const mask = createMask(deps.secrets.known(), Object.values(submission.operation));
  const operation = mask(submission.operation);
  const answers = exchanges.flatMap(({ reply }) => (reply instanceof LookError ? [] : [maskedAnswer(reply, mask)]));
  const asked = { ...ask, operation: v.parse(provider.traits.operation, operation) };
  const { requests, observation } = await replay(provider, asked, answers.map(asSent), at);
  if (gist(observation) !== gist(outcome))
    throw new Error('not recorded: without its ids the answer means something else');

  const fixture = {
    about: about ?? `${gist(observation)}, as the cloud answered it.`,
    source: `npm run probe, ${new Date(at).toISOString().slice(0, 10)}`,
    operation,
    ...(ask.seen && { seen: true }),
    submittedAt: iso(ask.submittedAt),
    lookedAt: iso(at),
    exchanges: answers.map((answer, i) => ({ request: requests[i], answer })),
    observation,
  };
  const file = write(directory, nameOf(observation), `${JSON.stringify(fixture, null, 2)}\n`);
  return `\nrecorded ${file}\nSecrets and ids are replaced; names and free text are not: read it before you share it.`;
};

const iso = (at: number): string => new Date(at).toISOString();

type Kept = { readonly status: number; readonly headers: HttpAnswer['headers']; readonly body: unknown };

const maskedAnswer = ({ status, headers, body }: HttpAnswer, mask: Mask): Kept => ({
  status,
  headers: mask(Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT.includes(name)))),
  body: mask(parsed(body)),
});

/**
 * Returns the object in a body. Any other body stays text, because the suite sends a fixture's body as JSON only when
 * it is an object.
 */
const parsed = (body: string): unknown => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : body;
  } catch {
    return body;
  }
};

const asSent = ({ body, ...answer }: Kept): HttpAnswer => ({
  ...answer,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  cut: false,
});

const replay = async (provider: Provider, ask: Ask<unknown>, answers: readonly HttpAnswer[], now: number) => {
  const requests: Pick<HttpRequest, 'method' | 'url' | 'body'>[] = [];
  const cloud: Cloud = {
    credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
    endpoints: {},
    now,
    skewMs: 0,
    nonce: () => 'example',
    send: async ({ method, url, body }) => {
      const answer = answers[requests.length];
      requests.push({ method, url, ...(body !== undefined && { body }) });
      if (!answer) throw new Error('not recorded: without its ids more would be asked');
      return answer;
    },
  };
  const [observation] = await provider.look([ask], cloud);
  if (!observation) throw new Error('the adapter left out an observation');
  return { requests, observation };
};

const gist = (observation: Observation): string =>
  observation.kind === 'seen' ? `${observation.word} (${observation.status})` : observation.kind;

const nameOf = (observation: Observation): string => {
  const name = observation.kind === 'seen' ? observation.word : observation.kind;
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 60) || 'answer'
  );
};

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

/** Writes the text to a new file. It never overwrites an earlier recording. */
const write = (directory: string, name: string, text: string): string => {
  mkdirSync(directory, { recursive: true });
  for (let number = 1; ; number += 1) {
    const file = join(directory, `${name}${number === 1 ? '' : `-${number}`}.json`);
    try {
      writeFileSync(file, text, { flag: 'wx' });
      return file;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
};
