import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ChildOptions, startChild } from '../../offline/child.ts';

const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
afterAll(() => rmSync(dir, { recursive: true }));

const childModule = JSON.stringify(join(import.meta.dirname, '../../offline/child.ts'));

const script = (name: string, code: string): string => {
  const file = join(dir, `${name}.ts`);
  writeFileSync(file, code);
  return file;
};
const start = (file: string, more: Partial<ChildOptions> = {}) =>
  startChild({
    command: [file],
    cwd: dir,
    env: { PATH: process.env.PATH },
    logFile: join(dir, 'log'),
    patienceMs: 200,
    ...more,
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

const reporting = script(
  'reporting',
  `import { failParent, reportStep } from ${childModule};
   reportStep('looking');
   setInterval(() => {}, 1000);
   failParent(new Error('there is nothing to see'));`,
);
const osls = script('osls', 'console.error("Environment: x\\nError:\\nthis is why"); process.exitCode = 1;');
/** It says what it does, and then nothing more; it does not even notice that its parent has gone. */
const hanging = script(
  'hanging',
  `import { reportStep } from ${childModule};
   console.log('pid ' + process.pid);
   reportStep('counting the sand');
   setTimeout(() => { for (;;); }, 20);`,
);

test('a child tells its own fault, and osls prints one: that is what people read', async () => {
  await expect(start(reporting, { name: 'the child' })).rejects.toThrow(
    /^the child did not start: there is nothing to see$/,
  );
  await expect(start(osls, { name: 'osls' })).rejects.toThrow(
    /^osls did not start: it ended before it was ready.\nthis is why$/,
  );
});

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};
const lastPid = (logFile: string): number => Number(readFileSync(logFile, 'utf8').match(/pid (\d+)/)?.[1]);

test('a child that hangs is ended, and the last step it took is named', async () => {
  const logFile = join(dir, 'hanging');
  await expect(start(hanging, { name: 'the child', silenceMs: 200, logFile })).rejects.toThrow(
    'the child did not start: it has printed nothing for 0.2 s, since it printed "counting the sand"',
  );
  expect(isGone(lastPid(logFile))).toBe(true);
});

test('a child that is not wanted any more is gone, in the middle of its start too', async () => {
  const logFile = join(dir, 'unwanted');
  const stopping = new AbortController();
  const starting = start(hanging, { logFile, signal: stopping.signal });
  await expect.poll(() => lastPid(logFile)).toBeGreaterThan(0);
  stopping.abort();
  await expect(starting).rejects.toThrow('it was stopped');
  expect(isGone(lastPid(logFile))).toBe(true);
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
