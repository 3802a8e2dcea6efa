/**
 * A role per function: what it uses, on what it uses it. A poller cannot send to a poll queue, so a message cannot be made
 * to loop, by mistake or by Lambda's own reckoning. test/e2e holds each role to the calls its function makes.
 */
import type { Settings } from './settings.ts';
import { arnIn, arnOf, assumedBy, policyOf, type Resources, type Statement } from './template.ts';

const allow = (Action: readonly string[], ...resources: readonly unknown[]): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: resources.length === 1 ? resources[0] : resources,
});

const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const READ = ['dynamodb:BatchGetItem'];
const WRITE = ['dynamodb:PutItem'];
const QUERY = ['dynamodb:Query'];
const SEND = ['sqs:SendMessage'];
const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];

const table = arnOf('Table');
const index = (name: string) => ({ 'Fn::Sub': `\${Table.Arn}/index/${name}` });
const pollQueues = [arnOf('PollQueueAliyun'), arnOf('PollQueueHuawei')];
const notifyQueue = arnOf('NotifyQueue');

const readSecrets = allow(['ssm:GetParameters'], arnIn('ssm', 'parameter/opwatch/*'));

const ofPoller = (vendor: string): Statement[] => [
  allow([...READ, ...WRITE], table),
  allow(CONSUME, arnOf(`PollQueue${vendor}`)),
  allow(SEND, notifyQueue, arnOf(`PollDeadLetters${vendor}`)),
  readSecrets,
];

const permissionsOf = ({ eventBuses, topics }: Settings): Readonly<Record<string, readonly Statement[]>> => ({
  // Lambda itself sends to SubmissionDeadLetters, with the function's role.
  Trigger: [allow([...READ, ...WRITE], table), allow(SEND, ...pollQueues, arnOf('SubmissionDeadLetters'))],
  PollerAliyun: ofPoller('Aliyun'),
  PollerHuawei: ofPoller('Huawei'),
  Notifier: [
    allow([...READ, ...WRITE], table),
    allow(CONSUME, notifyQueue),
    allow(SEND, arnOf('NotifyDeadLetters')),
    readSecrets,
    ...(eventBuses.length > 0 ? [allow(['events:PutEvents'], ...eventBuses)] : []),
    ...(topics.length > 0 ? [allow(['sns:Publish'], ...topics)] : []),
  ],
  Sweep: [
    allow(QUERY, index('lease')),
    allow([...READ, ...QUERY, ...WRITE], table),
    allow(SEND, ...pollQueues, notifyQueue),
  ],
  Api: [
    allow([...READ, ...QUERY, ...WRITE], table),
    allow(QUERY, index('listing')),
    // To stop a watch is to wake it, so that it ends at once; to send a delivery again likewise.
    allow(SEND, ...pollQueues, notifyQueue),
  ],
  Authorizer: [allow(READ, table)],
});

export const roles = (settings: Settings): Resources =>
  Object.fromEntries(
    Object.entries(permissionsOf(settings)).map(([name, statements]) => [
      `${name}Role`,
      {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
          Policies: [
            { PolicyName: 'own', PolicyDocument: policyOf(allow(LOG, arnOf(`${name}LogGroup`)), ...statements) },
          ],
        },
      },
    ]),
  );
