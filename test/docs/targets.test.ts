/** docs/targets.md says what the targets do: its tables and examples are looked up in them. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../lib/config/config.ts';
import type { Rate } from '../../lib/core/verdict.ts';
import { targetOf, targetTypes } from '../../lib/targets/index.ts';
import { everyTarget } from '../../offline/inbox/targets.ts';
import { verdictTable } from '../targets/verdict-table.ts';
import { blocksIn, pageNamed, quoted, sectionOf, tablesIn } from './markdown.ts';

const page = pageNamed('targets.md');
const [glance] = tablesIn(sectionOf(page, 'At a glance'));
const [verdicts] = tablesIn(sectionOf(page, 'What comes of an answer'));

const rateIn = (cell: string): Rate => {
  const rate = (unit: string) => new RegExp(`(\\d+)/${unit}`).exec(cell)?.[1];
  const [perSecond, perMinute] = [rate('s\\b'), rate('min')];
  return {
    ...(perSecond !== undefined && { perSecond: Number(perSecond) }),
    ...(perMinute !== undefined && { perMinute: Number(perMinute) }),
  };
};

/** The names of a type's settings. Of a schema with a check behind it, those of the schema. */
const settingsOf = (type: string): string[] => {
  const schema = targetOf(type)?.settings as { readonly entries?: object } | undefined;
  return Object.keys(schema?.entries ?? {});
};

describe('docs/targets.md', () => {
  it('lists every target, and no other', () => {
    expect(glance?.rows.map(([cell = '']) => quoted(cell)[0])).toEqual(targetTypes);
  });

  it.each(targetTypes)('knows the rate limit of %s', (type) => {
    const [, , rate = ''] = glance?.rows.find(([cell = '']) => quoted(cell)[0] === type) ?? [];
    expect(rateIn(rate)).toEqual(targetOf(type)?.rate ?? {});
  });

  it.each(targetTypes)('explains every setting of %s', (type) => {
    const [table] = tablesIn(sectionOf(page, type));
    const told = table?.rows.flatMap(([cell = '']) => quoted(cell)) ?? [];
    expect(told.toSorted()).toEqual(settingsOf(type).toSorted());
  });

  it.each(targetTypes)('has an example of %s that can be configured', (type) => {
    const examples = blocksIn(sectionOf(page, type)).filter(({ about }) => about === type);
    expect(examples.length).toBeGreaterThan(0);
    for (const { text } of examples) {
      const targets = JSON.parse(JSON.stringify(runInNewContext(`({${text}})`)));
      const { targets: read } = readConfig({ connections: {}, targets });
      expect([...read.values()].map((target) => target.type)).toEqual([type]);
    }
  });

  it('has the table of what comes of an answer', () => {
    const table = verdictTable();
    expect(verdicts?.rows.map(([type = '', ...cells]) => [quoted(type)[0], ...cells])).toEqual(table);
  });
});

it('the inbox plays every target', () => {
  expect(Object.values(everyTarget('', '')).map(({ type }) => type)).toEqual(targetTypes);
});
