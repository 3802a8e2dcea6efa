/**
 * npm run check [-- --config mine.ts]: lists all faults of opwatch.config.ts and of the submissions in its schedules.
 *
 * It works offline and reads no secret. It prints one line for each fault: its place, the kind of the present value,
 * and the cure. It ends with 1 if there is a fault.
 */
import { parseArgs } from 'node:util';
import { allFaults } from '../check/check.ts';
import { lineOf } from '../config/faults.ts';

const USAGE = `usage: npm run check -- [--config mine.ts]
Checks opwatch.config.ts, or the file that --config or OPWATCH_CONFIG names, and the submission of each schedule in it.
The command works offline. It prints one line for each fault and ends with 1. Without a fault it ends with 0.`;

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  // opwatch selects the configuration file at the first import of `#config`. So this line sets the name of the file
  // before the import.
  if (values.config !== undefined) process.env.OPWATCH_CONFIG = values.config;
  const { default: input } = await import('#config');
  const faults = allFaults(input);
  for (const fault of faults) console.log(lineOf(fault));
  if (faults.length === 0) console.log('The configuration and its schedules have no faults.');
  return faults.length > 0 ? 1 : 0;
};

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return 1;
});
