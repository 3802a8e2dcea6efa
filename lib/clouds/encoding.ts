/** Percent-encodes all but the unreserved characters of RFC 3986 section 2.3, as both clouds' signatures want it. */
export const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `a=1&b=2`, sorted by name and encoded: a query string, a form body and their canonical form are one and the same. */
export const encodePairs = (pairs: Readonly<Record<string, string>>): string =>
  Object.keys(pairs)
    .sort()
    .map((name) => `${encode(name)}=${encode(pairs[name] ?? '')}`)
    .join('&');
