/** Takes out of an exchange what is nobody else's business, and leaves its shape. Pure. */
import { redact } from '../../net/redact.ts';

/** UUIDs, project ids, account ids, addresses: each says whose it is. */
const IDS = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
  /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/,
  /(?<!\d)\d{15,20}(?!\d)/,
  /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/,
].map(({ source }) => source);

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

export type Mask = <T>(value: T) => T;

/**
 * Masks JSON values: `secrets` become "…", and every id (one of `ids`, or what looks like one) becomes a made-up one of
 * its shape, the same wherever it stands. What holds no digits, such as a state or a region, stays as it is.
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
    // A number of so many digits is an account's; no number begins with a nought.
    if (typeof value === 'number')
      return /^\d{15,}$/.test(`${value}`) ? Number(`1${inText(`${value}`).slice(1)}`) : value;
    if (Array.isArray(value)) return value.map(inValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [inText(name), inValue(inner)]));
  };
  return <T>(value: T) => inValue(value) as T;
};

/** `ehpc-hz-FYUr320000` as `ehpc-hz-0000000001`: words stay, what has digits in it becomes noughts and a number. */
const madeUp = (id: string, number: number): string => {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(id)) return `192.0.2.${number % 256}`;
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  const blank = id.replace(/[^\W_]{4,}/g, (part) => (isUuid || /\d/.test(part) ? '0'.repeat(part.length) : part));
  return blank.replace(/0{4,}(?!.*0{4,})/s, (noughts) => String(number).padStart(noughts.length, '0'));
};
