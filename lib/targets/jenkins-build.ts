/**
 * Jenkins buildWithParameters: one job with the event in its parameters. Jenkins drops parameters that the job does not
 * declare. Source: jenkins.io, "Remote Access API". An API token needs no crumb.
 */
import * as v from 'valibot';
import { RUN_EVENTS } from '../core/event.ts';
import type { HttpAnswer } from '../net/http.ts';
import { judge } from './kit/judge.ts';
import { parametersOf } from './kit/parameters.ts';
import { postForm } from './kit/request.ts';
import { Base, Reference, word } from './kit/settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  /** The page of the job: `https://jenkins.example.com/job/deploy`. */
  job: Base,
  user: word(/^[^\s:]{1,100}$/, 'must be the name of a user'),
  token: Reference,
});

const isQueued = ({ headers }: HttpAnswer): boolean => /(^|\/)queue\/item\/\d+/.test(headers.location ?? '');

export const jenkinsBuild: Target<v.InferOutput<typeof Settings>, 'jenkins-build', v.InferInput<typeof Settings>> = {
  type: 'jenkins-build',
  settings: Settings,
  usualEvents: RUN_EVENTS,
  request: (event, { job, user, token }, attempt) =>
    postForm(`${job}/buildWithParameters`, parametersOf(event, attempt), {
      authorization: `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
    }),
  // 201 comes with the queue item in Location. If the same build is already in the queue, Jenkins answers 303 or 200
  // with the Location of that item (jenkinsci/jenkins#5615, #9446), and the work is done. Any other 200 is a page that
  // asks for something.
  verdict: judge({
    name: 'Jenkins',
    isDelivered: isQueued,
    isTaken: ({ status }) => status === 302 || status === 303,
    otherwise: 'jenkins_no_place',
    ended: { statuses: [404], words: /is not buildable|is disabled|is not parameterized/i },
  }),
};
