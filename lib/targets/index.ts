/** Every target there is. The only file that knows them all. */
import { aliyunFlow } from './aliyun-flow.ts';
import { azurePipelines } from './azure-pipelines.ts';
import { dingtalk } from './dingtalk.ts';
import { discord } from './discord.ts';
import { eventbridge } from './eventbridge.ts';
import { feishu } from './feishu.ts';
import { githubDispatch } from './github-dispatch.ts';
import { githubStatus } from './github-status.ts';
import { gitlabTrigger } from './gitlab-trigger.ts';
import { googleChat } from './google-chat.ts';
import { jenkinsBuild } from './jenkins-build.ts';
import { jenkinsGeneric } from './jenkins-generic.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { slackBot } from './slack-bot.ts';
import { sns } from './sns.ts';
import type { Target } from './target.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

// A target is only ever given settings that its own schema let through, which no type can say here.
const all = [
  webhook,
  slack,
  slackBot,
  teams,
  discord,
  dingtalk,
  feishu,
  wecom,
  telegram,
  googleChat,
  pagerduty,
  githubDispatch,
  githubStatus,
  gitlabTrigger,
  jenkinsGeneric,
  jenkinsBuild,
  azurePipelines,
  aliyunFlow,
  eventbridge,
  sns,
] as readonly Target[];

const targets = new Map(all.map((target) => [target.type, target]));

export const targetTypes: readonly string[] = [...targets.keys()];

/** The target of a type as opwatch.config.ts names it, or undefined where there is none. */
export const targetOf = (type: string): Target | undefined => targets.get(type);
