/**
 * A role per function: what it uses, on what it uses it. A poller cannot send to a poll queue, so a message cannot be made
 * to loop, by mistake or by Lambda's own reckoning. test/e2e holds each role to the calls its function makes.
 */
import { arnsOf } from './queues.ts';
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
const pollQueues = (settings: Settings) => [
  ...arnsOf('PollQueueAliyun', settings),
  ...arnsOf('PollQueueHuawei', settings),
];
const notifyQueues = (settings: Settings) => arnsOf('NotifyQueue', settings);

/** Secrets Manager is read through SSM, which asks for both (Systems Manager User Guide, "Referencing Secrets Manager secrets"). */
const readSecrets = ({ secrets }: Settings): Statement[] => {
  const names = secrets.map((arn) => arn.split(':secret:')[1]?.replace(/-\w{6}$/, ''));
  const references = names.map((name) => arnIn('ssm', `parameter/aws/reference/secretsmanager/${name}`));
  return [
    allow(['ssm:GetParameters'], arnIn('ssm', 'parameter/opwatch/*'), ...references),
    ...(secrets.length > 0 ? [allow(['secretsmanager:GetSecretValue'], ...secrets)] : []),
  ];
};

const PARAMETER = 'ssm:/';
const SECRET = 'secret:';

/** The keys of links and no other secret: references as opwatch.config.ts has them. Of `env:` there is nothing to read. */
const readLinkKeys = ({ secrets }: Settings, references: readonly string[]): Statement[] => {
  const namesOf = (scheme: string) =>
    references.filter((one) => one.startsWith(scheme)).map((one) => one.slice(scheme.length));
  const names = namesOf(SECRET);
  const parameters = [
    ...namesOf(PARAMETER).map((name) => arnIn('ssm', `parameter/${name}`)),
    ...names.map((name) => arnIn('ssm', `parameter/aws/reference/secretsmanager/${name}`)),
  ];
  const arns = secrets.filter((arn) => names.includes(arn.split(':secret:')[1]?.replace(/-\w{6}$/, '') ?? ''));
  return [
    ...(parameters.length > 0 ? [allow(['ssm:GetParameters'], ...parameters)] : []),
    ...(arns.length > 0 ? [allow(['secretsmanager:GetSecretValue'], ...arns)] : []),
  ];
};

const ofPoller = (vendor: string, settings: Settings): Statement[] => [
  allow([...READ, ...WRITE], table),
  allow(CONSUME, ...arnsOf(`PollQueue${vendor}`, settings)),
  allow(SEND, ...notifyQueues(settings), arnOf(`PollDeadLetters${vendor}`)),
  ...readSecrets(settings),
];

const permissionsOf = (
  settings: Settings,
  linkKeys: readonly string[],
): Readonly<Record<string, readonly Statement[]>> => ({
  // Lambda sends what failed to SubmissionDeadLetters with the function's role, the function what it refuses.
  Trigger: [allow([...READ, ...WRITE], table), allow(SEND, ...pollQueues(settings), arnOf('SubmissionDeadLetters'))],
  PollerAliyun: ofPoller('Aliyun', settings),
  PollerHuawei: ofPoller('Huawei', settings),
  Notifier: [
    allow([...READ, ...WRITE], table),
    allow(CONSUME, ...notifyQueues(settings)),
    allow(SEND, arnOf('NotifyDeadLetters')),
    ...readSecrets(settings),
    ...(settings.eventBuses.length > 0 ? [allow(['events:PutEvents'], ...settings.eventBuses)] : []),
    ...(settings.topics.length > 0 ? [allow(['sns:Publish'], ...settings.topics)] : []),
  ],
  Sweep: [
    allow(QUERY, index('lease')),
    // It removes the entries of troubles that have ended.
    allow([...READ, ...QUERY, ...WRITE, 'dynamodb:DeleteItem'], table),
    allow(SEND, ...pollQueues(settings), ...notifyQueues(settings)),
  ],
  Api: [
    allow([...READ, ...QUERY, ...WRITE], table),
    allow(QUERY, index('listing')),
    // To stop a watch is to wake it, so that it ends at once; to send a delivery again likewise.
    allow(SEND, ...pollQueues(settings), ...notifyQueues(settings)),
  ],
  Link: [allow(READ, table), ...readLinkKeys(settings, linkKeys)],
  Authorizer: [allow(READ, table)],
});

/** `linkKeys` are the references to the keys of links. */
export const roles = (settings: Settings, linkKeys: readonly string[]): Resources =>
  Object.fromEntries(
    Object.entries(permissionsOf(settings, linkKeys)).map(([name, statements]) => [
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
