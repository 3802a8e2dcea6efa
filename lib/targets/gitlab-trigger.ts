/** GitLab pipeline trigger: starts a pipeline, the event in its variables. Source: docs.gitlab.com/ee/api/pipeline_triggers. */
import * as v from 'valibot';
import { RUN_EVENTS } from '../event.ts';
import { bodyFields, byStatus, DELIVERED, retry } from './kit/answer.ts';
import { parametersOf } from './kit/parameters.ts';
import { postForm } from './kit/request.ts';
import { endpoint, Reference, word } from './settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  /** Its number, or its path (`group/project`). */
  project: word(/^[\w.\-/]{1,255}$/, 'must be the number or the path of a project'),
  /** A pipeline trigger token (`glptt-…`). */
  token: Reference,
  /** The branch or tag to run. */
  ref: word(/^[^\s~^:?*[\\]{1,255}$/, 'must be a branch or a tag'),
  endpoint: endpoint('https://gitlab.com'),
});

export const gitlabTrigger: Target<v.InferOutput<typeof Settings>> = {
  type: 'gitlab-trigger',
  settings: Settings,
  usualEvents: RUN_EVENTS,
  // docs.gitlab.com, "Rate limits": 25 pipelines a minute for one project, user and commit.
  lane: { perMinute: 20 },
  request: (event, { project, token, ref, endpoint }, attempt) => {
    const variables = Object.entries(parametersOf(event, attempt)).map(([name, value]) => [
      `variables[${name}]`,
      value,
    ]);
    const url = `${endpoint}/api/v4/projects/${encodeURIComponent(project)}/trigger/pipeline`;
    return postForm(url, { token, ref, ...Object.fromEntries(variables) });
  },
  // 201 with the pipeline. A trigger whose rules leave no job is refused with 400.
  verdict: (answer) =>
    byStatus(answer) ??
    (answer.status === 201 && typeof bodyFields(answer).id === 'number'
      ? DELIVERED
      : retry(`HTTP ${answer.status} without a pipeline`)),
};
