/** All targets. Only this file knows them all. */
import type * as v from 'valibot';
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
import type { commonEntries } from './kit/settings.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { slackBot } from './slack-bot.ts';
import { sns } from './sns.ts';
import type { Target } from './target.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

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
] as const;

/** A target gets only settings that its own schema has accepted. No type can express this. */
type CommonInput = v.InferInput<v.StrictObjectSchema<typeof commonEntries, undefined>>;
type Unchanged<T> = T extends readonly (infer One)[]
  ? readonly Unchanged<One>[]
  : T extends object
    ? { readonly [Name in keyof T]: Unchanged<T[Name]> }
    : T;
type InputOf<T> = T extends Target<infer _, infer Type, infer I> ? Unchanged<{ type: Type } & I & CommonInput> : never;

/** Returns the target of a type in opwatch.config.ts, or undefined. */
export type TargetInput = InputOf<(typeof all)[number]>;

// A target is only ever given settings that its own schema let through, which no type can say here.
const targets = new Map((all as readonly unknown[] as readonly Target[]).map((target) => [target.type, target]));

export const targetTypes: readonly string[] = [...targets.keys()];

/** The target of a type as opwatch.config.ts names it, or undefined where there is none. */
export const targetOf = (type: string): Target | undefined => targets.get(type);
