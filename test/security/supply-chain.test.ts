/** What is installed: pinned, from the registry, with a reason, and without running anything. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

type Dependencies = Readonly<Record<string, string>>;
type Manifest = Readonly<Record<'dependencies' | 'devDependencies' | 'optionalDependencies' | 'scripts', Dependencies>>;
type Entry = Readonly<Record<string, unknown>> & { readonly version: string; readonly license?: string };

const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { lockfileVersion: number; packages: Record<string, Entry> };
const packages = Object.entries(lock.packages).filter(([place]) => place !== '');
const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
const inFunctions = packages.filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional);

const directOf = ({ dependencies, devDependencies, optionalDependencies }: Manifest): Dependencies => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
});
const direct = directOf(manifest);
/** What checks/ installs apart, none of it in the functions. */
const apart = globSync('checks/*/package.json', { cwd: root }).map((file) => directOf(JSON.parse(read(file))));
const all: Dependencies = Object.assign({}, direct, ...apart);

describe('the manifest', () => {
  test('names exact versions only, and nothing from elsewhere than the registry [S11]', () => {
    const loose = Object.entries(all).filter(([, version]) => !/^(npm:[\w./@-]+@)?\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  test('has few packages in the functions [S11]', () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(6);
    expect(inFunctions.length).toBeLessThanOrEqual(37);
  });

  test('has a reason for each, and for none that is gone [S11]', () => {
    const rows = [...read('docs/dependencies.md').matchAll(/^\| (`.*?) \| .*? \| (.+) \|$/gm)];
    const named = rows.flatMap(([, cell = '', why = '']) =>
      [...cell.replace(/\(.*\)/, '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, why] as const),
    );
    expect(named.map(([name]) => name).sort()).toEqual(Object.keys(all).sort());
    expect(named.filter(([, why]) => why.trim().length < 3)).toEqual([]);
  });

  test('runs nothing when it is installed [S11]', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
    const atInstall = Object.keys(manifest.scripts).filter((name) => /^(pre|post)|^(un)?install$|^prepare/.test(name));
    expect(atInstall).toEqual([]);
  });
});

describe('the lockfile', () => {
  test('has an integrity hash for every package, and no addresses, links or repositories [S11]', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(packages.length).toBeGreaterThan(300);
    const odd = packages.filter(
      ([place, { integrity, resolved, link, version }]) =>
        !place.startsWith('node_modules/') ||
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(String(integrity)) ||
        resolved !== undefined ||
        link !== undefined ||
        !/^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/.test(version),
    );
    expect(odd).toEqual([]);
    expect(read('package-lock.json')).not.toMatch(/"(git\+|git:|github:|file:|https?:\/\/[^"]*\.tgz)/);
  });

  test('is of this manifest [S11]', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, optionalDependencies });
    for (const [name, version] of Object.entries(direct)) {
      expect(lock.packages[`node_modules/${name}`]?.version).toBe(version.replace(/^npm:.*@/, ''));
    }
  });

  test('brings only licences that may be passed on into the functions [S11]', () => {
    const licences = new Set(inFunctions.map(([, { license }]) => license));
    expect([...licences].sort()).toEqual(['0BSD', 'Apache-2.0', 'MIT']);
  });
});

test('the bill of materials lists what goes into the functions, all of it, with hashes [S11]', () => {
  const text = execFileSync(process.execPath, [path.join(root, 'lib/commands/sbom.ts')], { encoding: 'utf8' });
  const { bomFormat, metadata, components } = JSON.parse(text) as {
    bomFormat: string;
    metadata: { component: { name: string } };
    components: { name: string; version: string; hashes: unknown[] }[];
  };
  expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'opwatch']);
  const listed = components.map(({ name, version }) => `${name}@${version}`);
  expect(listed.sort()).toEqual(inFunctions.map(([place, { version }]) => `${nameOf(place)}@${version}`).sort());
  expect(components.filter(({ hashes }) => hashes.length === 0)).toEqual([]);
});
