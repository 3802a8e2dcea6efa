/** How a cloud answers instead of telling what it knows: one list for the local stack, the simulation and the bench. Source: each fault names its own. */
import type { Answer } from './answer.ts';
import type { Params, Responder } from './responder.ts';

/**
 * Spoils an answer. `truth` is what the cloud would have said, `look` counts the calls about this operation from 1, `params`
 * are those of the call.
 */
type Spoil = (truth: Answer, responder: Responder, look: number, params: Params) => Answer;
export type Fault = {
  /** How many looks it spoils unless the operation says otherwise. */
  readonly times: number;
  readonly spoil: Spoil;
  /** How far the replica that answers is behind, ms. */
  readonly behindMs?: number;
};

export const passing = (spoil: Spoil): Fault => ({ times: 2, spoil });
export const lasting = (spoil: Spoil): Fault => ({ times: Number.POSITIVE_INFINITY, spoil });

type Json = Readonly<Record<string, unknown>>;

/** Says something else in the body of every answer that went well: what the cloud tells is odd, and it stays odd. */
export const telling = (edit: (body: Json) => object): Fault =>
  lasting((truth) => {
    if (truth.status !== 200 || !truth.body.startsWith('{')) return truth;
    const body = JSON.stringify(edit(JSON.parse(truth.body) as Json));
    return body === truth.body ? truth : { ...truth, body };
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

/** A page as proxies and sign-in walls give it, with words in it that a careless reader might take for a state. */
const page = (truth: Answer, status: number): Answer => ({
  status,
  headers: { date: truth.headers.date ?? '', 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><html><head><title>SUCCESS</title></head><body><h1>COMPLETED</h1>{"status":"SUCCESS"}</body></html>',
});

/** The faults that every API can play. Each API has faults of its own besides. */
export const CLOUD_FAULTS = {
  throttled: passing((_truth, responder) => responder.throttled()),
  'retry-after': passing((_truth, responder) => responder.backOff(1_500)),
  'retry-after-long': passing((_truth, responder) => responder.backOff(120_000)),
  unavailable: passing((_truth, responder) => responder.unavailable()),
  broken: passing((_truth, responder) => responder.broken()),
  flapping: lasting((truth, responder, look) => (look % 2 === 1 ? responder.unavailable() : truth)),
  denied: lasting((_truth, responder) => responder.denied()),
  'error-in-200': passing((_truth, responder) =>
    responder.error(200, 'InternalError', 'The request has failed due to an internal error.'),
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
  // A refused signature is explained by quoting what was signed, token and all.
  echo: passing((_truth, { sent, error }) =>
    error(500, 'InternalError', `server string to sign is: ${Object.values(sent).join(' ')}`),
  ),
  reset: passing((truth) => ({ ...truth, sending: 'reset' })),
  huge: passing((truth) => ({ ...truth, sending: 'huge' })),
  bomb: passing((truth) => ({ ...truth, sending: 'bomb' })),
  drip: passing((truth) => ({ ...truth, sending: 'drip' })),
  hang: passing((truth) => ({ ...truth, sending: 'hang' })),
  redirect: passing((truth, { elsewhere }) => ({
    ...truth,
    status: 302,
    headers: { ...truth.headers, location: elsewhere },
    body: '',
  })),
  // A replica that lags tells how it was ten minutes ago.
  'back-in-time': { ...passing((truth) => truth), behindMs: 10 * 60_000 },
} as const satisfies Readonly<Record<string, Fault>>;

/** `error:503:ServiceUnavailable` plays any documented error by its status and code. */
export const faultNamed = (name: string, own: Readonly<Record<string, Fault>> = {}): Fault | undefined => {
  if (Object.hasOwn(own, name)) return own[name];
  if (Object.hasOwn(CLOUD_FAULTS, name)) return CLOUD_FAULTS[name as keyof typeof CLOUD_FAULTS];
  const [, status, code] = /^error:(\d{3}):([\w.]{1,64})$/.exec(name) ?? [];
  if (!status || !code) return undefined;
  return passing((_truth, responder) => responder.error(Number(status), code, 'The request was refused.'));
};
