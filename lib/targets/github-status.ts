/**
 * GitHub commit status: a mark on the commit whose operation this is. The submission names the commit in a label. Source:
 * docs.github.com/rest/commits/statuses.
 */
import type { paths } from '@octokit/openapi-types';
import * as v from 'valibot';
import { Misconfigured } from '../errors.ts';
import type { Status } from '../watch.ts';
import { bodyFields } from './kit/answer.ts';
import { GITHUB, githubHeaders, githubVerdict, REPOSITORY } from './kit/github.ts';
import { postJson } from './kit/request.ts';
import { messageOf } from './message.ts';
import { chatEntries, endpoint, Reference, word } from './settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  ...chatEntries,
  repository: word(REPOSITORY, 'must be owner/name'),
  /** Needs commit statuses: write. */
  token: Reference,
  /** The label that holds the commit's full hash. */
  shaLabel: v.optional(word(/^[\w.\-/]{1,63}$/, 'must be the name of a label'), 'sha'),
  /** Left out, `opwatch/` and the provider. */
  context: v.optional(word(/^[\w.\-/ ]{1,100}$/, 'must be 1 to 100 letters, digits, "_", ".", "-", "/" and spaces')),
  endpoint: endpoint(GITHUB),
});

type Body = paths['/repos/{owner}/{repo}/statuses/{sha}']['post']['requestBody']['content']['application/json'];

const DESCRIPTION_MAX = 140;

const stateOf = (status: Status): Body['state'] => {
  if (status === 'succeeded') return 'success';
  if (status === 'failed' || status === 'partial') return 'failure';
  return status === 'attention' || status === 'pending' || status === 'running' ? 'pending' : 'error';
};

/** Cut by characters as GitHub counts them, and never inside one. */
const short = (text: string): string =>
  [...text].length > DESCRIPTION_MAX ? `${[...text].slice(0, DESCRIPTION_MAX - 1).join('')}…` : text;

export const githubStatus: Target<v.InferOutput<typeof Settings>> = {
  type: 'github-status',
  settings: Settings,
  lane: { perMinute: 60 },
  holds: 'watch',
  request: (event, { repository, token, shaLabel, context, endpoint, language }) => {
    const { status, provider, watch } = event.data;
    const sha = watch.labels[shaLabel] ?? '';
    if (!/^[0-9a-f]{40}$/i.test(sha)) {
      throw new Misconfigured({
        code: 'no_commit',
        message: `the watch has no label ${shaLabel} with a commit's hash`,
      });
    }
    const { title, why, links } = messageOf(event, language);
    const page = links.at(-1)?.url;
    const body = {
      state: stateOf(status),
      description: short([title, why].filter(Boolean).join(': ')),
      context: context ?? `opwatch/${provider}`,
      ...(page !== undefined && { target_url: page }),
    } satisfies Body;
    return postJson(`${endpoint}/repos/${repository}/statuses/${sha}`, body, githubHeaders(token));
  },
  verdict: githubVerdict(
    'GitHub answered without the status that was set',
    (answer) => answer.status === 201 && 'state' in bodyFields(answer),
  ),
};
