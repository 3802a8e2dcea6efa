import { describe, expect, test } from 'vitest';
import { chosen, idsIn, missing, type Shown, unknown, writeDocument } from './document.ts';
import { IDS } from './register.ts';

let lines = 0;

/** Each on a line of its own, if not said otherwise. */
const shown = (name: string, { file = 'test/a.test.ts', line = ++lines, passed = true } = {}): Shown => ({
  file,
  names: ['a group', name],
  line,
  passed,
});
const all = IDS.map((id) => shown(`shows [${id}]`));

describe('ids', () => {
  test('stand in the name of a test and of what it stands in', () => {
    expect(idsIn(['a flood [F7]', 'is stopped [S10] [F7]', '[f8] F9 [X1]'])).toEqual(['F7', 'S10']);
  });

  test('that no test shows are missed, those of a test that failed among them', () => {
    expect(missing(all)).toEqual([]);
    expect(missing([...all.slice(1), shown('does not [F1]', { passed: false })])).toEqual(['F1']);
  });

  test('that stand for nothing are found', () => {
    expect(unknown([...all, shown('[F99] [F0] [S99]')])).toEqual(['F99', 'F0', 'S99']);
  });

  test('are F1 to F57 and S1 to S19', () => {
    const ids = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
    expect(IDS).toEqual([...ids('F', 57), ...ids('S', 19)]);
  });
});

describe('the tests named for an id', () => {
  const namesFor = (tests: readonly Shown[]) =>
    chosen('F1', tests).map(({ file, names }) => `${file.slice(5, 6)} ${names[1]?.split(' [')[0]}`);

  test('are four at most, those that show little else first', () => {
    const some = ['one [F1] [F2] [F3]', 'two [F1] [F2]', 'three [F1]', 'four [F1]', 'five [F1]', 'six [F2]'];
    expect(namesFor(some.map((name) => shown(name)))).toEqual(['a three', 'a four', 'a five', 'a two']);
  });

  test('are of as many files as there are, whatever the order they ran in', () => {
    const some = ['a', 'b'].flatMap((file) =>
      [1, 2, 3].map((n) => shown(`${n} [F1]`, { file: `test/${file}.test.ts` })),
    );
    expect(namesFor(some)).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
    expect(namesFor([...some.slice(3), ...some.slice(0, 3)])).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
  });

  test('are one of each table, and only such that passed', () => {
    const rows = ['x [F1]', 'y [F1]'].map((name) => shown(name, { line: 7 }));
    expect(namesFor([...rows, shown('z [F1]', { passed: false })])).toEqual(['a x']);
  });

  test('are one of a suite that files share', () => {
    const suite = ['teams', 'slack'].map((file) => shown(`${file}: x [F1]`, { file: `test/${file}.test.ts` }));
    expect(namesFor(suite)).toEqual(['s slack: x']);
  });
});

describe('the document', () => {
  test('keeps what stands before the tables, and nothing after', () => {
    const text = writeDocument('# Title\n\nWords.\n\n## Faults\n\nan old row', all);
    expect(text.startsWith('# Title\n\nWords.\n\n## Faults\n\n| | what happens')).toBe(true);
    expect(text).not.toContain('an old row');
    expect(text).toContain('a group › shows (');
    expect(writeDocument(text, all)).toBe(text);
  });

  test('names each test with its file, without its ids', () => {
    const odd = shown('a `|` in <it> [F1]', { file: 'test/sim/b.test.ts' });
    expect(writeDocument('', [odd])).toContain(
      '| a group › a \\`\\|\\` in \\<it\\> ([sim/b](../test/sim/b.test.ts)) |',
    );
  });
});
