import type { Answer } from './answer.ts';
import type { Door, Params } from './door.ts';
import type { Timeline } from './operation.ts';

/** What can become of an operation, by name. An API offers those for whose phases it has words, and its own besides. */
// biome-ignore format: a table
export const timelines: Readonly<Record<string, Timeline>> = {
  success:         [[0, 'waiting'], [0.1, 'running'], [1, 'succeeded']],
  failed:          [[0, 'waiting'], [0.1, 'running'], [1, 'failed']],
  partial:         [[0, 'waiting'], [0.1, 'running'], [1, 'partial']],
  terminated:      [[0, 'waiting'], [0.1, 'running'], [1, 'canceled']],
  attention:       [[0, 'running'], [0.3, 'attention'], [0.7, 'running'], [1, 'succeeded']],
  'unknown-word':  [[0, 'running'], [0.3, 'unknown'], [1, 'succeeded']],
  'not-there-yet': [[0, 'absent'], [0.3, 'running'], [1, 'succeeded']],
  'never-there':   [[0, 'absent']],
  // To whoever asks the same as never there: it was over and forgotten before the first look.
  forgotten:       [[0, 'absent']],
  vanishes:        [[0, 'waiting'], [0.1, 'running'], [1, 'absent']],
  // Out of sight for a while, as behind a replica that lags.
  flickers:        [[0, 'running'], [0.4, 'absent'], [0.6, 'running'], [1, 'succeeded']],
  backwards:       [[0, 'running'], [0.4, 'waiting'], [0.6, 'running'], [1, 'succeeded']],
  // Takes back that it is over.
  relapses:        [[0, 'running'], [0.5, 'succeeded'], [0.75, 'running'], [1, 'failed']],
  endless:         [[0, 'waiting'], [0.1, 'running']],
};

/** Runs, then says `word` of the cloud's own vocabulary. */
export function endsWith(word: string): Timeline {
  // biome-ignore format: a row of that table
  return [[0, 'waiting'], [0.1, 'running'], [1, `=${word}`]];
}

/**
 * Spoils an answer. `truth` is what the cloud would have said, `look` counts the calls about this operation from 1, `params`
 * are those of the call.
 */
export type Play = (truth: Answer, door: Door, look: number, params: Params) => Answer;
export type Fault = {
  /** How many looks it spoils unless the operation says otherwise. */
  readonly times: number;
  readonly play: Play;
};

export const passing = (play: Play): Fault => ({ times: 2, play });
export const lasting = (play: Play): Fault => ({ times: Number.POSITIVE_INFINITY, play });

type Json = Readonly<Record<string, unknown>>;

/** Says something else in the body of every answer that went well: what the cloud tells is odd, and it stays odd. */
export const telling = (edit: (body: Json) => object): Fault =>
  lasting((truth) => {
    const whole = truth.status === 200 && truth.body.startsWith('{');
    return whole ? { ...truth, body: JSON.stringify(edit(JSON.parse(truth.body) as Json)) } : truth;
  });

/** Members of the object `name` of a body, or of each object of a list of that name, laid over what stands there. */
export const within = (name: string, edit: (part: Json) => object): Fault =>
  telling((body) => {
    const part = body[name];
    const edited = (one: unknown) => ({ ...(one as Json), ...edit(one as Json) });
    if (Array.isArray(part)) return { ...body, [name]: part.map(edited) };
    return typeof part === 'object' && part !== null ? { ...body, [name]: edited(part) } : body;
  });

const numbersAsText = (_name: string, value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

export const faults: Readonly<Record<string, Fault>> = {
  throttled: passing((_truth, door) => door.throttled()),
  'retry-after': passing((_truth, door) => door.backOff()),
  unavailable: passing((_truth, door) => door.unavailable()),
  broken: passing((_truth, door) => door.broken()),
  flapping: lasting((truth, door, look) => (look % 2 === 1 ? door.unavailable() : truth)),
  denied: lasting((_truth, door) => door.denied()),
  'error-in-200': passing((_truth, door) =>
    door.error(200, 'InternalError', 'The request has failed due to an internal error.'),
  ),
  'proxy-auth': passing((truth) => page(truth, 407)),
  // Numbers as some gateways write them.
  'numbers-as-text': lasting((truth) => ({
    ...truth,
    body: truth.body.startsWith('{') ? JSON.stringify(JSON.parse(truth.body), numbersAsText) : truth.body,
  })),
  html: passing((truth) => page(truth, 200)),
  'html-503': passing((truth) => page(truth, 503)),
  empty: passing((truth) => ({ ...truth, status: 200, body: '' })),
  array: passing((truth) => ({ ...truth, status: 200, body: `[${truth.body}]` })),
  truncated: passing((truth) => ({ ...truth, body: truth.body.slice(0, -1 - truth.body.length / 4) })),
  reset: passing((truth) => ({ ...truth, manner: 'reset' })),
  huge: passing((truth) => ({ ...truth, manner: 'huge' })),
  bomb: passing((truth) => ({ ...truth, manner: 'bomb' })),
  drip: passing((truth) => ({ ...truth, manner: 'drip' })),
  hang: passing((truth) => ({ ...truth, manner: 'hang' })),
  redirect: passing((truth, door) => ({
    ...truth,
    status: 302,
    headers: { ...truth.headers, location: door.elsewhere },
    body: '',
  })),
};

/** `error:503:ServiceUnavailable` plays any documented error by its status and code. */
export function faultNamed(name: string, own: Readonly<Record<string, Fault>> = {}): Fault | undefined {
  const [, status, code] = /^error:(\d{3}):([\w.]{1,64})$/.exec(name) ?? [];
  if (status && code) return passing((_truth, door) => door.error(Number(status), code, 'The request was refused.'));
  return Object.hasOwn(own, name) ? own[name] : Object.hasOwn(faults, name) ? faults[name] : undefined;
}

/** A page as proxies and sign-in walls give it, with words in it that a careless reader might take for a state. */
function page(truth: Answer, status: number): Answer {
  return {
    status,
    headers: { date: truth.headers.date ?? '', 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><html><head><title>SUCCESS</title></head><body><h1>COMPLETED</h1>{"status":"SUCCESS"}</body></html>',
  };
}
