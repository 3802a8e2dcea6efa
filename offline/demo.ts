/**
 * `npm run demo`: the whole job unattended. Starts the local stack, begins one operation of each of the five APIs in the
 * stand-in clouds, submits events/trigger-*.json, shows the watches as they go, and ends when five verified webhooks came.
 * It goes on as long as something moves, and names whatever is slow.
 *
 *   --kill   kills the functions' process on the way and starts it again
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_GAP, gapAt, MINUTE, SECOND } from '../lib/core/schedule.ts';
import { byteLength } from '../lib/core/text.ts';
import { StartFault } from './child.ts';
import { createDisplay, type Display, pad } from './demo/display.ts';
import { askForWatch, positionOf, slowness, type Watch } from './demo/watches.ts';
import { givenEmulators } from './given-emulators.ts';
import { createSilence } from './silence.ts';
import { type Stack, startStack } from './stack.ts';

/** The history of each operation in its cloud, and the name of its own id. */
const CAST = [
  { name: 'emr', id: 'OperationId', scenario: 'failed', seconds: 14 },
  { name: 'ehpc', id: 'TaskId', scenario: 'success', seconds: 11 },
  { name: 'bpstudio', id: 'OperationId', scenario: 'success', seconds: 8 },
  { name: 'modelarts', id: 'operation_id', scenario: 'success', seconds: 6 },
  { name: 'dws', id: 'cluster_id', scenario: 'success', seconds: 17 },
] as const;
type Sample = Pick<(typeof CAST)[number], 'name' | 'id'>;

const SLOW_MS = 20 * SECOND;
const SILENCE_MS = MINUTE;
/** A killed function leaves its messages. They come back after the visibility timeout of their queue. */
const SILENCE_AFTER_DEATH_MS = 5 * MINUTE;

type Submission = { readonly provider: string; readonly operation: Record<string, string>; readonly labels: object };
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
type Headers = Readonly<Record<string, string>>;
type Began = { readonly watch: Watch; readonly endsAt: number; readonly seconds: number };

/** The sample, of an operation that nobody has watched before: an emulator may have kept the last demo's watches. */
const submissionOf = ({ name, id }: Sample): Submission => {
  const file = join(import.meta.dirname, '..', 'events', `trigger-${name}.json`);
  const sample: Submission = JSON.parse(readFileSync(file, 'utf8'));
  // Digits, which stand in every vendor's ids.
  const fresh = `${sample.operation[id]?.slice(0, -8)}${String(randomInt(10 ** 8)).padStart(8, '0')}`;
  return { ...sample, operation: { ...sample.operation, [id]: fresh } };
};

/** The stand-in clouds name operations by the ids their APIs take; a region is part of the host there. */
const begin = async (stack: Stack, { provider, operation }: Submission, course: object): Promise<void> => {
  const url = `${stack.urls.clouds}/_control/operations`;
  const body = JSON.stringify({ api: provider, operation, ...course });
  const response = await fetch(url, { method: 'POST', body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
};

/** Submits until there is a watch: to submit again is harmless. */
const submit = async (stack: Stack, body: object, headers: Headers, say: Display['say']): Promise<Watch> => {
  const silence = createSilence(SILENCE_MS);
  for (;;) {
    const answer = await askForWatch(`${stack.urls.api}/watches`, { headers, body });
    if ('watch' in answer) return answer.watch;
    if (!answer.mayPass || silence.isTooLong()) throw new Error(answer.instead);
    say(`${answer.instead}; submitting again`);
    await sleep(SECOND);
  }
};

const seconds = (ms: number): string => `${(ms / SECOND).toFixed(1)} s`;

const eventsIn = (stack: Stack) =>
  stack.inbox
    .received()
    .filter(({ verified }) => verified)
    .map((message) => ({ ...message, event: message.body as Event }));

const arrivalOf = (stack: Stack, watchId: string): number | undefined =>
  eventsIn(stack).find(({ event }) => event.data.watch.id === watchId)?.attempts[0]?.at;

/** Waits until each watch is over and has been told of. Throws, naming those that are not, when nothing moves any more. */
const untilTold = async (
  stack: Stack,
  watches: readonly Watch[],
  headers: Headers,
  display: Display,
): Promise<void> => {
  let silence = createSilence(SILENCE_MS);
  const slow = createSilence(SLOW_MS);
  let views = watches;
  let trouble = '';
  let before = '';
  stack.keepUp((line) => {
    display.say(line);
    silence = createSilence(SILENCE_AFTER_DEATH_MS);
  });
  for (;;) {
    const readings = await Promise.all(
      watches.map(({ id }) => askForWatch(`${stack.urls.api}/watches/${id}`, { headers })),
    );
    views = views.map((view, i) => {
      const reading = readings[i];
      return reading && 'watch' in reading ? reading.watch : view;
    });
    trouble = readings.flatMap((reading) => ('instead' in reading ? [`\n  ${reading.instead}`] : []))[0] ?? '';
    display.show(views);
    const untold = views.filter(({ id, over }) => !over || arrivalOf(stack, id) === undefined);
    if (untold.length === 0) return;

    const position = JSON.stringify([views.map(positionOf), stack.inbox.received().length]);
    if (position !== before) {
      silence.end();
      slow.end();
    }
    before = position;
    const waiting = `${untold.map((watch) => slowness(watch, Date.now())).join('; ')}${trouble}`;
    if (silence.isTooLong())
      throw new Error(`nothing has changed for a long time. The demo still waits for ${waiting}`);
    if (slow.isTooLong()) {
      display.say(`slow: ${waiting}`);
      slow.end();
    }
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
const timeOfOneAlreadyOver = async (stack: Stack, headers: Headers, display: Display): Promise<number> => {
  const another = submissionOf({ name: 'modelarts', id: 'operation_id' });
  await begin(stack, another, { scenario: 'success', seconds: 5, agoSeconds: 60 });
  const at = Date.now();
  const { id } = await submit(stack, another, headers, display.say);
  const silence = createSilence(SILENCE_MS);
  while (arrivalOf(stack, id) === undefined) {
    if (silence.isTooLong())
      throw new Error('the inbox has not received the webhook of an operation that was already over');
    await sleep(SECOND / 10);
  }
  return (arrivalOf(stack, id) ?? 0) - at;
};

const run = async (stack: Stack, kill: boolean): Promise<void> => {
  const headers = { authorization: `Bearer ${await stack.createToken()}`, 'content-type': 'application/json' };
  const display = createDisplay(process.stdout.isTTY);
  const begun: Began[] = [];
  for (const { name, id, ...course } of CAST) {
    const submission = submissionOf({ name, id });
    await begin(stack, submission, course);
    const endsAt = Date.now() + course.seconds * SECOND;
    begun.push({ watch: await submit(stack, submission, headers, display.say), endsAt, seconds: course.seconds });
  }
  console.log(`\nSubmitted ${begun.length} operations to ${stack.urls.api}/watches\n`);

  if (kill) setTimeout(() => void stack.killFunctions(), 6 * SECOND);
  const watches = begun.map(({ watch }) => watch);
  await untilTold(stack, watches, headers, display);

  const events = eventsIn(stack);
  console.log(`\n${events.length} webhooks, in the order of arrival:\n`);
  for (const message of events) console.log(show(message));
  console.log('\nFrom the end in the cloud to the webhook:');
  for (const { watch, endsAt, seconds: length } of begun) {
    const lateMs = (arrivalOf(stack, watch.id) ?? 0) - endsAt;
    const gapMs = gapAt(length * SECOND, DEFAULT_GAP);
    console.log(`  ${pad(watch.provider, 18)}${seconds(lateMs)}, while opwatch looks every ${seconds(gapMs)}`);
  }
  const overMs = await timeOfOneAlreadyOver(stack, headers, display);
  console.log(`\nAn operation that was over before its submission: ${seconds(overMs)} from submission to webhook.`);
};

const USAGE = `usage: npm run demo -- [--kill]
  --kill   kill the functions' process on the way and start it again`;

const isToKill = (): boolean => {
  try {
    const { kill, help } = parseArgs({ options: { kill: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
    if (!help) return kill ?? false;
    console.log(USAGE);
    process.exit();
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(1);
  }
};

const startOrTell = async (): Promise<Stack> => {
  try {
    return await startStack({ emulators: givenEmulators(process.env) });
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    console.error(`\nopwatch did not start.\n${error.message}`);
    process.exit(1);
  }
};

const kill = isToKill();
console.log('Starting the local stack …');
const stack = await startOrTell();
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
