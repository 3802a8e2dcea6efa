/** An upgrade, a roll-back and a restore, with all that goes wrong around them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LEASE_SHARDS, STANDING_SHARDS } from '../../lib/store/keys.ts';
import { BYTES_MAX, indexesIn } from '../releases/bundle.ts';
import { expectNoLosses } from './clean-runs.ts';
import { PREVIOUS, previous, ROLLINGS } from './releases.ts';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('nothing is lost', () => {
  const SHOWS = { mixed: 'F21', 'rolled back': 'F56' } as const;
  test.each(ROLLINGS.map((rolling) => [rolling, SHOWS[rolling]] as const))(
    'in 20 runs with functions of the previous release, %s [%s]',
    async (rolling) => {
      await expectNoLosses({ from: 1, runs: 20, kind: rolling });
    },
  );

  test('in 10 restores of the table, with new queues [F57]', async () => {
    await expectNoLosses({ from: 1, runs: 10, kind: 'restored' });
  });
});

describe('the previous release', () => {
  const releases = [...text('CHANGELOG.md').matchAll(/^## (\S+)(.*)$/gm)].map(([, name = '', date = '']) => ({
    name,
    date,
  }));
  const dated = releases.filter(({ name }) => name !== 'Unreleased');

  test('is one bundle, small enough to be kept, of the release before the changes that CHANGELOG.md tells first', () => {
    const files = readdirSync(join(root, 'test/fixtures/releases'));
    expect(files).toEqual([`${PREVIOUS}.mjs`]);
    expect(statSync(join(root, 'test/fixtures/releases', files[0] ?? '')).size).toBeLessThanOrEqual(BYTES_MAX);
    expect(PREVIOUS).toBe(releases[1]?.name);
  });

  test('is older than the present release, whose number package.json has', () => {
    const { version } = JSON.parse(text('package.json'));
    const lock = JSON.parse(text('package-lock.json'));
    expect([version, lock.version, lock.packages[''].version]).toEqual(Array(3).fill(dated[0]?.name));
  });

  test('and every release before it have a number, a date, and what an upgrade needs', () => {
    expect(dated.length).toBeGreaterThan(0);
    expect(dated.filter(({ name, date }) => !/^\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d$/.test(`${name}${date}`))).toEqual([]);
    const sections = text('CHANGELOG.md').split(/^## /m).slice(1);
    expect(sections.filter((each) => !each.startsWith('Unreleased') && !/^Upgrade: \S/m.test(each))).toEqual([]);
    expect(text('CHANGELOG.md')).not.toMatch(/table.* (made anew|be made again)/);
  });

  test('reads every shard that is written today [F56]', () => {
    for (const [today, before] of [
      [LEASE_SHARDS, previous.LEASE_SHARDS],
      [STANDING_SHARDS, previous.STANDING_SHARDS],
    ] as const)
      expect(today.filter((shard) => !before.includes(shard))).toEqual([]);
  });

  test('has no index that is another one today, and one update adds one index at most', () => {
    const today = indexesIn(text('serverless.yml'));
    expect(Object.keys(previous.indexes)).toEqual(['lease', 'listing']);
    for (const [name, definition] of Object.entries(previous.indexes))
      expect([name, today[name]]).toEqual([name, definition]);
    expect(Object.keys(today).length).toBeLessThanOrEqual(Object.keys(previous.indexes).length + 1);
  });
});
