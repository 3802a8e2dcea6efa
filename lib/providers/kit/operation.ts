/**
 * Schemas for the fields of an operation. Their error messages name the field, because people paste values from a
 * console or a log.
 */
import * as v from 'valibot';
import { sentence } from '../../core/sentences.ts';

const MAX = 256;

/** Accepts an id as the cloud writes it: 1 to 256 printable characters. It drops blanks around the id. */
export const id = (name: string) =>
  v.pipe(
    v.string(sentence('field_string', { name })),
    v.trim(),
    v.nonEmpty(sentence('field_empty', { name })),
    v.maxLength(MAX, sentence('field_long', { name, count: String(MAX) })),
    v.regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, sentence('field_printable', { name })),
  );

/**
 * Accepts an id that becomes a segment of a path. It refuses `.` and `..`, because such a segment would lead to another
 * path.
 */
export const segment = (name: string) => v.pipe(id(name), v.regex(/^(?!\.{1,2}$)/, sentence('field_path', { name })));

/** Accepts a region. The region becomes part of a host name. */
export const region = (name: string) =>
  v.pipe(
    v.string(sentence('field_string', { name })),
    v.trim(),
    v.regex(/^[a-z0-9-]{1,40}$/, sentence('field_region', { name })),
  );
