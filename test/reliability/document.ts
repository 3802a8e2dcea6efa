/** docs/reliability.md, from the register and the tests that passed. Pure. */
import { FAULTS, IDS, REQUIREMENTS } from './register.ts';

/** A test that carries ids. */
export type Shown = {
  /** Its file, below the root. */
  readonly file: string;
  /** The names of what it stands in, and its own. */
  readonly names: readonly string[];
  /** One of many made from a table. */
  readonly isRow: boolean;
  readonly passed: boolean;
};

const ID = /\s*\[([FS]\d+)\]/g;

export const idsIn = (names: readonly string[]): string[] => [
  ...new Set([...names.join(' ').matchAll(ID)].map(([, id = '']) => id)),
];

/** Ids that no test that passed shows. */
export const missing = (tests: readonly Shown[]): string[] => {
  const shown = new Set(tests.filter(({ passed }) => passed).flatMap(({ names }) => idsIn(names)));
  return IDS.filter((id) => !shown.has(id));
};

/** Ids on tests that stand for nothing. */
export const unknown = (tests: readonly Shown[]): string[] =>
  [...new Set(tests.flatMap(({ names }) => idsIn(names)))].filter((id) => !IDS.includes(id));

const TESTS_MAX = 4;

const by = (key: (test: Shown) => number | string) => (a: Shown, b: Shown) =>
  key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;

/**
 * The few that are named for an id: of a table one row, those that show little else first, one from each file before a
 * second from any.
 */
export const chosen = (id: string, tests: readonly Shown[]): Shown[] => {
  const shows = tests.filter(({ passed, names }) => passed && idsIn(names).includes(id));
  const tables = new Set<string>();
  const distinct = shows.filter(({ file, names, isRow }) => {
    const table = JSON.stringify([file, ...names.slice(0, -1)]);
    const isFirst = !isRow || !tables.has(table);
    tables.add(table);
    return isFirst;
  });
  const sorted = distinct.toSorted(by(({ file }) => file)).toSorted(by(({ names }) => idsIn(names).length));
  const nthOfFile = (test: Shown) => sorted.filter(({ file }) => file === test.file).indexOf(test);
  return sorted.toSorted(by(nthOfFile)).slice(0, TESTS_MAX);
};

const plain = (text: string): string =>
  text
    .replace(ID, '')
    .replace(/\s+/g, ' ')
    .replaceAll('\\', '\\\\')
    .replace(/[|<>*_`[\]]/g, '\\$&');

const line = ({ file, names }: Shown): string =>
  `${names.map(plain).join(' › ')} ([${file.replace(/^test\//, '').replace(/\.test\.ts$/, '')}](../${file}))`;

const table = (title: readonly [string, string], promised: typeof FAULTS, tests: readonly Shown[]): string[] => [
  `| | ${title.join(' | ')} | shown by |`,
  '|---|---|---|---|',
  ...Object.entries(promised).map(
    ([id, [about, outcome]]) => `| ${id} | ${about} | ${outcome} | ${chosen(id, tests).map(line).join('<br>')} |`,
  ),
];

const BEGIN = '## Faults';

/** The document with its tables made anew; what stands before them is kept as it is. */
export const writeDocument = (document: string, tests: readonly Shown[]): string =>
  [
    document.slice(0, Math.max(document.indexOf(BEGIN), 0)) + BEGIN,
    '',
    ...table(['what happens', 'what opwatch does'], FAULTS, tests),
    '',
    '## Security',
    '',
    ...table(['what is asked for', 'how opwatch sees to it'], REQUIREMENTS, tests),
    '',
  ].join('\n');
