/** Handles the requests that stop or extend a watch. */
import * as v from 'valibot';
import { mustHave } from '../access/caller.ts';
import { answer, jsonBody } from '../access/http-event.ts';
import { Refusal } from '../access/problem.ts';
import { lookPolicyOf } from '../config/look-policy.ts';
import { dueBy } from '../core/next-look.ts';
import { isOver, stop, type Watch } from '../core/watch.ts';
import { readDeadline } from '../submit/submission.ts';
import { changeWatch } from '../submit/submit.ts';
import { viewOf } from './read-watches.ts';
import { type Handle, noSuchWatch, note, watchIn } from './requests.ts';

export const end: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'submit');
  const item = await watchIn(event, caller, runtime);
  const stopped = await changeWatch(item, (watch) => stop(watch, runtime.now()), runtime);
  if (!stopped) throw noSuchWatch();
  const { body } = stopped;
  note('stop asked for', { watch: body.id, status: body.status }, event, caller, runtime);
  return answer(200, await viewOf(body, runtime));
};

export const Extension = v.strictObject({ deadline: v.string() });

export const extend: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'submit');
  const item = await watchIn(event, caller, runtime);
  const body = v.safeParse(Extension, jsonBody(event));
  if (!body.success) throw new Refusal(422, 'the body must be {"deadline": ...} and nothing else');
  const { at, detail } = readDeadline(body.output.deadline, runtime.now());
  if (detail) throw new Refusal(422, `deadline ${detail}`, [{ pointer: '/deadline', detail }]);
  const due = (watch: Watch) => dueBy(watch, at, runtime.now(), lookPolicyOf(watch, runtime.config));
  const changed = await changeWatch(item, due, runtime);
  if (!changed) throw noSuchWatch();
  if (isOver(changed.body.status)) throw new Refusal(409, `the watch is over: ${changed.body.status}`);
  note('deadline moved', { watch: changed.pk, deadline: new Date(at).toISOString() }, event, caller, runtime);
  return answer(200, await viewOf(changed.body, runtime));
};
