/** Where functions that run on this machine find their queues, their table and the world: never a real account. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';

/** Functions of this machine that took a real queue for theirs would eat its messages. */
const OnThisMachine = v.pipe(v.string(), v.regex(/^http:\/\/127\.0\.0\.1:\d+$/, 'must be an origin on this machine'));

const Surroundings = v.object({
  dynamodb: OnThisMachine,
  sqs: OnThisMachine,
  ssm: OnThisMachine,
  /** The origin of the HTTP API. */
  api: OnThisMachine,
  /** Batches that a function works on at a time. */
  concurrency: v.exactOptional(v.number()),
  /** What offline/opwatch.config.ts reads. */
  environment: v.record(v.string(), v.string()),
});
export type Surroundings = Readonly<v.InferOutput<typeof Surroundings>>;

/** Carries the surroundings from a stack to its functions' process, as JSON. */
export const VARIABLE = 'OPWATCH_SURROUNDINGS';

export const givenSurroundings = (): Surroundings | undefined => {
  const given = process.env[VARIABLE];
  return given === undefined ? undefined : v.parse(Surroundings, JSON.parse(given));
};

const fileIn = (root: string): string => join(root, '.opwatch', 'stack.json');

/** Lets `invoke local` find this stack; answers what takes the notice down. */
export const announce = (root: string, surroundings: Surroundings): (() => void) => {
  writeFileSync(fileIn(root), JSON.stringify(surroundings), { mode: 0o600 });
  return () => rmSync(fileIn(root), { force: true });
};

/** The stack that runs from this checkout, if one does. */
export const runningSurroundings = async (root: string): Promise<Surroundings | undefined> => {
  try {
    const found = v.parse(Surroundings, JSON.parse(readFileSync(fileIn(root), 'utf8')));
    // One that was killed has left its notice behind.
    await fetch(found.dynamodb, { signal: AbortSignal.timeout(1_000) });
    return found;
  } catch {
    return undefined;
  }
};

/** Starts all of it in this process, to be forgotten at the end. */
export const startSurroundings = async (
  api: string,
): Promise<Surroundings & { readonly close: () => Promise<void> }> => {
  // Half a second of loading, which those who are given their surroundings are spared.
  const [{ startEmulators }, { startOutside }] = await Promise.all([import('./emulators.ts'), import('./outside.ts')]);
  const dir = mkdtempSync(join(tmpdir(), 'opwatch-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const [{ urls, close }, outside] = await Promise.all([
    startEmulators({ dynamodbPort: 0, sqsPort: 0, ssmPort: 0, dir }),
    startOutside(),
  ]);
  return {
    ...urls,
    api,
    environment: outside.environment,
    close: async () => {
      await Promise.all([close(), outside.close()]);
    },
  };
};
