/**
 * GitLab pipeline trigger: starts a pipeline with the event in its variables. Source:
 * docs.gitlab.com/ee/api/pipeline_triggers.
 */
import * as v from 'valibot';
import { RUN_EVENTS } from '../core/event.ts';
import { MINUTE } from '../core/schedule.ts';
import { bodyFields } from './kit/answer.ts';
import { judge } from './kit/judge.ts';
import { parametersOf } from './kit/parameters.ts';
import { postForm } from './kit/request.ts';
import { endpoint, Reference, word } from './kit/settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  /** Its number or its path (`group/project`). */
  project: word(/^[\w.\-/]{1,255}$/, 'must be the number or the path of a project'),
  /** A pipeline trigger token (`glptt-…`). */
  token: Reference,
  /** The branch or tag to run. */
  ref: word(/^[^\s~^:?*[\\]{1,255}$/, 'must be a branch or a tag'),
  endpoint: endpoint('https://gitlab.com'),
});

export const gitlabTrigger: Target<v.InferOutput<typeof Settings>, 'gitlab-trigger', v.InferInput<typeof Settings>> = {
  type: 'gitlab-trigger',
  settings: Settings,
  usualEvents: RUN_EVENTS,
  // docs.gitlab.com, "Rate limits": 25 pipelines a minute for one project, user and commit.
  rate: { perMinute: 20 },
  request: (event, { project, token, ref, endpoint }, attempt) => {
    const variables = Object.entries(parametersOf(event, attempt)).map(([name, value]) => [
      `variables[${name}]`,
      // GitLab expands `$NAME` in variables, even secrets. `$$` means the sign itself.
      value.replaceAll('$', '$$$$'),
    ]);
    const url = `${endpoint}/api/v4/projects/${encodeURIComponent(project)}/trigger/pipeline`;
    return postForm(url, { token, ref, ...Object.fromEntries(variables) });
  },
  // 201 comes with the pipeline. GitLab answers 400 when the rules leave no job, and when there are too many in a
  // minute ("Too many pipelines created in the last minute. Try again later.").
  verdict: judge({
    name: 'GitLab',
    isDelivered: (answer) => answer.status === 201 && typeof bodyFields(answer).id === 'number',
    otherwise: 'gitlab_no_pipeline',
    slow: {
      words:
        /too many (times|pipelines|requests)|retry later|try again later|(rate|activity) limit|exceeded the allowed/i,
    },
    ended: {
      statuses: [404],
      words: /reference not found|archived|401 unauthorized|insufficient_scope|invalid_token/i,
    },
    waitUsuallyMs: MINUTE,
  }),
};
