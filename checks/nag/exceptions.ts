/** Where the rules of cdk-nag are not followed, and why. One that nothing calls for any more is a fault too. */

export type Exception = {
  readonly rule: string;
  /** Logical ids in the template. */
  readonly resources: readonly string[];
  readonly reason: string;
};

const DEAD_LETTERS = ['PollDeadLettersAliyun', 'PollDeadLettersHuawei', 'NotifyDeadLetters', 'SubmissionDeadLetters'];

export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'AwsSolutions-S1',
    resources: ['ServerlessDeploymentBucket'],
    reason:
      'It holds the functions’ code and nothing else; whoever may deploy writes it, and CloudTrail has their names.',
  },
  {
    rule: 'AwsSolutions-APIG4',
    resources: ['HttpApiRouteGetWLinkVar', 'HttpApiRouteGetKeys', 'HttpApiRouteGetOpenapijson'],
    reason:
      'A link lets its reader in by its own signature, public keys are for everybody who verifies a callback, and the description says nothing of a deployment; the routes have a throttle of their own.',
  },
  {
    rule: 'AwsSolutions-SQS3',
    resources: ['SubmissionDeadLetters'],
    reason: 'It is a dead-letter queue, of the trigger’s asynchronous invokes; the rule knows only those of queues.',
  },
  {
    rule: 'Serverless-SQSRedrivePolicy',
    resources: DEAD_LETTERS,
    reason: 'They are where messages are set aside; a person empties them.',
  },
  {
    rule: 'Serverless-LambdaDLQ',
    resources: ['TriggerLambdaFunction'],
    reason:
      'It has an on-failure destination (TriggerLambdaEvConf), which holds the reason too; the rule knows only the older kind.',
  },
  {
    rule: 'Serverless-LambdaDLQ',
    resources: ['PollerAliyunLambdaFunction', 'PollerHuaweiLambdaFunction', 'NotifierLambdaFunction'],
    reason:
      'Event source mappings invoke them synchronously; what fails stays in its queue, which has a dead-letter queue.',
  },
  {
    rule: 'Serverless-LambdaDLQ',
    resources: [
      'ApiLambdaFunction',
      'LinkLambdaFunction',
      'KeysLambdaFunction',
      'OpenapiLambdaFunction',
      'AuthorizerLambdaFunction',
    ],
    reason: 'The HTTP API invokes them synchronously and answers whoever asked.',
  },
  {
    rule: 'Serverless-LambdaDLQ',
    resources: ['SweepLambdaFunction'],
    reason: 'Its event holds nothing, and the next comes within a minute; three minutes without one raise an alarm.',
  },
  {
    rule: 'Serverless-EventBusDLQ',
    resources: ['SweepEventsRuleSchedule1', 'TriggerEventsRuleSchedule1'],
    reason: 'The same: a tick that was missed is not worth keeping. The canary’s next one comes within five minutes.',
  },
  {
    rule: 'Serverless-LambdaEventSourceMappingDestination',
    resources: [
      'PollerAliyunEventSourceMappingSQSPollQueueAliyun',
      'PollerHuaweiEventSourceMappingSQSPollQueueHuawei',
      'NotifierEventSourceMappingSQSNotifyQueue',
    ],
    reason:
      'Mappings of SQS take none (streams and Kafka do): the queue’s own redrive policy is their dead-letter queue.',
  },
  {
    rule: 'Serverless-SNSRedrivePolicy',
    resources: ['AlarmEmail', 'AlarmUrl'],
    reason:
      'An alarm is news: SNS tries an https endpoint for an hour, and later the alarm’s own state tells more than a kept message.',
  },
  {
    rule: 'Serverless-LambdaTracing',
    resources: [
      'Trigger',
      'PollerAliyun',
      'PollerHuawei',
      'Notifier',
      'Sweep',
      'Api',
      'Link',
      'Keys',
      'Openapi',
      'Authorizer',
    ].map((name) => `${name}LambdaFunction`),
    reason:
      'A watch is followed by its id through the logs, over days; a trace ends with its request. Loops are detected without it.',
  },
];
