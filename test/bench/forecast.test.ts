/** `npm run bench -- forecast`: what it says of logs of jobs, and what it refuses. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'opwatch-trace-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Said = { readonly code: number; readonly out: string; readonly error: string };

const run = (...args: readonly string[]): Promise<Said> =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), 'forecast', ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, error: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, error: stderr }) as Said,
  );

let files = 0;
const fileOf = (content: string | Uint8Array, end = 'csv'): string => {
  files += 1;
  const file = join(dir, `trace-${files}.${end}`);
  writeFileSync(file, content);
  return file;
};

const HEADER = 'submitted_s,duration_s,type';
const csv = (...rows: readonly string[]): string => [HEADER, ...rows, ''].join('\n');

type Point = { readonly factor: number; readonly looks: number; readonly delay: number };
type Result = {
  readonly jobs: number;
  readonly types: number;
  readonly sqrt: readonly Point[];
  readonly learned: readonly Point[];
  readonly eta: { readonly coverage80: number | null; readonly byRuns: Readonly<Record<string, number | null>> };
  readonly late: { readonly share: number; readonly beyondP995: number };
  readonly bytes: { readonly item: number; readonly plan: number };
};

const resultOf = async (content: string | Uint8Array, end?: string): Promise<Result> => {
  const { out, error } = await run('--trace', fileOf(content, end), '--json');
  expect(error).toBe('');
  expect(out.trim().split('\n')).toHaveLength(1);
  return JSON.parse(out);
};

/** `count` jobs of one type, one after the other, each as long as `seconds` says. */
const inTurn = (count: number, seconds: (i: number) => number, type = 'a'): string[] => {
  let at = 0;
  return Array.from({ length: count }, (_, i) => {
    const row = `${at},${seconds(i)},${type}`;
    at += seconds(i) + 400;
    return row;
  });
};

const today = (points: readonly Point[]): Point | undefined => points.find(({ factor }) => factor === 2);

describe('a log', () => {
  test('of jobs whose types all differ is looked at as today: 5 s, then twice the root of the age, in whole seconds', async () => {
    const result = await resultOf(csv('0,10,a', '5,100,b', '9,0,c'));
    expect(result.jobs).toBe(3);
    expect(result.types).toBe(3);
    // 10 s: looks at 5, 10. 100 s: at 5, 10, 17, 26, 37, 50, 65, 82, 101. No look is needed for a job without a duration.
    expect(today(result.sqrt)).toEqual({ factor: 2, looks: 11 / 3, delay: 1 / 3 });
    expect(result.learned).toEqual(result.sqrt);
    expect(result.eta).toEqual({ coverage80: null, byRuns: { '3-9': null, '10+': null } });
    expect(result.late).toEqual({ share: 0, beyondP995: 1 });
    expect(result.bytes.plan).toBe(0);
  });

  test('is told at eleven factors from 0.25 to 8', async () => {
    const { sqrt, learned } = await resultOf(csv('0,10,a'));
    const factors = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8];
    expect(sqrt.map(({ factor }) => factor)).toEqual(factors);
    expect(learned.map(({ factor }) => factor)).toEqual(factors);
  });

  test('of equal jobs is learned: fewer looks for no longer a delay', async () => {
    const result = await resultOf(csv(...inTurn(100, () => 1_200)));
    const [before, after] = [today(result.sqrt), today(result.learned)];
    expect(after?.looks).toBeLessThan(0.7 * (before?.looks ?? 0));
    expect(after?.delay).toBeLessThan(1.2 * (before?.delay ?? 0));
    expect(result.bytes).toEqual({ item: 173, plan: 64 });
    expect(result.eta.byRuns['3-9']).toBe(1);
  });

  test('tells nothing of runs that were under way when a job came', async () => {
    // Twenty jobs that come before the first of them has ended: none of them can be forecast.
    const together = Array.from({ length: 20 }, (_, i) => `${i},600,a`);
    const alone = await resultOf(csv(...together));
    expect(alone.learned).toEqual(alone.sqrt);
    expect(alone.eta.coverage80).toBeNull();
    // The end after 600 s is seen after 626 s: looks come at 530, 577, 626. Who comes later knows it.
    expect((await resultOf(csv('0,600,a', '626,600,a'))).bytes.plan).toBe(0);
    expect((await resultOf(csv('0,600,a', '627,600,a'))).bytes.plan).toBe(64);
  });

  test('has late jobs: those that take longer than 95 % of their type, and all that are far beyond', async () => {
    const result = await resultOf(csv(...inTurn(400, (i) => (i === 300 ? 90_000 : 300 + ((i * 37) % 60)))));
    expect(result.late.beyondP995).toBe(1);
    expect(result.late.share).toBeGreaterThan(0);
    expect(result.late.share).toBeLessThanOrEqual(0.06);
  });
});

describe('a file', () => {
  const rows = inTurn(30, (i) => 100 + i);
  const plain = csv(...rows);
  const usual = resultOf(plain);

  test.each([
    ['packed with gzip', gzipSync(plain), 'csv.gz'],
    ['packed, whatever its name', gzipSync(plain), 'csv'],
    ['with its rows in another order', csv(...rows.toReversed()), 'csv'],
    [
      'with its columns in another order and one more',
      [
        'type,host,duration_s,submitted_s',
        ...rows.map((row) =>
          row
            .split(',')
            .toReversed()
            .join(',x,')
            .replace(/,x,(\d+)$/, ',$1'),
        ),
      ].join('\n'),
      'csv',
    ],
    [
      'with blank lines, a byte-order mark and carriage returns',
      `\uFEFF\n\n${plain.replaceAll('\n', '\r\n\r\n')}\n \n`,
      'csv',
    ],
  ])('%s says the same', async (_, content, end) => {
    expect(await resultOf(content, end)).toEqual(await usual);
  });

  test('may name its types with any characters', async () => {
    const names = ['__proto__', 'constructor', '"a, ""b"""', 'ö/ü 中', ' ', 'a b'];
    const result = await resultOf(csv(...names.map((name, i) => `${i},5,${name}`), '9,5,"a b"'));
    expect(result.jobs).toBe(7);
    expect(result.types).toBe(6);
  });

  test.each([
    ['has too few fields', csv('0,1,a', '1,2'), ':3: has 2 fields, and the first line has 3'],
    ['has no number', csv('0,1,a', '', '1,soon,a'), ':4: duration_s must be a number of at least 0, and is "soon"'],
    ['has an empty number', csv(',1,a'), ':2: submitted_s must be a number, and is ""'],
    ['has a negative duration', csv('0,-1,a'), ':2: duration_s must be a number of at least 0, and is "-1"'],
    ['has NaN', csv('0,NaN,a'), ':2: duration_s must be a number of at least 0, and is "NaN"'],
    ['has no end', csv('0,1e999,a'), ':2: duration_s must be a number of at least 0, and is "1e999"'],
    ['lacks a column', 'submitted_s,type\n0,a\n', ':1: has no column duration_s in its first line'],
    ['has no jobs', `${HEADER}\n`, ': has no jobs'],
    ['is empty', '', ': has no jobs'],
  ])('that %s is refused', async (_, content, said) => {
    const file = fileOf(content);
    expect(await run('--trace', file, '--json')).toEqual({ code: 1, out: '', error: `${file}${said}\n` });
  });

  test('that is broken or not there is refused', async () => {
    const broken = await run('--trace', fileOf(gzipSync(plain).subarray(0, 60), 'csv.gz'));
    expect(broken).toMatchObject({ code: 1, out: '' });
    expect(broken.error).toMatch(/trace-\d+\.csv\.gz: unexpected end of file/);
    expect((await run('--trace', join(dir, 'none.csv'))).error).toMatch(/none\.csv/);
    expect((await run()).error).toMatch(/--trace/);
  });
});

test('without --json it prints tables, and the peers of a file beside them', async () => {
  const peers = fileOf(
    JSON.stringify([
      {
        peer: 'every thirty',
        policy: { initial_s: 30, multiplier: 1, cap_s: 30, jitter_kind: 'none', first_poll_s: 0 },
      },
      { peer: 'the same', policy: { initial_s: 30, multiplier: 1, cap_s: 30, jitter_kind: 'none', first_poll_s: 0 } },
      { peer: 'unknown', policy: null },
    ]),
    'json',
  );
  const { out } = await run('--trace', fileOf(csv(...inTurn(60, () => 310))), '--peers', peers);
  expect(out).toMatch(/60 jobs of 1 types/);
  expect(out).toMatch(/^ +2 +\d+\.\d+ +\d+\.\d/m);
  // Looks at 0, 30, … 330: twelve, and twenty seconds late.
  expect(out).toMatch(/every thirty +12\.0 +20\.0/);
  expect(out).not.toMatch(/the same|unknown/);
});
