/**
 * Jenkins buildWithParameters: one job, the event in its parameters (Jenkins drops those that the job does not declare).
 * Source: jenkins.io, "Remote Access API"; an API token needs no crumb.
 */
import * as v from 'valibot';
import { RUN_EVENTS } from '../event.ts';
import { byStatus, DELIVERED, retry } from './kit/answer.ts';
import { parametersOf } from './kit/parameters.ts';
import { postForm } from './kit/request.ts';
import { Base, Reference, word } from './settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  /** The job's page: `https://jenkins.example.com/job/deploy`. */
  job: Base,
  user: word(/^[^\s:]{1,100}$/, 'must be the name of a user'),
  token: Reference,
});

export const jenkinsBuild: Target<v.InferOutput<typeof Settings>> = {
  type: 'jenkins-build',
  settings: Settings,
  usualEvents: RUN_EVENTS,
  request: (event, { job, user, token }, attempt) =>
    postForm(`${job}/buildWithParameters`, parametersOf(event, attempt), {
      authorization: `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
    }),
  // 201 with the queue item in Location; a 200 is a page that asks for a login or a parameter.
  verdict: (answer) =>
    byStatus(answer) ??
    (answer.status === 201 && /\/queue\/item\/\d+/.test(answer.headers.location ?? '')
      ? DELIVERED
      : retry(`HTTP ${answer.status} without a place in the queue`)),
};
