import type { TargetInput } from '../../lib/targets/index.ts';

/**
 * A target of each type, told at the inbox: what opwatch.config.ts would hold if these were the real services. Named by their
 * types, so that `"notify": ["slack", "feishu"]` shows a watch's end as Slack and Feishu would.
 */
export const everyTarget = (inbox: string, token: string) => {
  const at = (kind: string): string => `${inbox}/${kind}/local`;
  const github = { repository: 'acme/pipelines', token: 'env:STAND_IN_TOKEN' };
  const credentials = { accessKeyId: 'env:STAND_IN_TOKEN', secretAccessKey: 'env:STAND_IN_TOKEN' };
  return {
    webhook: { type: 'webhook', url: `${inbox}/hooks/local`, secrets: 'env:STAND_IN_SIGNING_SECRET' },
    slack: {
      type: 'slack',
      url: `${at('slack')}/services/T00000000/B00000000/${token}`,
      mention: { everyone: 'here' },
    },
    'slack-bot': {
      type: 'slack-bot',
      token: 'env:STAND_IN_TOKEN',
      channel: 'C00000000',
      endpoint: `${at('slack-bot')}/api`,
    },
    teams: {
      type: 'teams',
      url: `${at('teams')}/workflows/1/triggers/manual/paths/invoke?api-version=2016-06-01&sig=${token}`,
      mention: { users: [{ id: 'ann@example.com', name: 'Ann' }] },
    },
    discord: { type: 'discord', url: `${at('discord')}/api/webhooks/100000000000000000/${token}` },
    dingtalk: {
      type: 'dingtalk',
      url: `${at('dingtalk')}/robot/send?access_token=${token}`,
      secret: 'env:STAND_IN_SIGN',
      mention: { mobiles: ['13800138000'] },
      language: 'zh',
    },
    feishu: {
      type: 'feishu',
      url: `${at('feishu')}/open-apis/bot/v2/hook/${token}`,
      secret: 'env:STAND_IN_SIGN',
      mention: { everyone: true },
      language: 'zh',
    },
    wecom: { type: 'wecom', url: `${at('wecom')}/cgi-bin/webhook/send?key=${token}`, language: 'zh' },
    telegram: { type: 'telegram', token: 'env:STAND_IN_TOKEN', chat: -1001234567890, endpoint: at('telegram') },
    'google-chat': {
      type: 'google-chat',
      url: `${at('google-chat')}/v1/spaces/AAAA/messages?key=k&token=${token}`,
    },
    pagerduty: { type: 'pagerduty', routingKey: 'env:STAND_IN_TOKEN', endpoint: at('pagerduty') },
    'github-dispatch': { type: 'github-dispatch', ...github, endpoint: at('github-dispatch') },
    'github-status': { type: 'github-status', ...github, endpoint: at('github-status') },
    'gitlab-trigger': {
      type: 'gitlab-trigger',
      project: 'data/pipelines',
      token: 'env:STAND_IN_TOKEN',
      ref: 'main',
      endpoint: at('gitlab-trigger'),
    },
    'jenkins-generic': {
      type: 'jenkins-generic',
      url: `${at('jenkins-generic')}/generic-webhook-trigger/invoke`,
      token: 'env:STAND_IN_TOKEN',
    },
    'jenkins-build': {
      type: 'jenkins-build',
      job: `${at('jenkins-build')}/job/deploy`,
      user: 'opwatch',
      token: 'env:STAND_IN_TOKEN',
    },
    'azure-pipelines': {
      type: 'azure-pipelines',
      organization: 'acme',
      webhook: 'opwatch',
      secret: 'env:STAND_IN_SIGN',
      endpoint: at('azure-pipelines'),
    },
    'aliyun-flow': { type: 'aliyun-flow', url: `${at('aliyun-flow')}/pipeline/webhook/${token}` },
    eventbridge: { type: 'eventbridge', region: 'eu-west-1', endpoint: at('eventbridge'), credentials },
    sns: { type: 'sns', topic: 'arn:aws:sns:eu-west-1:123456789012:ops', endpoint: at('sns'), credentials },
  } satisfies Readonly<Record<string, TargetInput>>;
};
