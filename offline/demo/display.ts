/** Shows the watches: a table that is drawn over on a terminal, a line for each change elsewhere. */
import type { Watch } from './watches.ts';

export type Display = {
  readonly show: (watches: readonly Watch[]) => void;
  /** A line about something else, between the rows. */
  readonly say: (line: string) => void;
};

const WIDTHS = [18, 11, 18, 10, 7, 10];

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(width - text.length, 1));

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, i) => pad(cell, WIDTHS[i] ?? 10))
    .join('')
    .trimEnd();

const HEADER = row(['provider', 'status', 'in its own words', 'progress', 'looks', 'next look']);

const progressOf = ({ progress }: Watch): string => {
  if (!progress) return '';
  return 'percent' in progress ? `${Math.round(progress.percent)} %` : `${progress.done}/${progress.total}`;
};

const secondsTo = (at: string | undefined): string =>
  at === undefined ? '' : `${Math.max(0, (Date.parse(at) - Date.now()) / 1000).toFixed(0)} s`;

export const createDisplay = (isTerminal: boolean): Display => {
  const shown = new Map<string, string>();
  let drawn = 0;
  return {
    say: (line) => {
      console.log(`  (${line})`);
      // The table is drawn anew below the line.
      drawn = isTerminal ? 0 : drawn;
    },
    show: (watches) => {
      const rows = watches.map((watch) => {
        const cells = [watch.provider, watch.status, watch.providerStatus ?? '-', progressOf(watch)];
        const next = watch.over ? '-' : secondsTo(watch.nextLookAt);
        return { id: watch.id, state: row(cells), line: row([...cells, String(watch.looks), next]) };
      });
      if (isTerminal) {
        if (drawn > 0) process.stdout.write(`\x1b[${drawn}A`);
        for (const { line } of [{ line: HEADER }, ...rows]) process.stdout.write(`\x1b[2K${line}\n`);
        drawn = rows.length + 1;
        return;
      }
      if (drawn === 0) console.log(HEADER);
      drawn = 1;
      for (const { id, state, line } of rows) if (shown.get(id) !== state) console.log(line);
      for (const { id, state } of rows) shown.set(id, state);
    },
  };
};
