/** The topic that alarms go to, and who hears of them there. */
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../deploy/settings.ts';
import { subscribers } from '../../deploy/subscribers.ts';
import { GIVEN, ofType, type Resources } from './packaged.ts';

export const alarmTopic = (resources: () => Resources, given: () => Resources): void => {
  describe('the topic', () => {
    test('is encrypted with a key that CloudWatch may use, and nobody but the account besides [S6]', () => {
      expect(resources().AlarmTopic?.Properties.KmsMasterKeyId).toEqual({ Ref: 'AlarmKey' });
      expect(resources().AlarmKey?.Properties).toMatchObject({
        EnableKeyRotation: true,
        KeyPolicy: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
            },
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            },
          ],
        },
      });
    });

    test('takes alarms of this deployment alone, and nothing without TLS [S6]', () => {
      expect(resources().AlarmTopicPolicy?.Properties).toMatchObject({
        Topics: [{ Ref: 'AlarmTopic' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: { Ref: 'AlarmTopic' },
              Condition: {
                StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
                ArnLike: { 'aws:SourceArn': { 'Fn::Sub': expect.stringMatching(/:alarm:opwatch-dev-\*$/) } },
              },
            },
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 'sns:Publish',
              Resource: { Ref: 'AlarmTopic' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      });
    });
  });

  describe('whoever is to hear of them', () => {
    const TYPES = ['AWS::SNS::Subscription', 'AWS::Chatbot::SlackChannelConfiguration', 'AWS::IAM::ManagedPolicy'];

    test('is nobody, if nobody is named', () => {
      expect(TYPES.flatMap((type) => ofType(resources(), type))).toEqual([]);
    });

    test('is told by e-mail, at an address, and in a channel that can do nothing [S5]', () => {
      const TopicArn = { Ref: 'AlarmTopic' };
      expect(given().AlarmEmail?.Properties).toEqual({ TopicArn, Protocol: 'email', Endpoint: GIVEN.alarmEmail });
      expect(given().AlarmUrl?.Properties).toEqual({ TopicArn, Protocol: 'https', Endpoint: GIVEN.alarmUrl });
      expect(given().AlarmSlack?.Properties).toEqual({
        ConfigurationName: 'opwatch-prod-alarms',
        SlackWorkspaceId: GIVEN.alarmSlackWorkspace,
        SlackChannelId: GIVEN.alarmSlackChannel,
        IamRoleArn: { 'Fn::GetAtt': ['AlarmSlackRole', 'Arn'] },
        GuardrailPolicies: [{ Ref: 'AlarmSlackGuardrail' }],
        SnsTopicArns: [TopicArn],
      });
      const { Policies, ManagedPolicyArns } = given().AlarmSlackRole?.Properties ?? {};
      expect([Policies, ManagedPolicyArns]).toEqual([undefined, undefined]);
      expect(given().AlarmSlackGuardrail?.Properties.PolicyDocument).toMatchObject({
        Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
      });
    });

    const NOBODY = {
      name: 'x',
      pollQueues: 1,
      notifyQueues: 1,
      eventBuses: '',
      topics: '',
      secrets: '',
      alarmEmail: '',
      alarmUrl: '',
      alarmSlackWorkspace: '',
      alarmSlackChannel: '',
    };
    test.each<[object, string[]]>([
      [{ alarmEmail: 'ops@example.com' }, ['AlarmEmail']],
      [{ alarmUrl: 'https://alarms.example.com' }, ['AlarmUrl']],
      [{ alarmSlackWorkspace: 'T1', alarmSlackChannel: 'C1' }, ['AlarmSlackRole', 'AlarmSlackGuardrail', 'AlarmSlack']],
    ])('may be one alone: %j', (one, ids) => {
      expect(Object.keys(subscribers(readSettings({ ...NOBODY, ...one })))).toEqual(ids);
    });

    test.each<[object, string]>([
      [{ alarmEmail: 'nobody' }, 'alarmEmail must be an email address'],
      [{ alarmUrl: 'http://alarms.example.com' }, 'alarmUrl must begin with https://'],
      [{ alarmSlackWorkspace: 'T1' }, 'alarmSlackWorkspace and alarmSlackChannel: set both or neither'],
      [
        { alarmSlackWorkspace: 'acme', alarmSlackChannel: '#ops' },
        'alarmSlackWorkspace must be the id of a workspace, T…; alarmSlackChannel must be',
      ],
      [{ eventBuses: 'operations' }, 'eventBuses.0 must be an ARN of events'],
      [{ topics: 'arn:aws:sns:eu-west-1:123456789012:*' }, 'topics.0 must be an ARN of sns'],
      [{ secrets: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:*' }, 'secrets.0 must be the ARN of a secret'],
    ])('and what is wrong is told before anything is deployed: %j', (wrong, says) => {
      expect(() => readSettings({ ...NOBODY, ...wrong })).toThrow(says);
    });
  });
};
