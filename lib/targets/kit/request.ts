/** Builds requests as most receivers want them. Pure. */
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

/** The URL with more in its query; what is there already stays as it stands, for it may be signed. */
export const withQuery = (url: string, query: Headers): string => {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
};
