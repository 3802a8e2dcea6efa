/**
 * npm run sbom: what goes into the functions, as CycloneDX.
 *
 * It is npm's own list, of the runtime dependencies alone: `npm sbom --omit dev` would leave out what both the functions and
 * a development tool use (the SQS client, for one), so npm is shown a project that has no development deps.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

type Manifest = Record<string, unknown>;
type Lock = { readonly packages: Readonly<Record<string, Manifest>> };

const root = resolve(import.meta.dirname, '../..');
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));

const withoutTools = ({ devDependencies: _dev, optionalDependencies: _optional, ...manifest }: Manifest): Manifest =>
  manifest;

const lock = read('package-lock.json') as Lock;
const packages = Object.entries(lock.packages)
  .filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional)
  .map(([place, entry]) => [place, place === '' ? withoutTools(entry) : entry] as const);

const away = mkdtempSync(join(tmpdir(), 'opwatch-sbom-'));
// npm calls the whole by the name of its folder.
const folder = join(away, 'opwatch');
mkdirSync(folder);
const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
try {
  write('package.json', withoutTools(read('package.json') as Manifest));
  write('package-lock.json', { ...lock, packages: Object.fromEntries(packages) });
  const options = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  process.stdout.write(execFileSync('npm', ['sbom', ...options], { cwd: folder, maxBuffer: 64 * 1024 * 1024 }));
} finally {
  rmSync(away, { recursive: true });
}
