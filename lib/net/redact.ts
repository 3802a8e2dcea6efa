/** Keeps secrets out of what is logged, stored and shown. Pure, and linear in the length of what it reads. */

import { findAll, spellingsOf } from './spellings.ts';

const MASK = '…';

/** Shorter strings are no secrets, and masking them would leave nothing to read. */
const SECRET_MIN = 4;

/** A path segment that is a word (`services`, `cgi-bin`, `v1`) and not somebody's token. */
const WORD = /^(?:v\d{1,2}|[a-z]{1,12}(?:[._-][a-z]{1,12}){0,3})$/i;

/**
 * A URL by which a person still knows the place: origin, first path segment, and `…` for the rest, which is where webhooks
 * carry their tokens (Slack in the path, DingTalk in the query). A first segment that is no plain word is masked as well
 * (Telegram). What is no URL becomes `…`.
 */
export const redactUrl = (text: string): string => {
  if (!URL.canParse(text)) return MASK;
  const { protocol, host, username, password, pathname, search, hash } = new URL(text);
  // Of `ssm:/path` and the like everything behind the scheme is the secret's place, or the secret.
  if (host === '') return `${protocol}${MASK}`;
  const user = username || password ? `${MASK}@` : '';
  const [first = '', ...others] = pathname.slice(1).split('/');
  const more = others.length > 0 ? `/${MASK}` : search || hash ? `?${MASK}` : '';
  return `${protocol}//${user}${host}/${first === '' || WORD.test(first) ? `${first}${more}` : MASK}`;
};

/** Headers that tell a person something and hold no secret. All others are masked: who knows what a receiver calls its key. */
const HARMLESS = new Set(
  `accept accept-encoding age allow cache-control connection content-encoding content-length content-type date etag expires
  host keep-alive retry-after server transfer-encoding user-agent vary via webhook-id webhook-timestamp
  x-acs-action x-acs-content-sha256 x-acs-date x-acs-request-id x-acs-retry-after x-acs-signature-nonce x-acs-version
  x-amz-date x-amz-target x-amzn-requestid x-content-sha256 x-github-api-version x-request-id x-sdk-date`.split(/\s+/),
);

/** Whether a header of this name (in lower case) never holds a secret. */
export const isHarmless = (name: string): boolean => HARMLESS.has(name);

/** Headers with every value masked that may be a secret: credentials keep their scheme, a place keeps where it is. */
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
 * Text with every one of `secrets` replaced by `…`. It finds a secret in any mixture of plain, percent-encoded, JSON-escaped and
 * HTML-escaped characters, in hexadecimal, and in base64 (also inside the base64 of a longer text). Text that was JSON stays
 * JSON. Secrets of fewer than 4 characters are not looked for.
 */
export const redact = (text: string, secrets: readonly string[]): string => redactorOf(secrets)(text);

/** Redacts several texts of the same secrets: their spellings are worked out once. */
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

    // In JSON each string and number is masked by itself, so that no mask takes a quote or half an escape with it.
    const masked = text.replace(JSON_SCALAR, (scalar) => {
      const value = scalar.startsWith('"') ? String(JSON.parse(scalar)) : scalar;
      const shown = mask(value);
      return shown === value ? scalar : JSON.stringify(shown);
    });
    // A secret that holds JSON's own punctuation may still stand across several of them.
    return mask(masked) === masked ? masked : JSON.stringify(MASK);
  };
};

const JSON_SCALAR = /"[^"\\]*(?:\\.[^"\\]*)*"|[\w.+-]+/g;

/** How any JSON begins. Most texts are none, and to have a parser refuse them costs more than to look. */
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
