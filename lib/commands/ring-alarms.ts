/**
 * npm run ring-alarms: rings each alarm of a deployment once. Its operators then see that the alarms reach them.
 *
 *   npm run ring-alarms -- --deployment opwatch-prod [--alarm no-sweep,canary-poll-aliyun] [--list]
 *
 * It works with your AWS credentials. It sets the state of alarms in CloudWatch and changes nothing else. CloudWatch
 * resets each alarm when it next reads the metric. An alarm that already rings would send no new message, so the
 * command only names it.
 */
import { parseArgs } from 'node:util';
import {
  CloudWatchClient,
  type MetricAlarm,
  paginateDescribeAlarms,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { awsCure } from './aws-cure.ts';

const USAGE = `usage:
  npm run ring-alarms -- [--deployment opwatch-prod] [--alarm no-sweep,...] [--list]
--deployment or TABLE_NAME names the deployment: opwatch-<stage>. Without --alarm, the command rings all its alarms. With --list, it rings none.`;

class Usage extends Error {}

const REASON = 'npm run ring-alarms: do you hear me?';

/**
 * Returns the alarms of a deployment. The topic of an alarm decides, because the name of another deployment may begin
 * with the same words.
 */
const alarmsOf = async (client: CloudWatchClient, deployment: string): Promise<MetricAlarm[]> => {
  const found: MetricAlarm[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${deployment}-` }))
    found.push(...MetricAlarms);
  return found.filter(({ AlarmActions = [] }) => AlarmActions.some((arn) => arn.endsWith(`:${deployment}-alarms`)));
};

/** Returns the alarms with the given names. A name may begin with the name of the deployment or not. */
const chosen = (alarms: readonly MetricAlarm[], deployment: string, asked: string | undefined): MetricAlarm[] => {
  if (asked === undefined) return [...alarms];
  const full = asked.split(',').map((name) => `${deployment}-${name.trim().replace(`${deployment}-`, '')}`);
  const unknown = full.filter((name) => !alarms.some(({ AlarmName }) => AlarmName === name));
  if (unknown.length > 0)
    throw new Usage(`${deployment} has no alarm ${unknown.join(', ')}: --list shows those it has`);
  return alarms.filter(({ AlarmName = '' }) => full.includes(AlarmName));
};

/** Rings one alarm. Returns the result, whether it rang, and whether that is a fault. */
const ring = async (
  client: CloudWatchClient,
  { AlarmName, StateValue, ActionsEnabled }: MetricAlarm,
): Promise<readonly [what: string, isRung: boolean, isFault: boolean]> => {
  if (StateValue === 'ALARM') return ['rings already, not changed', false, false];
  if (ActionsEnabled === false) return ['reaches nobody: its actions are disabled', false, true];
  try {
    await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: REASON }));
    return ['rung', true, false];
  } catch (error) {
    return [`not rung: ${(error as Error).message}`, false, true];
  }
};

const mustArrive = (count: number, deployment: string): string =>
  count === 0
    ? 'The command rang no alarm.'
    : `The command rang ${count} ${count === 1 ? 'alarm' : 'alarms'}. For each alarm, the subscribers of the topic ${deployment}-alarms must get two messages. ` +
      'The first comes now. The second comes some minutes later, when CloudWatch checks the metric again and the alarm ends. ' +
      'If no message comes, see docs/operations.md#who-hears-of-alarms.';

const OPTIONS = {
  deployment: { type: 'string' },
  alarm: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const readArguments = () => {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new Usage((error as Error).message);
  }
};

const main = async (): Promise<void> => {
  const { deployment = process.env.TABLE_NAME, alarm, list, help } = readArguments();
  if (help) return console.log(USAGE);
  if (!deployment) throw new Usage('name the deployment');
  const client = new CloudWatchClient({});
  const alarms = chosen(await alarmsOf(client, deployment), deployment, alarm);
  if (alarms.length === 0)
    throw new Error(`there is no alarm of ${deployment} in this account and region: is it deployed there?`);
  let count = 0;
  // The alarms ring one after the other, because CloudWatch takes three such requests a second.
  for (const each of alarms) {
    const line = `${each.AlarmName}: ${each.AlarmDescription}`;
    if (list) {
      console.log(`${each.StateValue}\t${line}`);
      continue;
    }
    const [what, isRung, isFault] = await ring(client, each);
    console.log(`${what}\t${line}`);
    if (isRung) count += 1;
    if (isFault) process.exitCode = 1;
  }
  if (!list) console.log(mustArrive(count, deployment));
};

await main().catch((error: Error) => {
  console.error(error instanceof Usage ? `${error.message}\n${USAGE}` : awsCure(error));
  process.exitCode = 1;
});
