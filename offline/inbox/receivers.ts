import type { Receiver } from './receiver.ts';
import { eventbridge, sns } from './receivers/aws.ts';
import { aliyunFlow, azurePipelines, gitlabTrigger, jenkinsBuild, jenkinsGeneric } from './receivers/ci.ts';
import { dingtalk } from './receivers/dingtalk.ts';
import { discord } from './receivers/discord.ts';
import { feishu } from './receivers/feishu.ts';
import { githubDispatch, githubStatus } from './receivers/github.ts';
import { googleChat } from './receivers/google-chat.ts';
import { pagerduty } from './receivers/pagerduty.ts';
import { slack, slackBot } from './receivers/slack.ts';
import { teams } from './receivers/teams.ts';
import { telegram } from './receivers/telegram.ts';
import { webhook } from './receivers/webhook.ts';
import { wecom } from './receivers/wecom.ts';

/** By the first segment of the path: what is sent to `/slack/{name}/…` is judged by `slack`. */
export const receivers: Readonly<Record<string, Receiver>> = {
  hooks: webhook,
  slack,
  'slack-bot': slackBot,
  teams,
  discord,
  dingtalk,
  feishu,
  wecom,
  telegram,
  'google-chat': googleChat,
  pagerduty,
  'github-dispatch': githubDispatch,
  'github-status': githubStatus,
  'gitlab-trigger': gitlabTrigger,
  'jenkins-generic': jenkinsGeneric,
  'jenkins-build': jenkinsBuild,
  'azure-pipelines': azurePipelines,
  'aliyun-flow': aliyunFlow,
  eventbridge,
  sns,
};
