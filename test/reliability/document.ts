/** docs/reliability.md, from the register and the tests that passed. Pure. */
import { FAULTS, IDS, REQUIREMENTS } from './register.ts';

/** A test that carries ids. */
export type Shown = {
  /** Its file, below the root. */
  readonly file: string;
  /** The names of what it stands in, and its own. */
  readonly names: readonly string[];
  /** Where in its file it is made. */
  readonly line: number | undefined;
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

const firsts = (tests: readonly Shown[], key: (test: Shown) => string): Shown[] =>
  [...Map.groupBy(tests, key).values()].flatMap((some) => some.slice(0, 1));

/** Of the rows of a table all are made in one place. */
const placeOf = ({ file, names, line }: Shown) => JSON.stringify([file, line, names.slice(0, -1)]);

/** Of a suite that many files share all are named alike, each with the name of its file in it. */
const themeOf = ({ file, names }: Shown) => names.join().replaceAll(stemOf(file), '');

const stemOf = (file: string): string => file.replace(/^.*\/|\.test\.ts$/g, '');

/** The few that are named for an id: those that show little else first, one of each file before a second of any. */
export const chosen = (id: string, tests: readonly Shown[]): Shown[] => {
  const shows = tests.filter(({ passed, names }) => passed && idsIn(names).includes(id));
  const sorted = firsts(shows, placeOf)
    .toSorted(by(({ file }) => file))
    .toSorted(by(({ names }) => idsIn(names).length));
  const distinct = firsts(sorted, themeOf);
  const nthOfFile = (test: Shown) => distinct.filter(({ file }) => file === test.file).indexOf(test);
  return distinct.toSorted(by(nthOfFile)).slice(0, TESTS_MAX);
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
    ...table(['what must hold', 'how opwatch ensures it'], REQUIREMENTS, tests),
    '',
  ].join('\n');
