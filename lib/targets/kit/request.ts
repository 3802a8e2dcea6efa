/** Builds requests in the form that most receivers expect. Pure. */
import type { HttpRequest } from '../../net/http.ts';

type Headers = Readonly<Record<string, string>>;

export const postJson = (url: string, body: unknown, headers: Headers = {}): HttpRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

export const postForm = (url: string, fields: Headers, headers: Headers = {}): HttpRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
});

/** Adds to the query of a URL. The present query stays unchanged, because it may be signed. */
export const withQuery = (url: string, query: Headers): string => {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
};
