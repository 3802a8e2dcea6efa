/** Finds the receiver's own code and words in an answer: JSON, XML, a page or plain text. Pure. */

import { plain } from '../../core/text.ts';
import type { HttpAnswer } from '../../net/http.ts';
import { bodyFields, fieldsOf, type Parsed } from './answer.ts';

/** Texts are one line each and bounded. No format has escaped them yet. */
export type Said = { readonly code?: string; readonly words?: string };

const WORDS_BYTES = 200;
const CODE_BYTES = 64;
/** opwatch reads this much of a page. A reason shows less. */
const PAGE_CHARACTERS = 4_096;

/** In the order of trust. A field named code has a code. A field named error may have a sentence. */
const CODES = ['errcode', 'error_code', 'errorCode', 'ErrorCode', 'StatusCode', 'code', 'Code', '__type', 'typeKey'];
const WORDS = ['errmsg', 'errorMsg', 'errorMessage', 'ErrorMessage', 'error_description', 'description', 'msg'].concat([
  'StatusMessage',
  'message',
  'Message',
  'detail',
  'title',
  'reason',
]);

const oneLine = (text: string, maxBytes: number): string | undefined =>
  plain(text.replace(/\s+/g, ' ').trim(), maxBytes) || undefined;

/** Returns all texts in a value, at any depth, in order. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

const textIn = (value: unknown): string => textsIn(value).slice(0, 20).join(', ');

/** Answers whether a text is a word and not a sentence. */
const isCode = (text: string): boolean => /^[\w.:-]{1,64}$/.test(text);

const firstOf = (fields: Parsed, names: readonly string[]): string | undefined =>
  names.map((name) => textIn(fields[name]).trim()).find((text) => text !== '');

/** Returns code and words of a JSON object. An `error` is an object of the same kind, a code, or a sentence. */
export const saidBy = (fields: Parsed): Said => {
  const inner = fieldsOf(fields.error);
  const lone = textIn(typeof fields.error === 'object' ? undefined : fields.error).trim();
  const isLoneCode = isCode(lone);
  const details = textIn(fields.errors);
  const code = firstOf(fields, CODES) ?? firstOf(inner, ['status', ...CODES]) ?? (isLoneCode ? lone : undefined);
  const words = firstOf(fields, WORDS) ?? firstOf(inner, WORDS) ?? (isLoneCode ? undefined : lone);
  return bounded(code ?? '', [words, details].filter(Boolean).join(': '));
};

const bounded = (code: string, words: string): Said => {
  const [shortCode, shortWords] = [oneLine(code, CODE_BYTES), oneLine(words, WORDS_BYTES)];
  return {
    ...(shortCode !== undefined && { code: shortCode }),
    ...(shortWords !== undefined && shortWords !== shortCode && { words: shortWords }),
  };
};

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&', nbsp: ' ' };

const inTag = (page: string, name: string): string =>
  (new RegExp(`<${name}(?: [^<>]{0,200})?>([^<]{1,500})`, 'i').exec(page)?.[1] ?? '').replace(
    /&(lt|gt|quot|apos|amp|nbsp);/g,
    (entity, letters: string) => ENTITIES[letters] ?? entity,
  );

/** XML names code and message. A page has a title, and often says more in its first heading or paragraph. */
const saidByMarkup = (page: string): Said => {
  const code = inTag(page, 'Code').trim();
  const message = inTag(page, 'Message').trim();
  if (code !== '' || message !== '') return bounded(code, message);
  const parts = ['title', 'h1', 'h2', 'p'].map((name) => inTag(page, name).trim()).filter((part) => part !== '');
  return bounded('', [...new Set(parts)].join(': '));
};

/** Returns code and words of an answer, whatever its status. */
export const saidIn = (answer: HttpAnswer): Said => {
  const fields = bodyFields(answer);
  if (Object.keys(fields).length > 0) return saidBy(fields);
  const body = answer.body.slice(0, PAGE_CHARACTERS).trim();
  if (body.startsWith('<')) return saidByMarkup(body);
  return isCode(body) && !/^\d+$/.test(body) ? bounded(body, '') : bounded('', body);
};
