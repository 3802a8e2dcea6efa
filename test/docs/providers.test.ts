/** docs/providers.md says what the adapters do: its tables are looked up in the adapters, through their public look. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Vendor } from '../../lib/clouds/cloud.ts';
import { providers } from '../../lib/providers/index.ts';
import type { Provider } from '../../lib/providers/provider.ts';
import { bodyStating, idsOf } from '../offline/operations.ts';
import { ask, lookAtOne, outcome, type Reply, scripted, wording } from '../providers/scripted.ts';
import { blocksIn, pageNamed, quoted, sectionOf, type Table, tablesIn } from './markdown.ts';

const page = pageNamed('providers.md');
const named = providers.map((provider) => [provider.traits.name, provider] as const);

const tableIn = (text: string, column: string): Table => {
  const table = tablesIn(text).find(({ head }) => head.includes(column));
  if (!table) throw new Error(`no table has a column "${column}"`);
  return table;
};

/** Shortly before the operation is submitted that is looked at (scripted.ts). */
const BEGAN_AT = Date.UTC(2026, 0, 2, 3, 3, 54);

/** Times that tie a word to that submission, whatever the word is of. */
const TIMES: Readonly<Record<string, object>> = {
  'aliyun-ros': { CreateTime: '2026-01-02T03:03:54', UpdateTime: '2026-01-02T03:03:54' },
  'huawei-dws': { submit_time: '2026-01-02T03:03:54Z' },
};

const operationOf = ({ traits }: Provider): unknown => {
  const extra = traits.vendor === 'aliyun' ? { RegionId: 'cn-hangzhou' } : { region: 'cn-north-4', service: 'evs' };
  const fields = { ...extra, ...idsOf(traits.name) };
  const parsed = v.safeParse(traits.operation, fields);
  if (parsed.success) return parsed.output;
  const { service: _, ...others } = fields as Record<string, string>;
  return v.parse(traits.operation, others);
};

/** How the answer of the stand-in is read whose operation is at `word`. */
const readAs = (provider: Provider, word: string): Promise<string> => {
  const { name } = provider.traits;
  const body = { ...bodyStating(name, word, BEGAN_AT), ...TIMES[name] };
  return outcome(provider, operationOf(provider), () => ({ body }));
};

/** Words an adapter's file gives a meaning to. */
const wordsIn = (name: string): string[] => {
  const source = readFileSync(new URL(`../../lib/providers/${name}.ts`, import.meta.url), 'utf8');
  const status = '(?:pending|running|attention|succeeded|partial|failed|canceled)';
  return [...source.matchAll(new RegExp(`\\b([A-Z_]+): '${status}'`, 'g'))].map(([, word = '']) => word);
};

const minutes = (cell: string): number | undefined => {
  const [, count, unit] = /^(\d+) (min|h)$/.exec(cell) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === 'h' ? 60 : 1) * 60_000;
};

describe('docs/providers.md', () => {
  const glance = tableIn(sectionOf(page, 'At a glance'), 'usual host');

  it('lists every provider, and no other', () => {
    expect(glance.rows.map(([cell = '']) => quoted(cell)[0])).toEqual(named.map(([name]) => name));
  });

  it.each(named)('knows the policy of %s', (name, { traits }) => {
    const [, , , grace = '', misses, forgets = ''] = glance.rows.find(([cell = '']) => quoted(cell)[0] === name) ?? [];
    expect(minutes(grace)).toBe(traits.graceMs);
    expect(Number(misses)).toBe(traits.missesUntilLost);
    expect(minutes(forgets)).toBe(traits.forgetsAfterMs);
  });

  it.each(named)('says what ties an end of %s to its operation, and how far back it believes', (name, { traits }) => {
    const { rows } = tableIn(sectionOf(page, 'Whose end it is'), 'what cannot be told');
    const [, tie = '', back = '', untold = ''] = rows.find(([cell = '']) => quoted(cell)[0] === name) ?? [];
    expect(tie).not.toBe('');
    expect(untold).not.toBe('');
    expect(minutes(back)).toBe(traits.believesBackMs);
  });

  it.each(named)('knows where %s is asked, and its console', async (name, provider) => {
    const [, , host = ''] = glance.rows.find(([cell = '']) => quoted(cell)[0] === name) ?? [];
    const operation = operationOf(provider) as Record<string, string>;
    const known: Record<string, string | undefined> = { region: operation.region ?? operation.RegionId, ...operation };
    const { cloud, requests } = scripted(() => ({ body: {} }));
    await lookAtOne(provider, ask(operation), cloud);
    const filled = quoted(host)[0]?.replace(/\{(\w+)\}/g, (_, field: string) => known[field] ?? '');
    expect(new URL(requests[0]?.url ?? '').host).toBe(filled);
    expect(sectionOf(page, name)).toContain(`Console: ${new URL(provider.traits.console(operation)).host}`);
  });

  it.each(named)('names the fields of %s', (name, provider) => {
    const { rows } = tableIn(sectionOf(page, name), 'where it is found');
    const fields = rows.flatMap(([cell = '']) => quoted(cell));
    const entries = (provider.traits.operation as unknown as { entries: object }).entries;
    expect(fields.toSorted()).toEqual(Object.keys(entries).toSorted());
  });

  const states = named.flatMap(([name, provider]) =>
    tableIn(sectionOf(page, name), 'becomes').rows.flatMap(([words = '', status = '']) =>
      quoted(words).map((word) => [name, word, status, provider] as const),
    ),
  );

  it.each(states)('says of %s that %s becomes %s', async (_, word, status, provider) => {
    expect(await readAs(provider, word)).toBe(status);
  });

  it.each(named)('leaves out no word of %s', (name) => {
    const told = states.filter(([each]) => each === name).map(([, word]) => word.toUpperCase());
    const known = wordsIn(name);
    expect(known.length).toBeGreaterThan(3);
    expect(told.toSorted()).toEqual(known.toSorted());
  });

  it.each(named)('names the field %s has its state in', (name) => {
    const field = quoted(tableIn(sectionOf(page, name), 'becomes').head[0] ?? '')[0] ?? '';
    const stated = JSON.stringify(bodyStating(name, 'WORD', BEGAN_AT));
    expect(stated).toContain(`"${field.split('.').at(-1)}":"WORD"`);
  });
});

describe('docs/providers.md, errors', () => {
  const APIS: Readonly<Record<Vendor, string>> = { aliyun: 'aliyun-emr', huawei: 'huawei-job' };
  const columns: readonly (readonly [Vendor, string])[] = [
    ['aliyun', '`Code`'],
    ['huawei', '`error_code`'],
  ];
  const rows = columns.flatMap(([vendor, column]) =>
    tableIn(sectionOf(page, 'Errors'), column).rows.map(
      ([status = '', code = '', is = '']) => [vendor, Number(status), quoted(code)[0] ?? 'X.1', is, column] as const,
    ),
  );

  it('tells every class', () => {
    const classes = new Set(rows.map(([, , , is]) => is));
    expect([...classes].sort()).toEqual([
      'Misconfigured',
      'NotAllowed',
      'Refused',
      'RetryLater',
      'Throttled',
      'absent',
    ]);
  });

  it.each(rows)('%s HTTP %i %s is %s', async (vendor, status, code, is, column) => {
    const provider = providers.find(({ traits }) => traits.name === APIS[vendor]);
    if (!provider) return expect.unreachable();
    const told: Reply = { status, body: { [quoted(column)[0] ?? '']: code } };
    const { cloud } = scripted([told]);
    expect(wording(await lookAtOne(provider, ask(operationOf(provider)), cloud))).toBe(is);
  });
});

describe('docs/providers.md, permissions', () => {
  type Policy = { Version: string; Statement: { Effect: string; Action: string[]; Resource?: unknown }[] };
  const policies = (heading: string): Policy[] =>
    blocksIn(sectionOf(page, heading)).map(({ text }) => JSON.parse(text) as Policy);

  it.each([
    ['Alibaba Cloud', ['1']],
    ['Huawei Cloud', ['1.1', '5.0']],
  ])('of %s are policy documents, and each action has its source', (heading, versions) => {
    expect(policies(heading).map(({ Version }) => Version)).toEqual(versions);
    const sources = tablesIn(sectionOf(page, heading))
      .flatMap(({ rows }) => rows.flat())
      .join(' ');
    for (const { Statement } of policies(heading)) {
      for (const { Effect, Action } of Statement) {
        expect(Effect).toBe('Allow');
        for (const action of Action) expect(sources).toContain(`\`${action}\``);
        expect(Action.filter((action) => !/:(get|list|show)\w*$/i.test(action))).toEqual([]);
      }
    }
  });

  it('of Alibaba Cloud allow just the calls that are made', async () => {
    const made = await Promise.all(
      providers
        .filter(({ traits }) => traits.vendor === 'aliyun')
        .map(async (provider) => {
          const { cloud, requests } = scripted(() => ({ body: {} }));
          await lookAtOne(provider, ask(operationOf(provider)), cloud);
          return requests.map(({ url, headers }) => `${new URL(url).host.split('.')[0]}:${headers['x-acs-action']}`);
        }),
    );
    const [policy] = policies('Alibaba Cloud');
    expect(policy?.Statement.flatMap(({ Action }) => Action).toSorted()).toEqual(made.flat().toSorted());
  });
});
