/** The rules of the house, as docs/architecture.md tells them: who may import whom, and who may touch the world. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync('{lib,functions}/**/*.ts', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'));

/** The code without its comments: words in them are free. */
const codeOf = (file: string): string =>
  readFileSync(path.join(root, file), 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^\s*\/\/.*$/gm, '');

type Import = { readonly from: string; readonly isType: boolean };

/** What a file imports: its own files by their path from the root, others by name. */
const importsOf = (file: string): readonly Import[] =>
  [
    ...codeOf(file).matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'/gm),
    ...codeOf(file).matchAll(/^import\s+()'([^']+)'/gm),
  ].map(([, type, from = '']) => ({
    from: from.startsWith('.') ? path.posix.join(path.posix.dirname(file), from) : from,
    isType: type !== undefined && type !== '',
  }));

const within = (folder: string) => files.filter((file) => file.startsWith(folder));

/** Files that import, or mention in their code, what `pattern` matches. */
const importers = (pattern: RegExp, isTypeToo = true): string[] =>
  files.filter((file) => importsOf(file).some(({ from, isType }) => pattern.test(from) && (isTypeToo || !isType)));
const mentioners = (pattern: RegExp): string[] => files.filter((file) => pattern.test(codeOf(file)));

/** Leaves commands out: each is a program of its own, with its own composition root. */
const beside = (names: readonly string[]) => names.filter((name) => !name.startsWith('lib/commands/'));

test('there is something to hold to the rules', () => {
  expect(files.length).toBeGreaterThan(40);
  expect(files.flatMap(importsOf).length).toBeGreaterThan(100);
});

test('nothing makes code of text: what is loaded and run is written here [S12]', () => {
  expect(mentioners(/\beval\b|\bFunction\(|['"](node:)?vm['"]|\b(import|require)\((?!')|createRequire/)).toEqual([]);
});

describe('one file each', () => {
  test.each([
    ['DynamoDB', /^@aws-sdk\/(client-dynamodb|lib-dynamodb)$/, 'lib/store/store.ts'],
    ['SQS', /^@aws-sdk\/client-sqs$/, 'lib/store/queue.ts'],
    ['SSM', /^@aws-sdk\/client-ssm$/, 'lib/config/secrets.ts'],
  ])('uses %s, beside the composition root that makes its client', (_, pattern, file) => {
    expect(beside(importers(pattern))).toEqual(['lib/compose.ts', file].toSorted());
  });

  test('uses the network, and the guard that resolves names for it', () => {
    expect(importers(/^(node:)?(http|https|http2|net|tls|dns|dgram|undici)(\/|$)/)).toEqual([
      'lib/net/address-guard.ts',
      'lib/net/http.ts',
    ]);
    expect(mentioners(/\bfetch\(|\bWebSocket\b/)).toEqual([]);
  });

  test('reads clock, chance and environment', () => {
    const root = ['lib/compose.ts'];
    expect(beside(mentioners(/\bDate\.now\b|\bnew Date\(\)|\bperformance\b/))).toEqual(root);
    expect(beside(mentioners(/\bMath\.random\b|\brandomUUID\b/))).toEqual(root);
    // Which vendor's queue a poller is deployed for is known to nobody else.
    expect(beside(mentioners(/\bprocess\.env\b/))).toEqual(['functions/poller.ts', ...root]);
    expect(beside(mentioners(/\bnew \w+Client\(/))).toEqual(root);
  });

  test('makes secrets out of randomness: tokens', () => {
    expect(mentioners(/\brandomBytes\b|\brandomInt\b|\bgetRandomValues\b/)).toEqual(['lib/access/token.ts']);
  });

  test('knows all providers, one all targets', () => {
    const providers = within('lib/providers/').filter((file) => /\/(aliyun|huawei)-[a-z]+\.ts$/.test(file));
    const shared = /\/(index|target)\.ts$/;
    const targets = within('lib/targets/').filter((file) => !shared.test(file) && !file.includes('/kit/'));
    for (const file of files) {
      const imported = importsOf(file).map(({ from }) => from);
      if (file !== 'lib/providers/index.ts')
        expect(imported.filter((from) => providers.includes(from) && !isOwn(file, from))).toEqual([]);
      if (file !== 'lib/targets/index.ts')
        expect(imported.filter((from) => targets.includes(from) && !isOwn(file, from))).toEqual([]);
    }
  });
});

/** A file in two, such as huawei-dws.ts and huawei-dws-answers.ts. */
const isOwn = (file: string, other: string): boolean => {
  const [a, b] = [file, other].map((each) => each.replace(/\.ts$/, ''));
  return a !== undefined && b !== undefined && (a.startsWith(`${b}-`) || b.startsWith(`${a}-`));
};

/**
 * Who may import whom, types included: a folder imports the folders that it names here and its own files. The folders stand
 * from the bottom to the top, and a folder names only folders above its own line, so no arrow goes back.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  net: ['core'],
  store: ['core'],
  clouds: ['core', 'net'],
  providers: ['core', 'clouds'],
  targets: ['core', 'net'],
  config: ['core', 'net', 'clouds', 'providers', 'targets'],
  access: ['core', 'config'],
  limits: ['core', 'store', 'clouds', 'config'],
  wake: ['core', 'store', 'providers'],
  forecast: ['core', 'store'],
  'runtime.ts': ['net', 'store', 'config', 'limits'],
  deliver: [
    'core',
    'net',
    'store',
    'clouds',
    'providers',
    'targets',
    'config',
    'access',
    'limits',
    'wake',
    'runtime.ts',
  ],
  groups: ['core', 'store', 'wake', 'runtime.ts', 'deliver'],
  submit: [
    ...['core', 'net', 'store', 'providers', 'targets', 'config', 'access', 'limits', 'wake', 'forecast', 'runtime.ts'],
    ...['deliver', 'groups'],
  ],
  look: [
    ...['core', 'net', 'store', 'clouds', 'providers', 'targets', 'config', 'wake', 'forecast', 'runtime.ts'],
    ...['deliver', 'groups'],
  ],
  check: ['core', 'config', 'access', 'providers', 'targets', 'submit'],
  sweep: ['core', 'store', 'limits', 'wake', 'runtime.ts', 'deliver'],
  api: [
    ...['core', 'net', 'store', 'providers', 'targets', 'config', 'access', 'limits', 'wake', 'forecast', 'runtime.ts'],
    ...['deliver', 'groups', 'submit'],
  ],
  'compose.ts': ['core', 'net', 'store', 'config', 'limits', 'runtime.ts'],
  'shell.ts': ['core', 'store', 'access', 'runtime.ts', 'compose.ts'],
  commands: [
    ...[
      'core',
      'net',
      'store',
      'clouds',
      'providers',
      'targets',
      'config',
      'access',
      'runtime.ts',
      'deliver',
      'submit',
      'check',
    ],
    'compose.ts',
  ],
  functions: [
    ...['core', 'net', 'config', 'access', 'runtime.ts', 'deliver', 'submit', 'look', 'sweep', 'api', 'compose.ts'],
    'shell.ts',
  ],
  cli: [],
  page: [],
};
/** Folders that the features to come will fill. */
const TO_COME: readonly string[] = ['forecast', 'groups', 'cli', 'page'];

const ROOMS = Object.keys(MAY_IMPORT);

/** The folder of a file as the table names it; a file beside the folders stands for itself. */
const roomOf = (file: string): string => file.replace(/^lib\//, '').split('/')[0] ?? '';

/** How many imports of each folder lead to each other one. */
const arrows = (): ReadonlyMap<string, ReadonlyMap<string, number>> => {
  const counts = new Map(ROOMS.map((room) => [room, new Map<string, number>()]));
  for (const file of files)
    for (const { from } of importsOf(file)) {
      if (!from.startsWith('lib/') && !from.startsWith('functions/')) continue;
      const row = counts.get(roomOf(file));
      const to = roomOf(from);
      if (to !== roomOf(file)) row?.set(to, (row.get(to) ?? 0) + 1);
    }
  return counts;
};

describe('data flows one way', () => {
  const forbidden = (from: readonly string[], pattern: RegExp, isTypeToo = true): string[] =>
    from.flatMap((file) =>
      importsOf(file)
        .filter((each) => pattern.test(each.from) && (isTypeToo || !each.isType))
        .map((each) => `${file} -> ${each.from}`),
    );

  test('every folder is in the table, and every folder of the table is there', () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].filter((room) => !ROOMS.includes(room))).toEqual([]);
    expect(ROOMS.filter((room) => !rooms.has(room) && !TO_COME.includes(room))).toEqual([]);
  });

  test('the table itself has no arrow that goes back', () => {
    const upward = ROOMS.flatMap((room, at) =>
      (MAY_IMPORT[room] ?? [])
        .filter((to) => ROOMS.indexOf(to) >= at || !ROOMS.includes(to))
        .map((to) => `${room} -> ${to}`),
    );
    expect(upward).toEqual([]);
  });

  test('a folder imports what the table allows, types included', () => {
    const counts = arrows();
    const rows = [...counts].map(([room, row]) => [room, [...row].map(([to, count]) => `${to} ${count}`).join(', ')]);
    // For the reader of the log: the whole picture.
    console.info(rows.map(([room = '', row = '']) => `${room.padEnd(12)} ${row}`).join('\n'));
    const astray = files.flatMap((file) =>
      importsOf(file)
        .filter(({ from }) => from.startsWith('lib/') || from.startsWith('functions/'))
        .filter(({ from }) => roomOf(from) !== roomOf(file) && !MAY_IMPORT[roomOf(file)]?.includes(roomOf(from)))
        .map(({ from }) => `${file} -> ${from}`),
    );
    expect(astray).toEqual([]);
  });

  test('an entry of the table that nothing uses is not there', () => {
    const counts = arrows();
    const unused = ROOMS.filter((room) => !TO_COME.includes(room)).flatMap((room) =>
      (MAY_IMPORT[room] ?? [])
        .filter((to) => !TO_COME.includes(to) && !counts.get(room)?.has(to))
        .map((to) => `${room} -> ${to}`),
    );
    expect(unused).toEqual([]);
  });

  test('only the handlers and what surrounds them use the runtime itself; everything else is handed it', () => {
    const users = forbidden(within('lib/'), /^lib\/compose\.ts$/, false).filter((user) => beside([user]).length > 0);
    expect(users).toEqual(['lib/shell.ts -> lib/compose.ts']);
  });

  test('the core does nothing: no client, no network, no file, no clock and no chance', () => {
    expect(forbidden(within('lib/core/'), /^(node:(?!crypto$)|@aws-sdk|@smithy|undici)/)).toEqual([]);
    expect(within('lib/core/').filter((file) => /\basync\b|\bawait\b/.test(codeOf(file)))).toEqual([]);
  });

  test('production code imports nothing of the local stack, of the tests or of the checks', () => {
    const production = globSync('{lib,functions,deploy}/**/*.ts', { cwd: root }).concat('bundle.ts');
    expect(forbidden(production, /^(offline|test|checks)\//)).toEqual([]);
  });

  test('no file of lib/ is over 250 lines, and no handler over 40', () => {
    const linesOf = (file: string): number => readFileSync(path.join(root, file), 'utf8').split('\n').length - 1;
    expect(within('lib/').filter((file) => linesOf(file) > 250)).toEqual([]);
    expect(within('functions/').filter((file) => linesOf(file) > 40)).toEqual([]);
  });

  test('nothing goes round in a circle, types included', () => {
    const next = new Map(
      files.map((file) => [file, importsOf(file).flatMap(({ from }) => (files.includes(from) ? [from] : []))]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      if (done.has(file) || way.includes(file)) return;
      for (const each of next.get(file) ?? []) visit(each, [...way, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});
