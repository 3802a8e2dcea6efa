/**
 * `npm run demo`: the whole job unattended. Starts the local stack, begins one operation of each of the five APIs in the
 * stand-in clouds, submits events/trigger-*.json, shows the watches as they go, and ends when five verified webhooks came.
 *
 *   --kill   kills the functions' process on the way and starts it again
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_GAP, gapAt, MINUTE, SECOND } from '../lib/schedule.ts';
import { byteLength } from '../lib/text.ts';
import { type Stack, startStack } from './stack.ts';

/** What each operation does in its cloud. */
const CAST = [
  { name: 'emr', scenario: 'failed', seconds: 14 },
  { name: 'ehpc', scenario: 'success', seconds: 11 },
  { name: 'bpstudio', scenario: 'success', seconds: 8 },
  { name: 'modelarts', scenario: 'success', seconds: 6 },
  { name: 'dws', scenario: 'success', seconds: 17 },
] as const;
const LIMIT_MS = 60 * SECOND;
const LIMIT_AFTER_DEATH_MS = 5 * MINUTE;

type Submission = { readonly provider: string; readonly operation: Record<string, string>; readonly labels: object };
type View = {
  readonly id: string;
  readonly provider: string;
  readonly status: string;
  readonly providerStatus?: string;
  readonly progress?: { readonly done: number; readonly total: number } | { readonly percent: number };
  readonly looks: number;
  readonly nextLookAt?: string;
  readonly over: boolean;
};
type Event = {
  readonly type: string;
  readonly data: {
    readonly watch: { readonly id: string };
    readonly provider: string;
    readonly providerStatus?: string;
    readonly reason?: { readonly code?: string; readonly message?: string };
    readonly error?: string;
  };
};

const submissionOf = (name: string): Submission =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'events', `trigger-${name}.json`), 'utf8'));

const post = async <T>(url: string, body: unknown, headers: Record<string, string> = {}): Promise<T> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
};

/** The stand-in clouds name operations by the ids their APIs take; a region is part of the host there. */
const begin = (stack: Stack, { provider, operation }: Submission, course: object) =>
  post(`${stack.urls.clouds}/_control/operations`, { api: provider, operation, ...course });

const progressOf = ({ progress }: View): string => {
  if (!progress) return '';
  return 'percent' in progress ? `${Math.round(progress.percent)} %` : `${progress.done}/${progress.total}`;
};

const secondsTo = (at: string | undefined): string =>
  at === undefined ? '' : `${Math.max(0, (Date.parse(at) - Date.now()) / 1000).toFixed(0)} s`;

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(width - text.length, 1));

const row = (cells: readonly string[]): string => {
  const widths = [18, 11, 18, 10, 7, 10];
  return cells
    .map((cell, i) => pad(cell, widths[i] ?? 10))
    .join('')
    .trimEnd();
};
const seconds = (ms: number): string => `${(ms / SECOND).toFixed(1)} s`;
const HEADER = row(['provider', 'status', 'in its own words', 'progress', 'looks', 'next look']);

/** Shows the watches: a table that is drawn over on a terminal, a line for each change elsewhere. */
const createDisplay = (isTerminal: boolean) => {
  const shown = new Map<string, string>();
  let drawn = 0;
  return (views: readonly View[]): void => {
    const rows = views.map((view) => ({
      id: view.id,
      state: row([view.provider, view.status, view.providerStatus ?? '-', progressOf(view)]),
      line: row([
        view.provider,
        view.status,
        view.providerStatus ?? '-',
        progressOf(view),
        String(view.looks),
        view.over ? '-' : secondsTo(view.nextLookAt),
      ]),
    }));
    if (isTerminal) {
      if (drawn > 0) process.stdout.write(`\x1b[${drawn}A`);
      for (const { line } of [{ line: HEADER }, ...rows]) process.stdout.write(`\x1b[2K${line}\n`);
      drawn = rows.length + 1;
      return;
    }
    if (drawn === 0) console.log(HEADER);
    drawn = 1;
    for (const { id, state, line } of rows) if (shown.get(id) !== state) console.log(line);
    for (const { id, state } of rows) shown.set(id, state);
  };
};

const eventsIn = (stack: Stack) =>
  stack.inbox
    .received()
    .filter(({ verified }) => verified)
    .map((message) => ({ ...message, event: message.body as Event }));

const arrivalOf = (stack: Stack, watchId: string): number | undefined =>
  eventsIn(stack).find(({ event }) => event.data.watch.id === watchId)?.attempts[0]?.at;

const until = async (isDone: () => boolean | Promise<boolean>, limitMs: number, what: string): Promise<void> => {
  const giveUpAt = Date.now() + limitMs;
  while (!(await isDone())) {
    if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${Math.round(limitMs / 1000)} s`);
    await sleep(200);
  }
};

const show = ({ id, attempts, body, event }: ReturnType<typeof eventsIn>[number]): string => {
  const { provider, providerStatus, reason, error } = event.data;
  const why = [reason?.code, reason?.message, error].filter(Boolean).join(': ');
  const size = byteLength(JSON.stringify(body));
  return [
    `  ${event.type}  ${provider}  ${providerStatus ?? ''}`,
    ...(event.type === 'operation.succeeded' || !why ? [] : [`    why         ${why}`]),
    `    webhook-id  ${id}, signature verified, ${attempts.length} attempt(s), ${size} bytes`,
  ].join('\n');
};

/** An operation that was over before anybody asked: how long until its webhook is there. */
const timeOfOneAlreadyOver = async (stack: Stack, headers: Record<string, string>): Promise<number> => {
  const over = submissionOf('modelarts');
  const another = { ...over, operation: { ...over.operation, operation_id: '6fbd8d2b-92c1-4f6a-9a0c-7f3e5d2b0002' } };
  await begin(stack, another, { scenario: 'success', seconds: 5, agoSeconds: 60 });
  const at = Date.now();
  const { id } = await post<View>(`${stack.urls.api}/watches`, another, headers);
  await until(() => arrivalOf(stack, id) !== undefined, 15_000, 'the webhook of an operation already over');
  return (arrivalOf(stack, id) ?? 0) - at;
};

const run = async (stack: Stack, kill: boolean): Promise<void> => {
  const headers = { authorization: `Bearer ${await stack.createToken()}` };
  const endsAt = new Map<string, number>();
  const watches: View[] = [];
  for (const { name, ...course } of CAST) {
    const submission = submissionOf(name);
    await begin(stack, submission, course);
    const watch = await post<View>(`${stack.urls.api}/watches`, submission, headers);
    endsAt.set(watch.id, Date.now() + course.seconds * 1000);
    watches.push(watch);
  }
  console.log(`\nSubmitted ${watches.length} operations to ${stack.urls.api}/watches\n`);

  const display = createDisplay(process.stdout.isTTY);
  const look = async (): Promise<boolean> => {
    const views = await Promise.all(
      watches.map(async ({ id }, i) => {
        const response = await fetch(`${stack.urls.api}/watches/${id}`, { headers }).catch(() => undefined);
        return response?.ok ? ((await response.json()) as View) : (watches[i] as View);
      }),
    );
    display(views);
    return watches.every(({ id }) => arrivalOf(stack, id) !== undefined) && views.every(({ over }) => over);
  };
  let giveUpAt = Date.now() + LIMIT_MS;
  stack.keepUp((line) => {
    console.log(`  (${line})`);
    // What a killed function was working on comes back when its queue's visibility timeout has passed.
    giveUpAt = Math.max(giveUpAt, Date.now() + LIMIT_AFTER_DEATH_MS);
  });
  if (kill) setTimeout(() => void stack.killFunctions(), 6 * SECOND);
  while (!(await look())) {
    if (Date.now() > giveUpAt) throw new Error('five webhooks did not come in time');
    await sleep(200);
  }

  const events = eventsIn(stack);
  console.log(`\n${events.length} webhooks, as they came:\n`);
  for (const message of events) console.log(show(message));
  console.log('\nFrom the end in the cloud to the webhook:');
  for (const [i, { id, provider }] of watches.entries()) {
    const course = CAST[i];
    const gapMs = gapAt((course?.seconds ?? 0) * SECOND, DEFAULT_GAP);
    const lateMs = (arrivalOf(stack, id) ?? 0) - (endsAt.get(id) ?? 0);
    console.log(`  ${pad(provider, 18)}${seconds(lateMs)}, where looks are ${seconds(gapMs)} apart by then`);
  }
  const overMs = await timeOfOneAlreadyOver(stack, headers);
  console.log(`\nAn operation that was over before it was submitted: ${seconds(overMs)} from submission to webhook.`);
};

const isToKill = (): boolean => {
  try {
    return parseArgs({ options: { kill: { type: 'boolean', default: false } } }).values.kill;
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm run demo -- [--kill]`);
    process.exit(1);
  }
};

const kill = isToKill();
console.log('Starting the local stack …');
const stack = await startStack();
let failed = false;
try {
  await run(stack, kill);
} catch (error) {
  failed = true;
  console.error(`\nThe demo failed: ${(error as Error).message}`);
  console.error(readFileSync(stack.logFile, 'utf8').split('\n').slice(-40).join('\n'));
} finally {
  await stack.stop();
}
process.exit(failed ? 1 : 0);
