/**
 * Finds texts in a longer text, however they are written there: plain, percent-encoded, escaped in JSON or HTML, any
 * mixture of these, and as bytes in hexadecimal or base64. Pure. The time grows in proportion to the text.
 */
import { remembering } from '../core/remembering.ts';

/** One way to write a text. */
export type Spelling = {
  readonly text: string;
  /**
   * The text shares its first or last base64 characters with its neighbors. They belong to the text, and they vary with
   * its position.
   */
  readonly sharesFirst?: boolean;
  readonly sharesLast?: boolean;
};

/** Grouped by their first code unit. Longer ones come first. */
export type Spellings = ReadonlyMap<string, readonly Spelling[]>;

export type Span = readonly [from: number, to: number];

export const spellingsOf = (texts: readonly string[]): Spellings => {
  const all = texts.flatMap(spellingsOfOne);
  const byFirst = new Map<string, Spelling[]>();
  for (const spelling of all.sort((a, b) => b.text.length - a.text.length)) {
    const first = spelling.text.charAt(0);
    const others = byFirst.get(first);
    if (others) others.push(spelling);
    else byFirst.set(first, [spelling]);
  }
  return byFirst;
};

/** opwatch looks for the same few secrets in every answer. They stay in memory only, like the secrets themselves. */
const spellingsOfOne = remembering(500, (text: string): readonly Spelling[] => {
  const bytes = Buffer.from(text);
  const hexadecimal = bytes.toString('hex');
  return [
    { text },
    { text: hexadecimal },
    { text: hexadecimal.toUpperCase() },
    ...[0, 1, 2].flatMap((before) => inBase64(bytes, before)),
  ];
});

/** Fewer characters of base64 would match by chance. */
const BASE64_MIN = 6;

/** Returns `bytes` in both alphabets of base64, when `before` bytes stand before them in their group of three. */
const inBase64 = (bytes: Buffer, before: number): Spelling[] => {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const bits = (before + bytes.length) * 8;
  const text = whole.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
  if (text.length < BASE64_MIN) return [];
  const forUrls = text.replaceAll('+', '-').replaceAll('/', '_');
  const shares = { sharesFirst: before > 0, sharesLast: bits % 6 !== 0 };
  return [{ text, ...shares }, ...(forUrls === text ? [] : [{ text: forUrls, ...shares }])];
};

/**
 * Returns the places of all matches, from left to right, without overlaps. The longest of several that begin at one
 * place wins.
 */
export const findAll = (text: string, spellings: Spellings): Span[] => {
  const escapes = escapesIn(text);
  const found: Span[] = [];
  let free = 0;
  for (let at = 0; at < text.length; at += 1) {
    const span = spanAt(text, at, spellings, escapes);
    if (!span) continue;
    const [from, to] = span;
    found.push([Math.max(from, free), to]);
    free = to;
    at = to - 1;
  }
  return found;
};

const spanAt = (text: string, at: number, spellings: Spellings, escapes: Escapes): Span | undefined => {
  const escaped = escapes[at];
  if (escaped) {
    for (const { means } of escaped) {
      const span = spanOf(spellings.get(means.charAt(0)), text, at, escapes);
      if (span) return span;
    }
  }
  return spanOf(spellings.get(text.charAt(at)), text, at, escapes);
};

const spanOf = (
  spellings: readonly Spelling[] | undefined,
  text: string,
  at: number,
  escapes: Escapes,
): Span | undefined => {
  if (!spellings) return undefined;
  for (const spelling of spellings) {
    const end = endOf(spelling.text, text, at, escapes);
    if (end !== undefined) return shared(spelling, text, at, end);
  }
  return undefined;
};

const isBase64 = (character: string): boolean => /^[\w+/-]$/.test(character);

const shared = ({ sharesFirst, sharesLast }: Spelling, text: string, at: number, end: number): Span => {
  if (sharesFirst === undefined) return [at, end];
  const from = sharesFirst && isBase64(text.charAt(at - 1)) ? at - 1 : at;
  const last = sharesLast && isBase64(text.charAt(end)) ? end + 1 : end;
  const padding = /^(?:=|%3[dD]){1,2}/.exec(text.slice(last, last + 6))?.[0].length ?? 0;
  return [from, last + padding];
};

type State = readonly [at: number, done: number];

/**
 * Returns the end of `wanted` if it is written at this place. It tries an escape before the character that begins it.
 */
const endOf = (wanted: string, text: string, at: number, escapes: Escapes): number | undefined => {
  let here = at;
  let done = 0;
  /** Other ways to read on. The search tries no state twice, so its work is bounded for any text. */
  let open: State[] | undefined;
  let tried: Set<number> | undefined;
  while (done < wanted.length) {
    const isSame = text.charCodeAt(here) === wanted.charCodeAt(done);
    const escaped = escapes[here];
    if (!escaped && isSame) {
      here += 1;
      done += 1;
      continue;
    }
    if (!escaped && !open) return undefined;
    const ways: State[] = isSame ? [[here + 1, done + 1]] : [];
    for (const { means, length } of escaped ?? []) {
      if (wanted.startsWith(means, done)) ways.push([here + length, done + means.length]);
    }
    let way = ways.pop();
    if (ways.length > 0) {
      open ??= [];
      tried ??= new Set();
      const key = here * (wanted.length + 1) + done;
      if (tried.has(key)) way = undefined;
      else open.push(...ways);
      tried.add(key);
    }
    way ??= open?.pop();
    if (!way) return undefined;
    [here, done] = way;
  }
  return here;
};

type Escape = { readonly means: string; readonly length: number };
/** The escapes by their place in the text. The longest comes last. */
type Escapes = readonly (readonly Escape[] | undefined)[];

/** A percent sign that is encoded again becomes %25. A URL within a URL within a URL has two of them. */
const PERCENT = ['%', '%25', '%2525'];
const ESCAPE = /[%\\&+]/g;

const escapesIn = (text: string): Escapes => {
  // The array is as long as the text. An array with a few distant entries would become a slow dictionary.
  const escapes = new Array<Escape[] | undefined>(text.length);
  for (const { index } of text.matchAll(ESCAPE)) {
    const found = escapesAt(text, index);
    if (found.length > 0) escapes[index] = found;
  }
  return escapes;
};

const escapesAt = (text: string, at: number): Escape[] => {
  const start = text.charAt(at);
  if (start === '+') return [{ means: ' ', length: 1 }];
  if (start === '%') return PERCENT.flatMap((sign) => percentAt(text, at, sign));
  const one = start === '&' ? htmlAt(text, at) : jsonAt(text, at);
  return one ? [one] : [];
};

/** Returns the length of a character in UTF-8, by its first byte. */
const lengthOf = (byte: number): number => (byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4);

const percentAt = (text: string, at: number, sign: string): Escape[] => {
  const width = sign.length + 2;
  const byteAt = (i: number): number | undefined => {
    const from = at + i * width;
    const digits = text.slice(from + sign.length, from + width);
    return text.startsWith(sign, from) && /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
  };
  const first = byteAt(0);
  if (first === undefined) return [];
  const count = lengthOf(first);
  const bytes = Array.from({ length: count }, (_, i) => byteAt(i));
  if (!bytes.every((byte) => byte !== undefined)) return [];
  return [{ means: Buffer.from(bytes).toString('utf8'), length: count * width }];
};

const JSON_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const jsonAt = (text: string, at: number): Escape | undefined => {
  const next = text.charAt(at + 1);
  const code = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(text.slice(at + 1, at + 6));
  if (code)
    return { means: String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '', 16)), length: 1 + code[0].length };
  const means = JSON_ESCAPES[next] ?? (/^["'\\/]$/.test(next) ? next : undefined);
  return means === undefined ? undefined : { means, length: 2 };
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const CODE_POINT_MAX = 0x10ffff;

const htmlAt = (text: string, at: number): Escape | undefined => {
  const found = /^&(?:#(\d{1,9})|#[xX]([0-9a-fA-F]{1,8})|([a-z]{2,4}));/.exec(text.slice(at, at + 14));
  if (!found) return undefined;
  const [whole, decimal, hexadecimal, name = ''] = found;
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  const means = code <= CODE_POINT_MAX ? String.fromCodePoint(code) : ENTITIES[name];
  return means === undefined ? undefined : { means, length: whole.length };
};
