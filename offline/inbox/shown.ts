/** What a reader would see of a message, as plainly as a page can show it. */

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

/** What to make of a match: runs, or its inside read by the same rules in another style. */
export type Made = readonly Run[] | { readonly inside: string; readonly style: Style };
export type Rule = readonly [pattern: RegExp, make: (groups: readonly string[]) => Made];

/** Reads one line of markup: at each place the first rule that fits, or else the character itself. */
export const runsOf = (text: string, rules: readonly Rule[], style: Style = {}): Run[] => {
  const sticky = rules.map(([pattern, make]) => [new RegExp(pattern.source, `${pattern.flags}y`), make] as const);
  const runs: Run[] = [];
  const add = (run: Run): void => {
    const last = runs.at(-1);
    const same = last && JSON.stringify({ ...last, text: '' }) === JSON.stringify({ ...run, text: '' });
    if (same) runs[runs.length - 1] = { ...last, text: last.text + run.text };
    else if (run.text !== '') runs.push(run);
  };
  for (let at = 0; at < text.length; ) {
    let length = 0;
    for (const [pattern, make] of sticky) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (!match) continue;
      const made = make(match.map((group) => group ?? ''));
      const inner = 'inside' in made ? runsOf(made.inside, rules, { ...style, ...made.style }) : made;
      for (const run of inner) add({ ...style, ...run });
      length = match[0].length;
      break;
    }
    if (length === 0) add({ ...style, text: text[at] ?? '' });
    at += Math.max(length, 1);
  }
  return runs;
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
