/** Keeps secrets out of logs, items and answers. Pure. The time grows in proportion to the text. */

import { findAll, spellingsOf } from './spellings.ts';

const MASK = '…';

/** Shorter strings are no secrets, and masking them would leave no readable text. */
const SECRET_MIN = 4;

/** A path segment that is a word (`services`, `cgi-bin`, `v1`) and not a token. */
const WORD = /^(?:v\d{1,2}|[a-z]{1,12}(?:[._-][a-z]{1,12}){0,3})$/i;

/**
 * Returns a URL without its secrets: origin, first path segment, and `…` for the rest, because webhooks carry tokens
 * there (Slack in the path, DingTalk in the query). A first segment that is no plain word becomes `…` too (Telegram). A
 * text that is no URL becomes `…`.
 */
export const redactUrl = (text: string): string => {
  if (!URL.canParse(text)) return MASK;
  const { protocol, host, username, password, pathname, search, hash } = new URL(text);
  // In `ssm:/path` and the like the part after the scheme is the place of the secret, or the secret itself.
  if (host === '') return `${protocol}${MASK}`;
  const user = username || password ? `${MASK}@` : '';
  const [first = '', ...others] = pathname.slice(1).split('/');
  const more = others.length > 0 ? `/${MASK}` : search || hash ? `?${MASK}` : '';
  return `${protocol}//${user}${host}/${first === '' || WORD.test(first) ? `${first}${more}` : MASK}`;
};

/**
 * Headers that help a person and hold no secret. opwatch masks all others, because a receiver may name its key as it
 * likes.
 */
const HARMLESS = new Set(
  `accept accept-encoding age allow cache-control connection content-encoding content-length content-type date etag expires
  host keep-alive retry-after server transfer-encoding user-agent vary via webhook-id webhook-timestamp
  x-acs-action x-acs-content-sha256 x-acs-date x-acs-request-id x-acs-retry-after x-acs-signature-nonce x-acs-version
  x-amz-date x-amz-target x-amzn-requestid x-content-sha256 x-github-api-version x-request-id x-sdk-date`.split(/\s+/),
);

/** Answers whether a header of this name (in lower case) never holds a secret. */
export const isHarmless = (name: string): boolean => HARMLESS.has(name);

/** Masks every header value that may be a secret. Credentials keep their scheme. A location keeps its origin. */
export const redactHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redactHeader(name.toLowerCase(), value)]));

const redactHeader = (name: string, value: string): string => {
  if (isHarmless(name)) return value;
  if (name.endsWith('authorization')) return `${/^[A-Za-z0-9-]+ /.exec(value)?.[0] ?? ''}${MASK}`;
  return name === 'location' ? redactUrl(value) : MASK;
};

/** Masks texts, as `redact` does. */
export type Redactor = (text: string) => string;

/**
 * Replaces each of `secrets` in a text by `…`. It finds a secret in any mixture of plain, percent-encoded, JSON-escaped
 * and HTML-escaped characters, in hexadecimal, and in base64 (also inside the base64 of a longer text). JSON stays
 * JSON. It does not look for secrets of fewer than 4 characters.
 */
export const redact = (text: string, secrets: readonly string[]): string => redactorOf(secrets)(text);

/** Redacts several texts with the same secrets. It works out their spellings once. */
export const redactorOf = (secrets: readonly string[]): Redactor => {
  const wanted = [...new Set(secrets)].filter((secret) => secret.length >= SECRET_MIN);
  if (wanted.length === 0) return (text) => text;
  const spellings = spellingsOf(wanted);
  const mask = (part: string): string => {
    let masked = '';
    let last = 0;
    for (const [from, to] of findAll(part, spellings)) {
      masked += part.slice(last, from) + MASK;
      last = to;
    }
    return masked + part.slice(last);
  };
  return (text) => {
    if (!isJson(text)) return mask(text);

    // In JSON it masks each string and number alone, so that no mask takes a quote or half an escape.
    const masked = text.replace(JSON_SCALAR, (scalar) => {
      const value = scalar.startsWith('"') ? String(JSON.parse(scalar)) : scalar;
      const shown = mask(value);
      return shown === value ? scalar : JSON.stringify(shown);
    });
    // A secret that contains JSON's own punctuation may still stand across several of them.
    return mask(masked) === masked ? masked : JSON.stringify(MASK);
  };
};

const JSON_SCALAR = /"[^"\\]*(?:\\.[^"\\]*)*"|[\w.+-]+/g;

/** The first characters of any JSON. Most texts are no JSON, and this check costs less than a parser's refusal. */
const JSON_START = /^[\t\n\r ]*["{[\d\-tfn]/;

const isJson = (text: string): boolean => {
  if (!JSON_START.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
