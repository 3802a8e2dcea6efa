/** The name under which a commit shows an operation: a template that opwatch fills from the submission. Pure. */
import { hash } from 'node:crypto';
import * as v from 'valibot';
import { sentence } from '../../core/sentences.ts';
import { plain } from '../../core/text.ts';
import type { Lack, Subject } from '../target.ts';

const PLACEHOLDER = /\{([^{}]*)\}/g;
/** `operation` is the operation's own ids, without region and project. `watch` is the id of the watch. */
const KNOWN = /^(provider|operation|watch|operation\.\w{1,63}|label\.[\w.\-/]{1,63})$/;

/** GitHub refuses more characters, and characters of four bytes. */
const CONTEXT_MAX = 255;
const FOUR_BYTES = /[\u{10000}-\u{10FFFF}]/gu;

/**
 * Returns text that GitHub accepts in a status: one line, no characters of four bytes, no control or direction marks.
 */
export const githubText = (text: string, substitute = ''): string =>
  plain(text, Number.POSITIVE_INFINITY).replace(FOUR_BYTES, substitute).replace(/\s+/g, ' ').trim();

export const ContextTemplate = v.pipe(
  v.string(),
  v.check(
    (text) => /^[\w.\-/ :()]{1,200}$/.test(text.replace(PLACEHOLDER, '_')),
    'must be 1 to 200 letters, digits, "_", ".", "-", "/", ":", "(", ")" and spaces, beside its placeholders',
  ),
  v.check(
    (text) => [...text.matchAll(PLACEHOLDER)].every(([, name = '']) => KNOWN.test(name)),
    'may hold {provider}, {operation}, {operation.NAME}, {label.NAME} and {watch}',
  ),
);

const PLACES = /^(region|regionid|project_?id|resourcegroupid)$/i;

const filledBy = (name: string, { id, provider, operation, labels }: Subject): string => {
  if (name === 'watch') return id;
  if (name === 'provider') return provider;
  if (name === 'operation') {
    const own = Object.entries(operation).filter(([field]) => !PLACES.test(field));
    return own.map(([, value]) => value).join('/');
  }
  const fields = name.startsWith('label.') ? labels : operation;
  const field = name.slice(name.indexOf('.') + 1);
  return Object.hasOwn(fields, field) ? (fields[field] ?? '') : '';
};

const placeholdersIn = (template: string): string[] => [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);

/**
 * Returns the context. If opwatch had to change it, it ends with a hash of the whole text, so that different contexts
 * stay different.
 */
export const contextOf = (template: string, subject: Subject): string => {
  const filled = template.replace(PLACEHOLDER, (_, name: string) => filledBy(name, subject));
  // A context contains no address, because GitHub shows it beside its own links.
  const text = githubText(filled.replaceAll('://', ':'), '?');
  if (text.length <= CONTEXT_MAX && text === filled) return text;
  const mark = `~${hash('sha256', filled, 'hex').slice(0, 8)}`;
  return text.length + mark.length <= CONTEXT_MAX ? `${text}${mark}` : text.slice(0, CONTEXT_MAX - mark.length) + mark;
};

/** Returns the fields that a submission needs to fill the context. */
export const lacksFor = (template: string, subject: Subject): Lack[] =>
  placeholdersIn(template)
    .filter((name) => filledBy(name, subject).trim() === '')
    .map((name) => ({
      at: [name.startsWith('label.') ? 'labels' : 'operation', name.slice(name.indexOf('.') + 1)],
      detail: sentence('context_field', { name: `{${name}}` }),
    }));
