/**
 * Gives each function a role with exactly the rights that it needs. A poller may not send to a poll queue. So no
 * mistake in the code can make a message loop, and Lambda's loop detection finds none. test/e2e compares each role with
 * the calls that its function makes.
 */
import type { Config } from '../lib/config/config.ts';
import { itemsOf, type RoleName } from './partitions.ts';
import { arnsOf } from './queues.ts';
import { read, referencesOf } from './secrets.ts';
import type { Settings } from './settings.ts';
import { arnOf, assumedBy, policyOf, type Resources, type Statement } from './template.ts';

const allow = (Action: readonly string[], ...resources: readonly unknown[]): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: resources.length === 1 ? resources[0] : resources,
});

const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const QUERY = ['dynamodb:Query'];
const SEND = ['sqs:SendMessage'];
const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];

const index = (name: string) => ({ 'Fn::Sub': `\${Table.Arn}/index/${name}` });
const pollQueues = (settings: Settings) => [
  ...arnsOf('PollQueueAliyun', settings),
  ...arnsOf('PollQueueHuawei', settings),
];
const notifyQueues = (settings: Settings) => arnsOf('NotifyQueue', settings);

/**
 * Returns the further rights of each role. Every role may also use its partitions of the table and its function's log.
 */
const permissionsOf = (settings: Settings, config: Config): Readonly<Record<RoleName, readonly Statement[]>> => {
  const references = referencesOf(config);
  const ofPoller = (vendor: 'Aliyun' | 'Huawei'): Statement[] => [
    allow(CONSUME, ...arnsOf(`PollQueue${vendor}`, settings)),
    allow(SEND, ...notifyQueues(settings), arnOf(`PollDeadLetters${vendor}`)),
    ...read([...references.poller(vendor.toLowerCase()), settings.checkParameter], settings),
  ];
  return {
    // Two kinds of messages go to SubmissionDeadLetters. Lambda sends failed events with the function's role, and the
    // function sends refused submissions.
    Trigger: [allow(SEND, ...pollQueues(settings), arnOf('SubmissionDeadLetters'))],
    PollerAliyun: ofPoller('Aliyun'),
    PollerHuawei: ofPoller('Huawei'),
    Notifier: [
      allow(CONSUME, ...notifyQueues(settings)),
      allow(SEND, arnOf('NotifyDeadLetters')),
      ...read(references.notifier, settings),
      ...(settings.eventBuses.length > 0 ? [allow(['events:PutEvents'], ...settings.eventBuses)] : []),
      ...(settings.topics.length > 0 ? [allow(['sns:Publish'], ...settings.topics)] : []),
    ],
    Sweep: [allow(QUERY, index('lease')), allow(SEND, ...pollQueues(settings), ...notifyQueues(settings))],
    // A request that stops a watch wakes the watch, so that it ends at once. A request that sends a delivery again
    // wakes the delivery.
    Api: [allow(QUERY, index('listing')), allow(SEND, ...pollQueues(settings), ...notifyQueues(settings))],
    Link: read(references.link, settings),
    Keys: read(references.keys, settings),
    Openapi: [],
    Authorizer: [],
  };
};

/** Returns the roles of the functions of a deployment with this configuration. */
export const roles = (settings: Settings, config: Config): Resources =>
  Object.fromEntries(
    (Object.entries(permissionsOf(settings, config)) as [RoleName, readonly Statement[]][]).map(
      ([name, statements]) => [
        `${name}Role`,
        {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
            Policies: [
              {
                PolicyName: 'own',
                PolicyDocument: policyOf(
                  allow(LOG, arnOf(`${name}LogGroup`)),
                  ...itemsOf(name, arnOf('Table')),
                  ...statements,
                ),
              },
            ],
          },
        },
      ],
    ),
  );
