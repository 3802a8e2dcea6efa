/**
 * A fault of the configuration. Its text is one line: the place, the kind of value at that place, and the cure. The
 * line never shows the value, because a pasted secret must not reach a log.
 */
export type ConfigFault = {
  readonly path: readonly string[];
  /** The kind of value at the place of the fault: for example `is missing` or `is a text`. */
  readonly given: string;
  /** The cure of the fault, in the form `must be …`. */
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

/** Returns the fault for one place of `input`. */
export const faultAt = (input: unknown, path: readonly string[], cure: string): ConfigFault => ({
  path,
  given: isGiven(valueAt(input, path)),
  cure,
});

export const placeOf = ({ path }: ConfigFault): string => path.join('.') || 'the file';

export const lineOf = (fault: ConfigFault): string => `${placeOf(fault)}: ${fault.given}; ${fault.cure}`;

/** Joins several faults of one value into one fault. So the reader who corrects the value reads one line. */
export const eachPlaceOnce = (faults: readonly ConfigFault[]): ConfigFault[] =>
  [...Map.groupBy(faults, placeOf).values()].map(([first, ...more]) => ({
    ...(first as ConfigFault),
    cure: [...new Set([first, ...more].map((fault) => fault?.cure))].join(', and '),
  }));
