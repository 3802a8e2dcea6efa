/** What Stryker found, for a person: a table of the files, each survivor with its reason, and what is not as it should be. Pure. */
import { LEAST_SCORE } from './files.ts';
import type { Survivor } from './survivors.ts';

type Position = { readonly line: number; readonly column: number };
type Mutant = {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Position; readonly end: Position };
};
/** By file; part of Stryker's report. */
export type Results = Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;

const KILLED = ['Killed', 'Timeout'];
const ALIVE = ['Survived', 'NoCoverage'];

const INTRODUCTION = `# Mutation testing

\`npm run mutation\` changes the critical files in every way that [Stryker](https://stryker-mutator.io) knows. It makes one
change at a time, and runs the unit tests that reach it. If a test fails, the change is killed. If no test fails, the change
survives. A change that prevents the file from loading does not count. A full run takes about twenty minutes on one core and writes
this page. The run fails if the score of a file is below ${LEAST_SCORE} %. It also fails if \`checks/mutation/survivors.ts\` has no
reason for a survivor.
`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const code = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
};

/** The text between two positions, which count from 1. */
const cut = (source: string, { start, end }: Mutant['location']): string => {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines.push((lines.pop() ?? '').slice(0, end.column - 1));
  lines.unshift((lines.shift() ?? '').slice(start.column - 1));
  return lines.join('\n');
};

/** docs/mutation.md, and a line for each file with too low a score, survivor without a reason and reason without a survivor. */
export const review = (
  files: Results,
  survivors: readonly Survivor[],
): { readonly page: string; readonly faults: readonly string[] } => {
  const given = Object.entries(files);
  const scores = given.map(([file, { mutants }]) => {
    const killed = mutants.filter(({ status }) => KILLED.includes(status)).length;
    const survived = mutants.filter(({ status }) => ALIVE.includes(status)).length;
    return { file, killed, survived, percent: (100 * killed) / (killed + survived) };
  });
  const alive = given.flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => ALIVE.includes(status))
      .map(({ location, replacement = '' }) => {
        const line = (source.split('\n')[location.start.line - 1] ?? '').trim();
        const reason = survivors.find(
          (known) => known.file === file && line.includes(known.code) && known.becomes.includes(replacement),
        );
        return { at: `${file}:${location.start.line}`, line, was: cut(source, location), replacement, reason };
      }),
  );
  const faults = [
    ...scores.filter(({ percent }) => percent < LEAST_SCORE).map(({ file }) => `${file}: below ${LEAST_SCORE} %`),
    ...alive
      .filter(({ reason }) => reason === undefined)
      .map(({ at, line, was, replacement }) => `${at}: no reason for ${was} -> ${replacement}\n    ${line}`),
    ...survivors
      .filter((known) => known.file in files && !alive.some(({ reason }) => reason === known))
      .map(({ file, code }) => `${file}: killed by now, or gone: ${code}`),
  ];

  const summary = table(
    ['file', 'killed', 'survived', 'score'],
    scores.map(({ file, killed, survived, percent }) => [
      code(file),
      `${killed}`,
      `${survived}`,
      `${percent.toFixed(1)} %`,
    ]),
  );
  const list = alive.map(
    ({ at, was, replacement, reason }) =>
      `- In ${at}, Stryker replaces ${code(was)} by ${code(replacement)}: ${reason?.why ?? '**no reason**'}`,
  );
  return { page: [INTRODUCTION, summary, '\n## Survivors\n', ...list, ''].join('\n'), faults };
};
