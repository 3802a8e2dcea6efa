/**
 * npm run sbom: lists the packages inside the functions, as CycloneDX.
 *
 * npm makes the list from the runtime dependencies only. `npm sbom --omit dev` would leave out packages that both the
 * functions and a development tool use (for example the SQS client). So this program shows npm a project without
 * development dependencies.
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
// npm takes the name of the folder as the name of the project.
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
