/**
 * Percent-encodes all characters except the unreserved ones of RFC 3986 section 2.3. Both clouds' signatures require
 * this.
 */
export const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * Encodes pairs as `a=1&b=2`, sorted by name. A query string, a form body and their canonical forms all have this
 * format.
 */
export const encodePairs = (pairs: Readonly<Record<string, string>>): string =>
  Object.keys(pairs)
    .sort()
    .map((name) => `${encode(name)}=${encode(pairs[name] ?? '')}`)
    .join('&');
