/** The control plane: how a test begins operations, sets the stand-ins and reads what they were asked. */
import type { Api } from './api.ts';
import { APIS } from './apis.ts';
import { parseOperation, scenariosOf } from './create.ts';
import { momentOf, type Operation } from './operation.ts';
import { parseSettings } from './settings.ts';
import { begin, type State } from './state.ts';

type Asked = {
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly state: State;
  /** Epoch ms. */
  readonly now: number;
};

const reset = ({ state }: Asked): object => {
  state.reset();
  return {};
};

const ROUTES: Readonly<Record<string, (asked: Asked) => object>> = {
  /** One operation or a list of them. The same ids again begin anew. */
  'POST /_control/operations': ({ body, state, now }) => {
    const operations = (Array.isArray(body) ? body : [body]).map((one: unknown) => parseOperation(one, now));
    for (const operation of operations) begin(state, operation);
    return { created: operations.length };
  },
  'GET /_control/operations': ({ state, now }) => ({
    operations: [...state.operations.values()].map((one) => present(one, state, now)),
  }),
  'GET /_control/scenarios': () => Object.fromEntries(APIS.map((api) => [api.name, repertoire(api)])),
  /** The log from call `since` on, at most `limit` calls of it. */
  'GET /_control/calls': ({ query, state }) =>
    state.ledger.report(whole(query.get('since'), 0), whole(query.get('limit'), 10_000)),
  'GET /_control/locks': ({ state }) => Object.fromEntries(state.locks),
  'GET /_control/settings': ({ state: { settings } }) => ({
    ...settings,
    credentials: settings.credentials.map(({ accessKeyId }) => accessKeyId),
  }),
  'POST /_control/settings': ({ body, state }) => {
    state.settings = { ...state.settings, ...parseSettings(body) };
    return {};
  },
  'POST /_control/reset': reset,
  'DELETE /_control/reset': reset,
};

/** Answers a request to the control plane; undefined where there is no such route. Throws BadRequest for a body that makes no sense. */
export const control = (method: string, path: string, asked: Asked): object | undefined =>
  Object.hasOwn(ROUTES, `${method} ${path}`) ? ROUTES[`${method} ${path}`]?.(asked) : undefined;

const present = (operation: Operation, state: State, now: number): object => {
  const states = APIS.find(({ name }) => name === operation.api)?.states ?? {};
  const { phase, word, share } = momentOf(operation, states, now);
  return { api: operation.api, operation: operation.ids, phase, word, share, looks: state.looks.get(operation) ?? 0 };
};

const repertoire = (api: Api): object => {
  const { fields, states, absences } = api;
  return { fields, scenarios: scenariosOf(api), states: Object.keys(states), absences: Object.keys(absences) };
};

const whole = (text: string | null, fallback: number): number =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : fallback;
