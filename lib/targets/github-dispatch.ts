/**
 * GitHub repository_dispatch: starts the workflows that wait for the event. Source: docs.github.com/rest/repos/repos.
 */
import type { paths } from '@octokit/openapi-types';
import * as v from 'valibot';
import { RUN_EVENTS } from '../core/event.ts';
import { GITHUB, githubHeaders, githubVerdict, REPOSITORY } from './kit/github.ts';
import { postJson } from './kit/request.ts';
import { endpoint, Reference, word } from './kit/settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  repository: word(REPOSITORY, 'must be owner/name'),
  /** Needs contents: write. */
  token: Reference,
  /** Workflows read it as `github.event.action`. The default is the type of the event (`operation.failed`). */
  eventType: v.optional(word(/^[\w.-]{1,100}$/, 'must be 1 to 100 of A-Z, a-z, 0-9, "_", "." and "-"')),
  endpoint: endpoint(GITHUB),
});

type Body = NonNullable<
  paths['/repos/{owner}/{repo}/dispatches']['post']['requestBody']
>['content']['application/json'];

export const githubDispatch: Target<
  v.InferOutput<typeof Settings>,
  'github-dispatch',
  v.InferInput<typeof Settings>
> = {
  type: 'github-dispatch',
  settings: Settings,
  usualEvents: RUN_EVENTS,
  // "Rate limits": 80 public contents a minute.
  rate: { perMinute: 60 },
  request: (event, { repository, token, eventType, endpoint }, { id }) => {
    // Ten keys and 64 KB at most. The event is one of four keys and has less than 20 kB.
    const body = {
      event_type: eventType ?? event.type,
      client_payload: { id, type: event.type, timestamp: event.timestamp, data: event.data },
    } satisfies Body;
    return postJson(`${endpoint}/repos/${repository}/dispatches`, body, githubHeaders(token));
  },
  verdict: githubVerdict('github_no_204', ({ status }) => status === 204),
};
