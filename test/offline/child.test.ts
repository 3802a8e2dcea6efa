import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startChild } from '../../offline/child.ts';

const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
afterAll(() => rmSync(dir, { recursive: true }));

const childModule = JSON.stringify(join(import.meta.dirname, '../../offline/child.ts'));

const script = (name: string, code: string): string => {
  const file = join(dir, `${name}.ts`);
  writeFileSync(file, code);
  return file;
};
const start = (file: string) =>
  startChild({
    command: [file],
    cwd: dir,
    env: { PATH: process.env.PATH },
    logFile: join(dir, 'log'),
    patienceMs: 200,
  });

/** Reports a port it listens on, for as long as it lives, and ends as `stop` has it. */
const listening = (stop: string): string => `
  import { createServer } from 'node:net';
  import { serveParent } from ${childModule};
  const server = createServer().listen(0, '127.0.0.1', () => serveParent({ port: server.address().port }, ${stop}));
`;
const obedient = script('obedient', listening('async () => {}'));
const deaf = script('deaf', listening('() => new Promise(() => {})'));
const broken = script('broken', 'console.error("no such luck"); process.exit(3);');

const lives = async (port: unknown): Promise<boolean> => {
  const socket = connect(Number(port), '127.0.0.1');
  const answers = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answers;
};
const portOf = (ready: unknown) => (ready as { port: number }).port;

test('a child says when it is ready, and ends when asked', async () => {
  const child = await start(obedient);
  expect(await lives(portOf(child.ready))).toBe(true);
  await child.stop();
  expect(await lives(portOf(child.ready))).toBe(false);
  await child.stop();
});

test('a child that is killed is gone when that is answered', async () => {
  const child = await start(deaf);
  await child.kill();
  await child.ended;
  expect(await lives(portOf(child.ready))).toBe(false);
});

test('a child that will not end when asked is killed', async () => {
  const child = await start(deaf);
  await child.stop();
  expect(await lives(portOf(child.ready))).toBe(false);
});

test('a child that ends before it is ready is an error that shows why', async () => {
  await expect(start(broken)).rejects.toThrow('no such luck');
});

test('a child does not outlive a parent that is killed', async () => {
  const parent = script(
    'parent',
    `import { startChild } from ${childModule};
     const child = await startChild({ command: [${JSON.stringify(deaf)}], cwd: '.', env: process.env, logFile: 'log' });
     console.log(child.ready.port);`,
  );
  const process = spawn('node', [parent], { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(process.stdout, 'data');
  const port = Number(String(line));
  expect(await lives(port)).toBe(true);
  process.kill('SIGKILL');
  await expect.poll(() => lives(port)).toBe(false);
});
