/** Reads and checks the query of GET /watches. The query filters the list of watches. */
import { type Caller, mayUse } from '../access/caller.ts';
import type { HttpEvent } from '../access/http-event.ts';
import { Refusal } from '../access/problem.ts';
import { type Parameters, queryOf } from '../access/query.ts';
import { parseDurationMs, parseInstant } from '../core/time.ts';
import { STATUSES, type Watch } from '../core/watch.ts';
import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';

const LIMIT_DEFAULT = 20;
export const LIMIT_MAX = 100;

export const PROVIDER_NAMES = providers.map(({ traits }) => traits.name);

/** Returns the field names of a provider's operation. */
export const fieldsOf = ({ traits: { operation } }: Provider): readonly string[] =>
  'entries' in operation ? Object.keys(operation.entries as object) : [];

/** The prefix of a query parameter that filters by a field of the operation. */
const OF_OPERATION = 'operation.';

/** The field names of the operations of all providers. */
export const OPERATION_FIELDS: readonly string[] = [...new Set(providers.flatMap(fieldsOf))].sort();

export const FILTERS: Parameters = {
  names: [
    ...['status', 'provider', 'connection', 'label', 'since', 'limit', 'cursor'],
    ...OPERATION_FIELDS.map((field) => `${OF_OPERATION}${field}`),
  ],
  repeatable: ['label'],
};

export type Filters = {
  readonly limit: number;
  readonly cursor?: string;
  /** The list leaves out watches submitted before this time (epoch ms). */
  readonly since?: number;
  readonly matches: (watch: Watch) => boolean;
};

/**
 * Throws a Refusal for a value that no watch can have. Such a value is a mistake, and an empty list would hide the
 * mistake.
 */
const mustBeOneOf = (what: string, given: string | null, choice: readonly string[]): void => {
  if (given !== null && !choice.includes(given)) throw new Refusal(400, `${what} must be one of ${choice.join(', ')}`);
};

const limitIn = (query: URLSearchParams): number => {
  const limit = query.get('limit') ?? String(LIMIT_DEFAULT);
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMIT_MAX)
    throw new Refusal(400, `limit must be 1 to ${LIMIT_MAX}`);
  return Number(limit);
};

const sinceIn = (query: URLSearchParams, now: number): number | undefined => {
  const text = query.get('since');
  if (text === null) return undefined;
  const span = parseDurationMs(text);
  const at = span === undefined ? parseInstant(text) : now - span;
  if (at === undefined)
    throw new Refusal(
      400,
      'since must be an instant with its zone (write `+` as %2B) or an ISO 8601 duration before now',
    );
  return at;
};

const labelsIn = (query: URLSearchParams): readonly (readonly [string, string])[] =>
  query.getAll('label').map((text) => {
    const at = text.indexOf(':');
    if (at < 1) throw new Refusal(400, 'label must be name:value');
    return [text.slice(0, at), text.slice(at + 1)];
  });

const fieldsIn = (query: URLSearchParams, provider: string | null): readonly (readonly [string, string])[] => {
  const meant = providers.filter(({ traits }) => provider === null || traits.name === provider);
  const known = new Set(meant.flatMap(fieldsOf));
  return [...query]
    .filter(([name]) => name.startsWith(OF_OPERATION))
    .map(([name, value]) => {
      const field = name.slice(OF_OPERATION.length);
      if (!known.has(field))
        throw new Refusal(400, `${name} is no field of ${provider}, which has ${[...known].join(', ')}`);
      return [field, value];
    });
};

/** Reads the filters of a list. Throws the Refusal 400 for an unknown filter, or for a value that no watch can have. */
export const filtersIn = (event: HttpEvent, caller: Caller, now: number): Filters => {
  const query = queryOf(event, FILTERS);
  const [status, provider, connection] = ['status', 'provider', 'connection'].map((name) => query.get(name)) as [
    string | null,
    string | null,
    string | null,
  ];
  mustBeOneOf('status', status, STATUSES);
  mustBeOneOf('provider', provider, PROVIDER_NAMES);
  const [limit, since] = [limitIn(query), sinceIn(query, now)];
  const [labels, fields] = [labelsIn(query), fieldsIn(query, provider)];
  const cursor = query.get('cursor');
  return {
    limit,
    ...(cursor !== null && { cursor }),
    ...(since !== undefined && { since }),
    matches: (watch) =>
      watch.tenant === caller.tenant &&
      mayUse(caller, watch.connection) &&
      (status === null || watch.status === status) &&
      (provider === null || watch.provider === provider) &&
      (connection === null || watch.connection === connection) &&
      (since === undefined || watch.submittedAt >= since) &&
      labels.every(([name, value]) => Object.hasOwn(watch.labels, name) && watch.labels[name] === value) &&
      fields.every(([field, value]) => watch.operation[field] === value),
  };
};
