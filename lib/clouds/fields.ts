/** Reads JSON that nobody vouches for: what is not of the expected kind is simply not there. */

export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of a JSON object; none where it is anything else. */
export const fields = (value: unknown): Fields => (isFields(value) ? value : {});

/** The object a JSON text holds; undefined for every other text. */
export const parseFields = (json: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

export const list = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

/** A text that says something. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Capitals by ASCII alone: by Unicode's rules `ſuccess` would become SUCCESS. */
export const capitals = (word: string): string => word.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** An error code: the clouds write them as text or as a number. */
export const code = (value: unknown): string | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? String(value) : text(value);

/** A whole number from 0 on. */
export const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const LATEST_INSTANT = 8.64e15;

/** An instant in epoch ms, written as a number or as its digits. 0 is how clouds write "not yet". */
export const millis = (value: unknown): number | undefined => {
  const ms = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : count(value);
  return ms !== undefined && ms > 0 && ms <= LATEST_INSTANT ? ms : undefined;
};

/** `20%` or `100.00%`, as a number from 0 to 100. */
export const percent = (value: unknown): number | undefined => {
  const digits = typeof value === 'string' ? /^(\d{1,3}(?:\.\d+)?)%$/.exec(value.trim())?.[1] : undefined;
  const number = Number(digits);
  return digits !== undefined && number <= 100 ? number : undefined;
};

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that have a value. */
export const given = <T extends object>(members: T): Given<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<T>;
