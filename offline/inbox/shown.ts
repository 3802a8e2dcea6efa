/** A message as its reader sees it, as plain as a page can show it. */

export type Run = {
  readonly text: string;
  readonly bold?: true;
  readonly code?: true;
  /** As CSS writes it, `#rrggbb`. */
  readonly color?: string;
  readonly link?: string;
  /** Calls somebody. */
  readonly mention?: true;
};

export type Line = {
  readonly runs: readonly Run[];
  readonly quoted?: true;
  /** One of several that stand beside each other: a name, and below it its value. */
  readonly field?: true;
};

export type Shown = {
  /** The bar beside it. */
  readonly color?: string;
  readonly lines: readonly Line[];
};

type Style = Omit<Run, 'text'>;

/** The result of a match: runs, or its inside, read by the same rules in another style. */
export type Made = readonly Run[] | { readonly inside: string; readonly style: Style };
/** A pattern that matches at least one character. */
export type Rule = readonly [pattern: RegExp, make: (groups: readonly string[]) => Made];

/** Reads one line of markup: at each place the first rule that fits, or else the character itself. */
export const runsOf = (text: string, rules: readonly Rule[], style: Style = {}): Run[] => {
  const searches = rules.map(([pattern, make]) => ({ next: createSearch(pattern, text), make }));
  const runs: Run[] = [];
  const add = (run: Run): void => {
    const last = runs.at(-1);
    const same = last && JSON.stringify({ ...last, text: '' }) === JSON.stringify({ ...run, text: '' });
    if (same) runs[runs.length - 1] = { ...last, text: last.text + run.text };
    else if (run.text !== '') runs.push(run);
  };
  for (let at = 0; at < text.length; ) {
    let found: { readonly match: RegExpExecArray; readonly make: Rule[1] } | undefined;
    for (const { next, make } of searches) {
      const match = next(at);
      if (match && (!found || match.index < found.match.index)) found = { match, make };
    }
    const plain = text.slice(at, found?.match.index);
    if (plain !== '') add({ ...style, text: plain });
    if (!found) break;
    const made = found.make(found.match.map((group) => group ?? ''));
    const inner = 'inside' in made ? runsOf(made.inside, rules, { ...style, ...made.style }) : made;
    for (const run of inner) add({ ...style, ...run });
    at = found.match.index + found.match[0].length;
  }
  return runs;
};

/** Answers the first match from a place on. The places asked for only grow, so a match counts until it is passed. */
const createSearch = (pattern: RegExp, text: string) => {
  const search = new RegExp(pattern.source, `${pattern.flags}g`);
  let match: RegExpExecArray | null | undefined;
  return (from: number): RegExpExecArray | null => {
    if (match === null || (match && match.index >= from)) return match;
    search.lastIndex = from;
    match = search.exec(text);
    return match;
  };
};

export const line = (...runs: readonly Run[]): Line => ({ runs });
export const field = (name: readonly Run[], value: readonly Run[]): Line => ({
  runs: [...name, { text: '\n' }, ...value],
  field: true,
});
export const bold = (text: string): Run => ({ text, bold: true });
export const plainLines = (text: string): Line[] => text.split('\n').map((one) => line({ text: one }));

/** A link is shown only as what it may be. */
export const linkRun = (text: string, link: string): Run =>
  /^https?:\/\//.test(link) ? { text, link } : { text: `${text} (${link})` };

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** The character an entity stands for. */
export const entity: Rule = [
  /&(?:#(\d{1,6})|(lt|gt|amp|quot));/,
  ([, code = '', name = '']) => [{ text: name ? (NAMED[name] ?? '') : String.fromCodePoint(Number(code)) }],
];
