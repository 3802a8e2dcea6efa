/** Who hears of alarms: e-mail, an https endpoint, a Slack channel; each only where its parameter is set. */
import type { Settings } from './settings.ts';
import { assumedBy, policyOf, type Resources, refTo } from './template.ts';

const subscription = (protocol: 'email' | 'https', endpoint: string) => ({
  Type: 'AWS::SNS::Subscription',
  Properties: { TopicArn: refTo('AlarmTopic'), Protocol: protocol, Endpoint: endpoint },
});

/**
 * The channel is told, and can do nothing: its role holds no permission, and the guardrail keeps its members from bringing
 * roles of their own. Left out, the guardrail would be AdministratorAccess (CloudFormation, SlackChannelConfiguration).
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
