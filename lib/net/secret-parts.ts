/**
 * Finds the secret parts of an address and of a request. A receiver that shows a path, a query or a header shows these
 * parts. Pure.
 */
import type { HttpAnswer, HttpRequest } from './http.ts';
import { isHarmless, redactorOf } from './redact.ts';

const LONG = 20;
const LONG_WITH_DIGIT = 8;

/**
 * Answers whether a value looks like a token: it has 8 characters and a digit, or 20 characters. A word of an address
 * has neither.
 */
const isToken = (text: string): boolean => text.length >= LONG || (text.length >= LONG_WITH_DIGIT && /\d/.test(text));

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const bothForms = (text: string): string[] => [text, decoded(text)];

/** Returns the token-like pieces of a value: `bot123456:AAH…` has two. */
const tokensIn = (text: string): string[] =>
  bothForms(text).flatMap((form) => [form, ...form.split(/[^\w-]+/)].filter(isToken));

/** Splits `a=1&b` into its values. A name without a value counts as a value. */
const valuesIn = (query: string): (readonly [name: string, value: string])[] =>
  query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? (['', pair] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
    });

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Turns `/hook/{token}` into an expression that finds each `{…}` at the end of a path. */
const shapeOf = (pattern: string): RegExp =>
  new RegExp(
    `${pattern
      .split(/\{\w+\}/)
      .map(literal)
      .join('([^/]+)')}/?$`,
  );

/**
 * Returns the secret parts of a secret address: the whole, its path, user and password, the values of the slots in
 * `patterns`, and all token-like pieces. A pattern is the end of a path and its query as the vendor publishes it:
 * `/robot/send?access_token={token}`. A text that is no URL has no parts.
 */
export const partsOfAddress = (address: string, patterns: readonly string[] = []): string[] => {
  if (!URL.canParse(address)) return [];
  const { protocol, pathname, search } = new URL(address);
  if (!/^https?:$/.test(protocol)) return [];
  const path = pathname.length > 1 ? [pathname, `${pathname}${search}`] : [];
  const values = valuesIn(search.slice(1));
  const open = patterns.flatMap((pattern) => {
    const [shape = '', query = ''] = pattern.split('?');
    const names = new Set(valuesIn(query).map(([name]) => name));
    const segments = shapeOf(shape).exec(pathname)?.slice(1) ?? [];
    return [...segments, ...values.filter(([name]) => names.has(name)).map(([, value]) => value)];
  });
  const looks = [...pathname.split('/'), ...values.map(([, value]) => value)].flatMap(tokensIn);
  return [address, ...partsOfUser(address), ...[...path, ...open].flatMap(bothForms), ...looks];
};

/** Returns the user and password before a host. */
const partsOfUser = (address: string): string[] => {
  if (!URL.canParse(address)) return [];
  const { username, password } = new URL(address);
  const both = username && password ? [`${username}:${password}`] : [];
  return [username, password, ...both].filter(Boolean).flatMap(bothForms);
};

/** Names of headers and of body fields that hold a secret. */
const CREDENTIAL_HEADER = /auth|token|secret|password|signature|cookie|credential|sign$|key$/i;
const CREDENTIAL_FIELD = /token|secret|password|^sign(ature)?$|^(routing_?|api_?|access_?)?key$/i;

/** Returns the secret parts of a header: its value, the value after its scheme, and the text that Basic has encoded. */
const partsOfHeader = (name: string, value: string): string[] => {
  if (isHarmless(name.toLowerCase())) return [];
  if (!CREDENTIAL_HEADER.test(name)) return tokensIn(value);
  const [scheme = '', credentials = ''] = value.split(/ (.*)/s);
  const pair = /^basic$/i.test(scheme) ? Buffer.from(credentials, 'base64').toString('utf8') : '';
  const password = pair.slice(pair.indexOf(':') + 1);
  // Reads `Credential=…, SignedHeaders=…, Signature=…`. A value ends at the next separator.
  const values = [...value.matchAll(/=([^\s,;]+)/g)].map(([, one = '']) => one).filter(isToken);
  return [value, credentials, pair, password, ...values].filter(Boolean);
};

/** Returns the fields of a JSON or form body whose names mean a secret (token, key, signature and the like). */
export const partsOfBody = ({ headers, body = '' }: Pick<HttpRequest, 'headers' | 'body'>): string[] => {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const fields: [string, unknown][] = type.includes('form-urlencoded')
    ? [...new URLSearchParams(body)]
    : Object.entries(jsonObject(body));
  return fields.flatMap(([name, value]) => (CREDENTIAL_FIELD.test(name) && typeof value === 'string' ? [value] : []));
};

const jsonObject = (text: string): object => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
};

/**
 * Returns all parts of a request that give its sender a right: user and password, credentials in headers, tokens in the
 * body.
 */
export const partsOfRequest = (request: HttpRequest): string[] => [
  ...partsOfUser(request.url),
  ...Object.entries(request.headers).flatMap(([name, value]) => partsOfHeader(name, value)),
  ...partsOfBody(request),
  // A link opens without a token.
  ...[...(request.body ?? '').matchAll(/\/w\/([\w-]{80,100})/g)].map(([, link = '']) => link),
];

/**
 * Masks `secrets` in the body and the headers of an answer. It drops the end of a cut body, because half a secret may
 * stand there.
 */
export const maskAnswer = (answer: HttpAnswer, secrets: readonly string[]): HttpAnswer => {
  const redact = redactorOf(secrets);
  const body = redact(answer.body);
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, redact(value)] as const);
  const half = answer.cut ? SPELLING_MAX * Math.max(0, ...secrets.map(({ length }) => length)) : 0;
  return { ...answer, headers: Object.fromEntries(headers), body: body.slice(0, Math.max(0, body.length - half)) };
};

/** `&#x00002f;` is the longest way to write one character. */
const SPELLING_MAX = 12;
