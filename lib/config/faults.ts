/**
 * A fault of the configuration, and its one line: its place, the kind of the value that stands there, and the cure. The value
 * itself is never told: a secret that somebody pasted must not reach a log.
 */
export type ConfigFault = {
  readonly path: readonly string[];
  /** `is missing`, `is a text`. */
  readonly given: string;
  /** `must be …`. */
  readonly cure: string;
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isGiven = (value: unknown): string => {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list';
  if (value === '') return 'is an empty text';
  const kinds: Partial<Record<string, string>> = { string: 'a text', boolean: 'true or false', object: 'an object' };
  return `is ${kinds[typeof value] ?? `a ${typeof value}`}`;
};

const valueAt = (input: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    input,
  );

/** A fault at a place of `input`. */
export const faultAt = (input: unknown, path: readonly string[], cure: string): ConfigFault => ({
  path,
  given: isGiven(valueAt(input, path)),
  cure,
});

export const placeOf = ({ path }: ConfigFault): string => path.join('.') || 'the file';

export const lineOf = (fault: ConfigFault): string => `${placeOf(fault)}: ${fault.given}; ${fault.cure}`;

/** Several faults of one value are one: whoever corrects it reads one line. */
export const eachPlaceOnce = (faults: readonly ConfigFault[]): ConfigFault[] =>
  [...Map.groupBy(faults, placeOf).values()].map(([first, ...more]) => ({
    ...(first as ConfigFault),
    cure: [...new Set([first, ...more].map((fault) => fault?.cure))].join(', and '),
  }));
