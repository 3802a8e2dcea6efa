/**
 * npm run probe -- <provider> <json | @file>: makes one signed look at one operation and reports all of it.
 *
 * An operator uses it to check credentials and permissions before the first watch. A contributor uses it to record the
 * answers of a cloud. It asks the same question as a poller, with the same code, configuration and limits. It writes a
 * file only with --record. It reads credentials behind `ssm:` with your AWS credentials.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { jsonPlace } from '../core/json-place.ts';
import { awsCure } from './aws-cure.ts';

const USAGE = `usage:
  npm run probe -- <provider> <json | @file> [options]

The JSON is an operation, such as '{"RegionId":"cn-hangzhou","ClusterId":"c-…","OperationId":"op-…"}', or a whole submission,
such as @events/trigger-emr.json.

  --connection NAME   the connection in opwatch.config.ts; without it, the same default as in a submission
  --endpoint URL      a host or an origin to call, in place of the endpoint of the connection
  --seen              assume that an earlier look has seen the operation
  --record DIR        store the requests and answers as a test fixture, with secrets and ids replaced
  --about TEXT        a sentence that describes the fixture
  --offline           use the configuration and the stand-in clouds of the local stack that runs from this folder (npm start)

The command ends with 0 if the cloud answered about the operation, even if the cloud does not know it. Otherwise it ends with 1.`;

class Usage extends Error {}

const options = {
  connection: { type: 'string' },
  endpoint: { type: 'string' },
  seen: { type: 'boolean', default: false },
  record: { type: 'string' },
  about: { type: 'string' },
  offline: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const read = (given: string): unknown => {
  const text = given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given;
  try {
    return JSON.parse(text);
  } catch {
    throw new Usage(`${given.startsWith('@') ? given.slice(1) : 'the operation'} is not JSON: ${jsonPlace(text)}`);
  }
};

/**
 * Starts this program again with the configuration of the local stack. A program cannot change its configuration after
 * its start.
 */
const runOffline = (): number => {
  const join = new URL('../../offline/join.ts', import.meta.url).href;
  const same = process.argv.slice(2).filter((word) => word !== '--offline');
  const command = ['--conditions=offline', '--import', join, import.meta.filename, ...same];
  return spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1;
};

const parse = () => {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
};

const main = async (): Promise<number> => {
  const { positionals, values } = parse();
  const [provider, given, ...more] = positionals;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (provider === undefined || given === undefined || more.length > 0) {
    throw new Usage('name one provider and one operation');
  }
  const input = read(given);
  if (values.offline) return runOffline();

  const { theRuntime } = await import('../compose.ts');
  const { probe } = await import('./probe/probe.ts');
  const { text, isAnswered } = await probe({ provider, input, ...values }, theRuntime());
  console.log(text);
  return isAnswered ? 0 : 1;
};

process.exitCode = await main().catch((error: Error) => {
  console.error(error instanceof Usage ? `${error.message}\n${USAGE}` : awsCure(error));
  return 1;
});
