/**
 * GitHub commit status: a mark on the commit that the operation belongs to. A label of the submission names the commit.
 * Source: docs.github.com/rest/commits/statuses.
 */
import type { paths } from '@octokit/openapi-types';
import * as v from 'valibot';
import { Misconfigured } from '../core/errors.ts';
import type { OperationEvent } from '../core/event.ts';
import { sentence } from '../core/sentences.ts';
import type { Status } from '../core/watch.ts';
import { bodyFields } from './kit/answer.ts';
import { ContextTemplate, contextOf, githubText, lacksFor } from './kit/context.ts';
import { tallyOf } from './kit/digest.ts';
import { GITHUB, githubHeaders, githubVerdict, REPOSITORY } from './kit/github.ts';
import { messageOf } from './kit/message.ts';
import { postJson } from './kit/request.ts';
import { chatEntries, endpoint, Reference, word } from './kit/settings.ts';
import type { Subject, Target } from './target.ts';

const Settings = v.strictObject({
  ...chatEntries,
  repository: word(REPOSITORY, 'must be owner/name'),
  /** Needs commit statuses: write. */
  token: Reference,
  /** The label with the full hash of the commit. */
  shaLabel: v.optional(word(/^[\w.\-/]{1,63}$/, 'must be the name of a label'), 'sha'),
  /** The name of the status. Watches with the same name share it, and it shows the worst of them. */
  context: v.optional(ContextTemplate, 'opwatch/{provider} {operation}'),
  endpoint: endpoint(GITHUB),
});

type Settings = v.InferOutput<typeof Settings>;
type Body = paths['/repos/{owner}/{repo}/statuses/{sha}']['post']['requestBody']['content']['application/json'];

const DESCRIPTION_MAX = 140;

const stateOf = (status: Status): Body['state'] => {
  if (status === 'succeeded') return 'success';
  if (status === 'failed' || status === 'partial') return 'failure';
  return status === 'attention' || status === 'pending' || status === 'running' ? 'pending' : 'error';
};

/** Cuts by characters as GitHub counts them. */
const short = (text: string): string => {
  const fit = githubText(text);
  return fit.length > DESCRIPTION_MAX ? `${fit.slice(0, DESCRIPTION_MAX - 1)}…` : fit;
};

/** From worst to best. */
const STATES: readonly Body['state'][] = ['failure', 'error', 'pending', 'success'];

const worstOf = (statuses: readonly Status[]): Body['state'] =>
  STATES.find((state) => statuses.some((status) => stateOf(status) === state)) ?? 'pending';

const subjectOf = ({ provider, operation, watch: { id, labels } }: OperationEvent['data']): Subject => ({
  id,
  provider,
  operation,
  labels,
});

const SHA = /^[0-9a-f]{40}$/i;
const shaOf = ({ labels }: Subject, { shaLabel }: Settings): string => labels[shaLabel] ?? '';

export const githubStatus: Target<Settings, 'github-status', v.InferInput<typeof Settings>> = {
  type: 'github-status',
  settings: Settings,
  // A repository may be public, and so are its statuses then.
  usualLink: 'none',
  rate: { perMinute: 60 },
  // GitHub ignores upper and lower case in all of these.
  holds: (subject, settings) => {
    const { endpoint, repository, context } = settings;
    return [endpoint, repository, shaOf(subject, settings), contextOf(context, subject)].join(' ').toLowerCase();
  },
  lacks: (subject, settings) => {
    const { shaLabel, context } = settings;
    const detail = sentence('commit_hash');
    const noCommit = { at: ['labels', shaLabel], detail };
    return [...(SHA.test(shaOf(subject, settings)) ? [] : [noCommit]), ...lacksFor(context, subject)];
  },
  context: (subject, { context }) => contextOf(context, subject),
  request: (event, settings, { others = [] }) => {
    const { repository, token, shaLabel, context, endpoint, language } = settings;
    const subject = subjectOf(event.data);
    const sha = shaOf(subject, settings);
    if (!SHA.test(sha)) {
      throw new Misconfigured({
        code: 'no_commit',
        message: sentence('no_commit', { name: shaLabel }),
      });
    }
    const { title, why, links } = messageOf(event, language);
    const own = [title, why].filter(Boolean).join(': ');
    const statuses = [event.data.status, ...others.map(({ status }) => status)];
    const state = worstOf(statuses);
    // A link to a success beside the mark "failed" would mislead.
    const page = stateOf(event.data.status) === state ? links.at(-1)?.url : undefined;
    const body = {
      state,
      description: short(others.length > 0 ? `${tallyOf(statuses, language)} | ${githubText(own)}` : own),
      context: contextOf(context, subject),
      ...(page !== undefined && { target_url: page }),
    } satisfies Body;
    return postJson(`${endpoint}/repos/${repository}/statuses/${sha}`, body, githubHeaders(token));
  },
  verdict: githubVerdict('github_no_status', (answer) => answer.status === 201 && 'state' in bodyFields(answer)),
};
