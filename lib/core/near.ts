/** Finds the name that a misspelled name probably means. Pure. */

/** Returns the number of letters to add, drop, change or swap with a neighbor to turn one text into the other. */
const distance = (a: string, b: string): number => {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= b.length; j += 1) (rows[0] as number[])[j] = j;
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      (rows[i] as number[])[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return at(a.length, b.length);
};

const LONGEST = 64;

/** Answers whether one text is the beginning of the other. */
const isBegun = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) > 2 && (a.startsWith(b) || b.startsWith(a));

/**
 * Returns the one of `names` that is nearest to `given`. It may differ by at most a third of its letters, or one of the
 * two may begin with the other. Returns undefined where no name is near enough.
 */
export const nearest = (given: string, names: readonly string[]): string | undefined => {
  if (given.length > LONGEST) return undefined;
  const [first] = names
    .map((name) => ({ name, far: distance(given.toLowerCase(), name.toLowerCase()) }))
    .filter(
      ({ name, far }) =>
        isBegun(given, name) || far <= Math.max(1, Math.floor(Math.max(name.length, given.length) / 3)),
    )
    .toSorted((a, b) => a.far - b.far);
  return first?.name;
};

/** Answers whether a message may show a text. It may show a name, but no text that looks like a secret. */
export const isSayable = (text: string): boolean =>
  /^[a-z][a-z0-9-]{0,39}$/i.test(text) && text.replace(/\D/g, '').length < 4;

/** Returns a hint about an unknown name: the name that it probably means, or the list of all names. */
export const instead = (given: string, names: readonly string[]): string => {
  const meant = nearest(given, names);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return names.length > 0 ? `there are: ${names.join(', ')}` : 'there are none';
};
