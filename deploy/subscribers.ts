/**
 * Defines the subscribers of the alarms: an e-mail address, an https endpoint and a Slack channel. A subscriber exists
 * only if its parameter is set.
 */
import type { Settings } from './settings.ts';
import { assumedBy, policyOf, type Resources, refTo } from './template.ts';

const subscription = (protocol: 'email' | 'https', endpoint: string) => ({
  Type: 'AWS::SNS::Subscription',
  Properties: { TopicArn: refTo('AlarmTopic'), Protocol: protocol, Endpoint: endpoint },
});

/**
 * Makes the Slack channel that receives the alarms. Nobody can act on AWS from the channel: its role has no rights, and
 * the guardrail policy stops members who bring other roles. Without a guardrail, AWS would use AdministratorAccess
 * (CloudFormation, SlackChannelConfiguration).
 */
const slackChannel = ({ name, alarmSlackWorkspace, alarmSlackChannel }: Settings): Resources => ({
  AlarmSlackRole: {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: assumedBy('chatbot.amazonaws.com') },
  },
  AlarmSlackGuardrail: {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: { PolicyDocument: policyOf({ Effect: 'Deny', Action: '*', Resource: '*' }) },
  },
  AlarmSlack: {
    Type: 'AWS::Chatbot::SlackChannelConfiguration',
    Properties: {
      ConfigurationName: `${name}-alarms`,
      SlackWorkspaceId: alarmSlackWorkspace,
      SlackChannelId: alarmSlackChannel,
      IamRoleArn: { 'Fn::GetAtt': ['AlarmSlackRole', 'Arn'] },
      GuardrailPolicies: [refTo('AlarmSlackGuardrail')],
      SnsTopicArns: [refTo('AlarmTopic')],
    },
  },
});

export const subscribers = (settings: Settings): Resources => {
  const { alarmEmail, alarmUrl, alarmSlackChannel } = settings;
  return {
    ...(alarmEmail !== '' && { AlarmEmail: subscription('email', alarmEmail) }),
    ...(alarmUrl !== '' && { AlarmUrl: subscription('https', alarmUrl) }),
    ...(alarmSlackChannel !== '' && slackChannel(settings)),
  };
};
