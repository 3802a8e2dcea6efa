/**
 * Reads the query of a request and refuses parameters that the route does not have. Without this, a misspelled filter
 * would return everything.
 */
import { plain } from '../core/text.ts';
import type { HttpEvent } from './http-event.ts';
import { Refusal } from './problem.ts';

/** The query parameters of a route. */
export type Parameters = {
  readonly names: readonly string[];
  /** The parameters that a request may repeat. */
  readonly repeatable?: readonly string[];
};

export const NO_PARAMETERS: Parameters = { names: [] };

const NAME_BYTES = 80;
const quoted = (names: readonly string[]): string => names.map((name) => `"${plain(name, NAME_BYTES)}"`).join(', ');

/**
 * Reads the query. For unknown parameters it throws a Refusal 400, which names them and all parameters of the route.
 */
export const queryOf = (
  { rawQueryString = '' }: Pick<HttpEvent, 'rawQueryString'>,
  { names, repeatable = [] }: Parameters,
): URLSearchParams => {
  const query = new URLSearchParams(rawQueryString);
  const given = [...new Set(query.keys())];
  const unknown = given.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const known = names.length > 0 ? `has ${names.join(', ')}` : 'has none';
    throw new Refusal(400, `unknown query parameter ${quoted(unknown)}: this route ${known}`);
  }
  const twice = given.filter((name) => !repeatable.includes(name) && query.getAll(name).length > 1);
  if (twice.length > 0) throw new Refusal(400, `query parameter ${quoted(twice)} may appear only once`);
  return query;
};
