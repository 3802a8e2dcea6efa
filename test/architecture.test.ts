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
    ['DynamoDB', /^@aws-sdk\/(client-dynamodb|lib-dynamodb)$/, 'lib/store.ts'],
    ['SQS', /^@aws-sdk\/client-sqs$/, 'lib/queue.ts'],
    ['SSM', /^@aws-sdk\/client-ssm$/, 'lib/secrets.ts'],
  ])('uses %s, beside the composition root that makes its client', (_, pattern, file) => {
    expect(beside(importers(pattern))).toEqual(['lib/compose.ts', file].toSorted());
  });

  test('uses the network, and the guard that resolves names for it', () => {
    expect(importers(/^(node:)?(http|https|http2|net|tls|dns|dgram|undici)(\/|$)/)).toEqual([
      'lib/address-guard.ts',
      'lib/http.ts',
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
    expect(mentioners(/\brandomBytes\b|\brandomInt\b|\bgetRandomValues\b/)).toEqual(['lib/token.ts']);
  });

  test('knows all providers, one all targets', () => {
    const providers = within('lib/providers/').filter((file) => /\/(aliyun|huawei)-[a-z]+\.ts$/.test(file));
    const shared = /\/(index|target|settings|message|digest|notice-message|words)\.ts$/;
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

describe('data flows one way', () => {
  const forbidden = (from: readonly string[], pattern: RegExp, isTypeToo = true): string[] =>
    from.flatMap((file) =>
      importsOf(file)
        .filter((each) => pattern.test(each.from) && (isTypeToo || !each.isType))
        .map((each) => `${file} -> ${each.from}`),
    );

  test('nothing imports functions', () => {
    expect(forbidden(files, /^functions\//)).toEqual([]);
  });

  test('only handlers and what surrounds them use the runtime itself; everything else is handed it', () => {
    const users = forbidden(within('lib/'), /^lib\/compose\.ts$/, false).filter((user) => beside([user]).length > 0);
    expect(users).toEqual(['lib/shell.ts -> lib/compose.ts']);
    expect(forbidden(within('lib/'), /^lib\/shell\.ts$/)).toEqual([]);
  });

  test('the core imports nothing but time, errors and text', () => {
    expect(forbidden(['lib/watch.ts'], /^(?!lib\/(observation|blocked|deadline|schedule|sentences)\.ts$)/)).toEqual([]);
    expect(forbidden(['lib/next-look.ts'], /^(?!lib\/(watch|schedule)\.ts$)/)).toEqual([]);
    const beneath = 'watch|next-look|observation|facts|blocked|deadline|schedule|errors|sentences|text';
    expect(forbidden(['lib/decide.ts'], new RegExp(`^(?!lib/(${beneath})\\.ts$)`))).toEqual([]);
    expect(forbidden(['lib/blocked.ts', 'lib/deadline.ts'], /^(?!lib\/(schedule|errors|sentences)\.ts$)/)).toEqual([]);
    expect(forbidden(['lib/facts.ts'], /^(?!lib\/(observation|schedule|text)\.ts$)/)).toEqual([]);
    expect(forbidden(['lib/schedule.ts', 'lib/text.ts', 'lib/errors.ts', 'lib/fault-sentences.ts'], /./)).toEqual([]);
    expect(forbidden(['lib/sentences.ts'], /^(?!lib\/(fault|note|reason)-sentences\.ts$)/)).toEqual([]);
    expect(forbidden(['lib/kept-sentence.ts'], /^(?!lib\/(\w+-)?sentences\.ts$)/)).toEqual([]);
    expect(
      forbidden(
        ['lib/delivery.ts', 'lib/lane.ts'],
        /^(?!lib\/(schedule|watch|event|notice|pacing|refusals|verdict)\.ts$)/,
      ),
    ).toEqual([]);
  });

  test('what decides does nothing: neither table nor queue nor network is reached from it', () => {
    const pure = [
      'watch',
      'decide',
      'next-look',
      'facts',
      'blocked',
      'deadline',
      'missed',
      'schedule',
      'delivery',
      'lane',
      'pacing',
      'refusals',
      'items',
      'event',
      'text',
      'time',
      'view',
      'submission',
      'problem',
    ];
    const reach = new Set(pure.map((name) => `lib/${name}.ts`));
    for (const file of reach)
      for (const { from, isType } of importsOf(file)) if (!isType && from.startsWith('lib/')) reach.add(from);
    // The configuration names providers and targets, whose tables are data.
    const effects =
      /^lib\/(store|queue|http|runtime|secrets|pace|look|ask|poll|deliver|announce|sweep|submit|wake|wake-ups|shell)\.ts$/;
    expect([...reach].filter((file) => effects.test(file))).toEqual([]);
  });

  test('adapters know neither table, queue, time of day nor configuration', () => {
    const adapters = [...within('lib/providers/'), ...within('lib/clouds/'), ...within('lib/targets/')];
    const effects = /^lib\/(store|queue|runtime|config|secrets|pace|poll|deliver|wake|submit|items|log)/;
    expect(forbidden(adapters, effects)).toEqual([]);
  });

  test('providers know nothing of targets, and targets nothing of providers or clouds', () => {
    expect(forbidden([...within('lib/providers/'), ...within('lib/clouds/')], /^lib\/targets\//)).toEqual([]);
    expect(forbidden(within('lib/targets/'), /^lib\/(providers|clouds)\//)).toEqual([]);
    expect(forbidden(within('lib/clouds/'), /^lib\/providers\/(?!provider\.ts$)/)).toEqual([]);
  });

  test('nothing goes round in a circle, types aside', () => {
    const next = new Map(
      files.map((file) => [
        file,
        importsOf(file).flatMap(({ from, isType }) => (isType || !files.includes(from) ? [] : [from])),
      ]),
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
