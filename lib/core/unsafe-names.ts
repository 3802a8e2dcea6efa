/** Names with a meaning in JavaScript itself. valibot drops them from a record without a word. */
export const UNSAFE: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Returns the places of such names in `value`, at any depth. */
export const unsafeNames = (value: unknown, at: readonly string[] = []): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]) => {
        const place = [...at, name];
        return [...(UNSAFE.includes(name) ? [place.join('.')] : []), ...unsafeNames(inner, place)];
      });
