import type { Api } from './api.ts';
import { apis } from './apis.ts';
import { parseOperation, scenariosOf } from './create.ts';
import { momentOf, type Operation } from './operation.ts';
import { parseSettings } from './settings.ts';
import type { World } from './world.ts';

type Asked = { readonly body: unknown; readonly query: URLSearchParams; readonly world: World };

const routes: Readonly<Record<string, (asked: Asked) => object>> = {
  /** One operation or a list of them. The same ids again begin anew. */
  'POST /_control/operations'({ body, world }) {
    const operations = (Array.isArray(body) ? body : [body]).map((one: unknown) => parseOperation(one, world.now()));
    for (const operation of operations) begin(operation, world);
    return { created: operations.length };
  },
  'GET /_control/operations': ({ world }) => ({
    operations: [...world.operations.values()].map((one) => present(one, world)),
  }),
  'GET /_control/scenarios': () => Object.fromEntries(apis.map((api) => [api.name, repertoire(api)])),
  /** The log from call `since` on, at most `limit` calls of it. */
  'GET /_control/calls': ({ query, world }) =>
    world.ledger.report(whole(query.get('since'), 0), whole(query.get('limit'), 10_000)),
  'GET /_control/locks': ({ world }) => Object.fromEntries(world.locks),
  'GET /_control/settings': ({ world: { settings } }) => ({
    ...settings,
    credentials: settings.credentials.map(({ accessKeyId }) => accessKeyId),
  }),
  'POST /_control/settings'({ body, world }) {
    world.settings = { ...world.settings, ...parseSettings(body) };
    return {};
  },
  'POST /_control/reset': reset,
  'DELETE /_control/reset': reset,
};

/** Answers a request to the control plane; undefined where there is no such route. Throws BadRequest for a body that makes no sense. */
export function control(method: string, path: string, asked: Asked): object | undefined {
  return Object.hasOwn(routes, `${method} ${path}`) ? routes[`${method} ${path}`]?.(asked) : undefined;
}

function reset({ world }: Asked): object {
  world.reset();
  return {};
}

function begin(operation: Operation, world: World): void {
  const name = JSON.stringify([operation.api, operation.ids]);
  const before = world.operations.get(name);
  if (before) world.looks.delete(before);
  // Taken out first, so that the newest stands last.
  world.operations.delete(name);
  world.operations.set(name, operation);
}

function present(operation: Operation, world: World): object {
  const states = apis.find(({ name }) => name === operation.api)?.states ?? {};
  const { phase, word, share } = momentOf(operation, states, world.now());
  return { api: operation.api, operation: operation.ids, phase, word, share, looks: world.looks.get(operation) ?? 0 };
}

function repertoire(api: Api): object {
  const { fields, states, absences } = api;
  return { fields, scenarios: scenariosOf(api), states: Object.keys(states), absences: Object.keys(absences) };
}

function whole(text: string | null, fallback: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : fallback;
}
