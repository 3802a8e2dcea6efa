/**
 * npm run verify-aws: checks every assumption of docs/assumptions.md, on a deployed opwatch of its own that it removes again,
 * or with --offline, as far as that goes, on the embedded stack.
 */
import { parseArgs } from 'node:util';
import { exitCodeOf, lineOf, type Result, runAll } from './run.ts';

const USAGE = `usage:
  npm run verify-aws -- --account 123456789012 --region eu-west-1
  npm run verify-aws -- --offline

The account must be the one that your AWS credentials belong to: otherwise nothing is made. Everything that is made belongs to two
stacks, opwatch-verify-… and opwatch-probe-verify-…, which are removed in any case. Ctrl-C removes them early.

Ends with 0 when all that was checked holds, with 1 when something does not, and with 2 when something could not be checked
or removed.`;

class Usage extends Error {}

const OPTIONS = {
  account: { type: 'string' },
  region: { type: 'string' },
  offline: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const readArguments = () => {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new Usage((error as Error).message);
  }
};

/** Aborts at the first Ctrl-C; at the second `giveUp` has the last word. */
const interruption = (giveUp: () => string): AbortSignal => {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) {
        console.error(giveUp());
        process.exit(2);
      }
      interrupted.abort();
    });
  }
  return interrupted.signal;
};

const summary = (results: readonly Result[]): string => {
  const count = (kind: Result['kind']) => results.filter((result) => result.kind === kind).length;
  const [held, broken, left] = [count('holds'), count('DOES NOT HOLD'), count('could not be checked')];
  return `\n${held} hold, ${broken} do not, ${left} could not be checked (docs/assumptions.md)`;
};

const tell = (result: Result): void => console.log(lineOf(result));

const checkOffline = async (): Promise<number> => {
  const [{ startStack }, { joinStack }, { groups }] = await Promise.all([
    import('../../offline/stack.ts'),
    import('./offline.ts'),
    import('./assumptions.ts'),
  ]);
  const stopped = interruption(() => 'stopped');
  const stack = await startStack();
  const { site, close } = await joinStack(stack);
  try {
    const results = await runAll(groups, { where: 'offline', site }, tell, stopped);
    console.log(summary(results));
    return stopped.aborted ? 2 : exitCodeOf(results);
  } finally {
    await close();
    await stack.stop();
  }
};

const checkAws = async (account: string, region: string): Promise<number> => {
  // The clients for this are installed here alone; how to call this is told without any.
  const { groups } = await import('./assumptions.ts');
  const { openAccount } = await import('./account.ts');
  const { createDeployment } = await import('./deployment.ts');
  const opened = await openAccount(account, region);
  const deployment = createDeployment(opened, console.log);
  const stopped = interruption(() => deployment.byHand);
  let code = 2;
  try {
    const site = await deployment.make(stopped);
    const results = await runAll(groups, { where: 'aws', site }, tell, stopped);
    console.log(summary(results));
    if (!stopped.aborted) code = exitCodeOf(results);
  } catch (error) {
    console.error(stopped.aborted ? 'interrupted' : error instanceof Error ? error.message : error);
  }
  const isRemoved = await deployment.remove();
  return isRemoved ? code : 2;
};

const main = async (): Promise<number> => {
  const { account, region, offline, help } = readArguments();
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (offline) return checkOffline();
  if (!/^\d{12}$/.test(account ?? '')) throw new Usage('--account must be the 12 digits of an AWS account');
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region ?? '')) throw new Usage('--region must be an AWS region');
  return checkAws(account ?? '', region ?? '');
};

process.exit(
  await main().catch((error: Error) => {
    console.error(error instanceof Usage ? `${error.message}\n${USAGE}` : error.message);
    return 2;
  }),
);
