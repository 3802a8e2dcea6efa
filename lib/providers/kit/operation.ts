/** What the fields of an operation may hold. Their messages name the field: people paste these from a console or a log. */
import * as v from 'valibot';

const MAX = 256;

/** An id as the cloud wrote it: 1 to 256 printable characters, blanks around it dropped. */
export const id = (name: string) =>
  v.pipe(
    v.string(`${name} must be a string`),
    v.trim(),
    v.nonEmpty(`${name} must not be empty`),
    v.maxLength(MAX, `${name} must be at most ${MAX} characters`),
    v.regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, `${name} must hold printable characters only`),
  );

/** An id that becomes a segment of a path, where dots alone would reach another one. */
export const segment = (name: string) => v.pipe(id(name), v.regex(/^(?!\.{1,2}$)/, `${name} must not be a path`));

/** A region: it becomes part of a host name. */
export const region = (name: string) =>
  v.pipe(
    v.string(`${name} must be a string`),
    v.trim(),
    v.regex(/^[a-z0-9-]{1,40}$/, `${name} must be 1 to 40 of a-z, 0-9 and "-"`),
  );
