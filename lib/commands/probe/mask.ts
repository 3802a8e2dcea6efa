/** Removes private data from an exchange and keeps its form. Pure. */
import { redact } from '../../net/redact.ts';

/** Matches UUIDs, project ids, account ids and addresses. Each of them identifies its owner. */
const IDS = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
  /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/,
  /(?<!\d)\d{15,20}(?!\d)/,
  /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/,
].map(({ source }) => source);

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

export type Mask = <T>(value: T) => T;

/**
 * Makes a function that masks JSON values. `secrets` become "…". Every id (one of `ids`, or a text that looks like an
 * id) becomes an invented id of the same form. Equal ids become equal invented ids. Parts without digits, such as a
 * state or a region, stay as they are.
 */
export const createMask = (secrets: readonly string[], ids: readonly string[]): Mask => {
  const known = [...ids].sort((a, b) => b.length - a.length).map(literal);
  const anyId = new RegExp([...known, ...IDS].join('|'), 'gi');
  const made = new Map<string, string>();
  const madeFor = (id: string): string => {
    const given = made.get(id) ?? madeUp(id, made.size + 1);
    if (given !== id) made.set(id, given);
    return given;
  };
  const inText = (text: string): string => redact(text, secrets).replace(anyId, madeFor);

  const inValue = (value: unknown): unknown => {
    if (typeof value === 'string') return inText(value);
    // A number with 15 or more digits is the id of an account. The new number begins with 1, because no number begins
    // with 0.
    if (typeof value === 'number')
      return /^\d{15,}$/.test(`${value}`) ? Number(`1${inText(`${value}`).slice(1)}`) : value;
    if (Array.isArray(value)) return value.map(inValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [inText(name), inValue(inner)]));
  };
  return <T>(value: T) => inValue(value) as T;
};

/**
 * Returns the invented id: `ehpc-hz-FYUr320000` becomes `ehpc-hz-0000000001`. Words stay. Parts with digits become
 * zeros and a number.
 */
const madeUp = (id: string, number: number): string => {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(id)) return `192.0.2.${number % 256}`;
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  const blank = id.replace(/[^\W_]{4,}/g, (part) => (isUuid || /\d/.test(part) ? '0'.repeat(part.length) : part));
  return blank.replace(/0{4,}(?!.*0{4,})/s, (noughts) => String(number).padStart(noughts.length, '0'));
};
