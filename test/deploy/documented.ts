/** The table of roles in docs/security.md, held against the packaged template. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { referencesOf } from '../../deploy/secrets.ts';
import { readConfig } from '../../lib/config/config.ts';
import settings from '../../opwatch.config.ts';
import { FUNCTIONS, list, nameOf, type Resources, root, type Statement, statementsOf } from './packaged.ts';

const guide = readFileSync(join(root, 'docs', 'security.md'), 'utf8');

/** Cells of the table, by function: `w_*` and `lane#*` out of "`w_*` `lane#*`". */
const documented = (): Record<string, string[][]> => {
  const section = /^## Roles$(.*?)^## /ms.exec(guide)?.[1] ?? '';
  const rows = [...section.matchAll(/^\| (\w+) \|(.*)\|$/gm)].filter(([, name]) => name !== 'function');
  return Object.fromEntries(
    rows.map(([, name = '', cells = '']) => [
      name.replace(/^./, (first) => first.toUpperCase()),
      cells.split('|').map((cell) => [...cell.matchAll(/`[^`]+`(?: of \w+)?/g)].map(([word]) => word)),
    ]),
  );
};

const { connections, targets, tenants, linkKeys } = readConfig(settings);
const only = (part: Partial<ReturnType<typeof readConfig>>) =>
  referencesOf({
    ...readConfig(settings),
    connections: new Map(),
    targets: new Map(),
    tenants: new Map(),
    linkKeys: [],
    ...part,
  });

/** Where in the configuration a parameter is named. */
const placeOf = (parameter: string): string => {
  const reference = parameter.replace(/^parameter\//, 'ssm:/');
  for (const vendor of ['aliyun', 'huawei'])
    if (only({ connections }).poller(vendor).includes(reference)) return `\`connections\` of ${vendor}`;
  if (only({ targets }).notifier.includes(reference)) return '`targets`';
  if (only({ tenants }).notifier.includes(reference)) return '`tenants`';
  return linkKeys.includes(reference) ? '`links`' : reference;
};

const keysOf = ({ Condition }: Statement): readonly string[] =>
  (Condition as { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': string[] } } | undefined)?.[
    'ForAllValues:StringLike'
  ]['dynamodb:LeadingKeys'] ?? [];

const packaged = (resources: Resources, name: string): string[][] => {
  const statements = statementsOf(resources[`${name}Role`]?.Properties ?? {});
  const on = (action: string): string[] =>
    statements.flatMap((statement) => {
      if (!list(statement.Action).includes(action)) return [];
      const names = list(statement.Resource).map(nameOf);
      return names.flatMap((each) => {
        if (each === 'Table') return keysOf(statement);
        return each.replace('Table/index/', '');
      });
    });
  const quoted = (action: string) => on(action).map((word) => `\`${word}\``);
  return [
    ...['BatchGetItem', 'Query', 'PutItem', 'DeleteItem'].map((each) => quoted(`dynamodb:${each}`)),
    quoted('sqs:ReceiveMessage'),
    quoted('sqs:SendMessage'),
    [...new Set(on('ssm:GetParameters').map(placeOf))],
  ];
};

export const documentedRoles = (resources: () => Resources): void => {
  test('docs/security.md tells what every role may do [S5]', () => {
    const sorted = (cells: readonly string[][] = []) => cells.map((cell) => cell.toSorted());
    const told = documented();
    // The file names keys of links even where opwatch.config.ts has none yet.
    const withoutLinks = (cells: string[][]) =>
      linkKeys.length > 0 ? cells : cells.map((cell) => cell.filter((word) => word !== '`links`'));
    expect(Object.keys(told).toSorted()).toEqual(FUNCTIONS.toSorted());
    for (const name of FUNCTIONS)
      expect([name, ...sorted(withoutLinks(told[name] ?? []))]).toEqual([name, ...sorted(packaged(resources(), name))]);
  });
};
