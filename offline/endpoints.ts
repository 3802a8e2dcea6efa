/** Where functions that run on this machine find their queues, their table and the world: never a real account. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { type GivenEmulators, mustAnswer, ON_THIS_MACHINE, PARTS } from './given-emulators.ts';
import { runningStacks } from './notice.ts';

/** Functions of this machine that took a real queue for theirs would eat its messages. */
const OnThisMachine = v.pipe(v.string(), v.regex(ON_THIS_MACHINE, 'must be an origin on this machine'));

const Endpoints = v.object({
  dynamodb: OnThisMachine,
  sqs: OnThisMachine,
  ssm: OnThisMachine,
  /** The origin of the HTTP API. */
  api: OnThisMachine,
  /** Batches that a function works on at a time. */
  concurrency: v.exactOptional(v.number()),
  /** How long a function may take, whatever serverless.yml says. */
  functionTimeoutSeconds: v.exactOptional(v.number()),
  /** The account of queues and ARNs; left out, the one of the local stack's own SQS. */
  account: v.exactOptional(v.string()),
  /** Which of the emulators somebody else runs. */
  replaced: v.exactOptional(v.array(v.picklist(PARTS))),
  /** The variables that offline/opwatch.config.ts reads. */
  environment: v.record(v.string(), v.string()),
});
export type Endpoints = Readonly<v.InferOutput<typeof Endpoints>>;

/** Carries the endpoints from a stack to its functions' process, as JSON. */
export const VARIABLE = 'OPWATCH_SURROUNDINGS';

export const givenSurroundings = (): Endpoints | undefined => {
  const given = process.env[VARIABLE];
  return given === undefined ? undefined : v.parse(Endpoints, JSON.parse(given));
};

/** Names one of several stacks by its API's origin. */
export const CHOICE_VARIABLE = 'OPWATCH_STACK';

/** The stack that runs from this checkout, if one does; of several, the one that is chosen, or was started first. */
export const runningEndpoints = async (root: string): Promise<Endpoints | undefined> => {
  const chosen = process.env[CHOICE_VARIABLE];
  for (const notice of runningStacks(root)) {
    const { success, output } = v.safeParse(Endpoints, notice);
    const isMeant = success && (chosen === undefined || chosen === output.api);
    if (isMeant && (await answers(output.dynamodb))) return output;
  }
  return undefined;
};

/** A busy machine may take this long to answer; nobody is there where the connection is refused, which is told at once. */
const PATIENCE_MS = 15_000;

/** One that was killed has left its notice behind. */
const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    () => true,
    () => false,
  );

/** The endpoints that belong to emulators of other people. */
export const replacements = ({ urls, account }: GivenEmulators) => {
  const replaced = PARTS.filter((part) => urls[part] !== undefined);
  return replaced.length === 0 ? {} : { ...urls, replaced, account };
};

/** Starts all of it in this process, to be forgotten at the end. */
export const startSurroundings = async (
  api: string,
  given: GivenEmulators,
): Promise<Endpoints & { readonly close: () => Promise<void> }> => {
  await mustAnswer(given);
  // Half a second of loading, which those who are given their endpoints are spared.
  const [{ startEmulators }, { startOutside }] = await Promise.all([import('./emulators.ts'), import('./outside.ts')]);
  const dir = mkdtempSync(join(tmpdir(), 'opwatch-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const ports = Object.fromEntries(PARTS.filter((part) => given.urls[part] === undefined).map((part) => [part, 0]));
  const [{ urls, close }, outside] = await Promise.all([startEmulators({ ports, dir }), startOutside()]);
  return {
    ...v.parse(Endpoints, { ...urls, ...replacements(given), api, environment: outside.environment }),
    close: async () => {
      await Promise.all([close(), outside.close()]);
    },
  };
};
