/**
 * npm run notify-test -- <target>...: sends a sample of each message to targets of opwatch.config.ts, and prints the
 * results. It reads secrets as the notifier does: from SSM with your AWS credentials, or from the environment.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { theRuntime } from '../compose.ts';
import { SecretError } from '../config/secrets.ts';
import { describe } from '../core/delivery.ts';
import { LookError } from '../core/errors.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import { plain } from '../core/text.ts';
import type { Rate, Verdict } from '../core/verdict.ts';
import { ask, recipientOf } from '../deliver/recipient.ts';
import type { Runtime } from '../runtime.ts';
import { targetOf } from '../targets/index.ts';
import { awsCure } from './aws-cure.ts';
import { type Sample, samplesFor } from './target-samples.ts';

const USAGE = `usage:
  npm run notify-test -- <target>... [--event operation.failed] [--label sha=6dcb09b5…]
  npm run notify-test -- --all
If a target keeps one message up to date, the samples change that message. A target of the operators also receives sample notices.
Targets must be in opwatch.config.ts. The command ends with 1 if a target did not accept a sample.`;

class Usage extends Error {}

const ANSWER_BYTES = 300;

/**
 * Returns the wait between two messages that keeps the rate of a target. It is one second at most, because a test sends
 * few messages. It leaves room for other senders.
 */
const gapMs = ({ perSecond, perMinute }: Rate): number =>
  Math.max(SECOND / (perSecond ?? 10), perMinute === undefined ? 0 : Math.min(MINUTE / perMinute, SECOND));

type Tried = { readonly verdict: Verdict; readonly answer?: string; readonly handle?: string };

/** Makes one attempt, exactly as the notifier does. */
const tryOnce = async (
  name: string,
  { write }: Sample,
  id: string,
  handle: string | undefined,
  runtime: Runtime,
): Promise<Tried> => {
  const { config, secrets, now } = runtime;
  try {
    const opened = await recipientOf({ target: name, tenant: 'default' }, config).open(secrets);
    const { target, settings } = opened;
    const answer = await ask(write(target, settings, { id, at: now() }, handle), opened, runtime);
    const words = plain(answer.body, ANSWER_BYTES);
    const handleNow = target.edit?.handle(answer) ?? handle;
    return {
      verdict: target.verdict(answer, now()),
      answer: `HTTP ${answer.status} ${words}`.trim(),
      ...(handleNow !== undefined && { handle: handleNow }),
    };
  } catch (error) {
    if (error instanceof LookError || error instanceof SecretError) {
      return { verdict: { kind: 'retry', reason: error.message } };
    }
    throw error;
  }
};

/** Sends the samples to one target. True when the target took all of them. */
const test = async (
  name: string,
  only: string | undefined,
  labels: Record<string, string>,
  runtime: Runtime,
): Promise<boolean> => {
  const { config, now } = runtime;
  const configured = config.targets.get(name);
  if (!configured)
    throw new Usage(`opwatch.config.ts names no target ${name}: it has ${[...config.targets.keys()].join(', ')}`);
  const { rate } = recipientOf({ target: name, tenant: 'default' }, config);
  const samples = samplesFor(name, labels, runtime).filter(({ type }) => (only ?? type) === type);
  if (samples.length === 0) throw new Usage(`${name} does not receive ${only ?? 'any event'}`);

  console.log(`${name} (${configured.type})`);
  const width = Math.max(22, ...samples.map(({ type }) => type.length));
  let all = true;
  let handle: string | undefined;
  for (const [i, sample] of samples.entries()) {
    if (i > 0) await sleep(gapMs(rate));
    const tried = await tryOnce(name, sample, `msg_sample_${now()}_${i}`, handle, runtime);
    handle = tried.handle;
    console.log(`  ${sample.type.padEnd(width)} ${describe(tried.verdict)}`);
    if (tried.verdict.kind === 'delivered') continue;
    all = false;
    if (tried.answer !== undefined) console.log(`  ${''.padEnd(width)} ${tried.answer}`);
  }
  const unseen = targetOf(configured.type)?.unseen;
  if (all && unseen !== undefined) console.log(`  ${''.padEnd(width)} ${unseen}`);
  return all;
};

const main = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      event: { type: 'string' },
      label: { type: 'string', multiple: true, default: [] },
    },
  });
  const runtime = theRuntime();
  const names = values.all ? [...runtime.config.targets.keys()] : positionals;
  if (names.length === 0) throw new Usage('which target?');
  const labels = Object.fromEntries(values.label.map((label) => label.split(/=(.*)/s, 2)));
  for (const name of names) {
    if (!(await test(name, values.event, labels, runtime))) process.exitCode = 1;
  }
};

await main().catch((error: Error) => {
  console.error(error instanceof Usage ? `${error.message}\n${USAGE}` : awsCure(error));
  process.exitCode = 1;
});
