/**
 * Finds the place where a text stops being JSON. The error of a JSON parser quotes the text, and the text may hold
 * secrets. Pure.
 */

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const KEY = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * The kinds of text that may come next: a value, the first value or the end of a list, a name, the first name or the
 * end of an object, and so on.
 */
type Next = 'value' | 'first' | 'name' | 'firstName' | 'colon' | 'more';

/**
 * Returns the index of the first character that cannot stand there in JSON. Returns the length of the text where the
 * text ends too soon, and -1 for valid JSON.
 */
const faultAt = (text: string): number => {
  const open: string[] = [];
  let at = 0;
  let next: Next = 'value';
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return false;
    const control = pattern === SPACE ? -1 : [...found].findIndex((sign) => sign < ' ');
    at += control < 0 ? found.length : control;
    return control < 0;
  };
  for (;;) {
    take(SPACE);
    if (at === text.length) return open.length === 0 && next === 'more' ? -1 : at;
    const sign = text[at] as string;
    const isEnd = sign === (open.at(-1) === '{' ? '}' : ']') && open.length > 0;
    if (isEnd && (next === 'first' || next === 'firstName' || next === 'more')) {
      open.pop();
      at += 1;
      next = 'more';
    } else if (next === 'more') {
      if (sign !== ',' || open.length === 0) return at;
      at += 1;
      next = open.at(-1) === '{' ? 'name' : 'value';
    } else if (next === 'colon') {
      if (sign !== ':') return at;
      at += 1;
      next = 'value';
    } else if (next === 'name' || next === 'firstName') {
      if (!take(KEY)) return at;
      next = 'colon';
    } else if (sign === '{' || sign === '[') {
      open.push(sign);
      at += 1;
      next = sign === '{' ? 'firstName' : 'first';
    } else {
      if (!take(SCALAR)) return at;
      next = 'more';
    }
  }
};

/** Returns the place of the fault in a text that is not JSON, in words for a person: `line 3, column 14`. */
export const jsonPlace = (text: string): string => {
  const before = text.slice(0, Math.max(0, faultAt(text))).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
};
