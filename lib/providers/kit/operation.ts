/** What the fields of an operation may hold. Their messages name the field: people paste these from a console or a log. */
import * as v from 'valibot';
import { sentence } from '../../core/sentences.ts';

const MAX = 256;

/** An id as the cloud wrote it: 1 to 256 printable characters, blanks around it dropped. */
export const id = (name: string) =>
  v.pipe(
    v.string(sentence('field_string', { name })),
    v.trim(),
    v.nonEmpty(sentence('field_empty', { name })),
    v.maxLength(MAX, sentence('field_long', { name, count: String(MAX) })),
    v.regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, sentence('field_printable', { name })),
  );

/** An id that becomes a segment of a path, where dots alone would reach another one. */
export const segment = (name: string) => v.pipe(id(name), v.regex(/^(?!\.{1,2}$)/, sentence('field_path', { name })));

/** A region: it becomes part of a host name. */
export const region = (name: string) =>
  v.pipe(
    v.string(sentence('field_string', { name })),
    v.trim(),
    v.regex(/^[a-z0-9-]{1,40}$/, sentence('field_region', { name })),
  );
