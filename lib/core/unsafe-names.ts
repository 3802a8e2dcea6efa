/** Names that mean something to JavaScript itself: valibot leaves them out of a record without a word. */
export const UNSAFE: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Where such names stand in `value`, at any depth. */
export const unsafeNames = (value: unknown, at: readonly string[] = []): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]) => {
        const place = [...at, name];
        return [...(UNSAFE.includes(name) ? [place.join('.')] : []), ...unsafeNames(inner, place)];
      });
