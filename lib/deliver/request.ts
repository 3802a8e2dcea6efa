/** Writes the request of an attempt: an event, several, how far something has got, or a notice. Pure. */
import type { Delivery } from '../core/delivery.ts';
import { Misconfigured } from '../core/errors.ts';
import { eventOf, type OperationEvent, progressOf } from '../core/event.ts';
import { isNotice, noticeEventOf } from '../core/notice.ts';
import { sentence } from '../core/sentences.ts';
import type { Watch } from '../core/watch.ts';
import type { HttpRequest } from '../net/http.ts';
import type { Runtime } from '../runtime.ts';
import type { Attempt, Target } from '../targets/target.ts';
import { linksOf, watchUrl } from './links.ts';

/** What is told, with the watch it is told of; a notice tells of none. */
export type Told = { readonly delivery: Delivery; readonly watch?: Watch };

/** `handle` names the message that is to be changed, where there is one; `linkKey` signs links to watches, where there are any. */
export type Writing = Attempt & { readonly handle?: string; readonly linkKey?: string | undefined };

const notYetTold = (message: string) => new Misconfigured({ code: 'not_for_this_target', message });

const eventIn = (
  { watch, delivery: { event } }: Told,
  runtime: Pick<Runtime, 'env'>,
  linkKey: string | undefined,
): OperationEvent => {
  if (!watch || isNotice(event) || event.event === 'progress') throw new Error('this tells of no event of a watch');
  return eventOf(watch, event, linksOf(watch, runtime, linkKey));
};

/** Throws Misconfigured where a target of this type cannot be told that: the configuration has changed meanwhile. */
export const write = (
  told: readonly Told[],
  target: Target,
  settings: unknown,
  { handle, linkKey, ...attempt }: Writing,
  runtime: Pick<Runtime, 'env' | 'config'>,
): HttpRequest => {
  const [one] = told;
  if (!one) throw new Error('an attempt that tells nothing');
  const { watch, delivery } = one;
  const { event } = delivery;
  if (isNotice(event)) {
    const urlOf = (id: string) => watchUrl(id, runtime);
    if (told.length > 1 && target.notices) {
      const notices = told.flatMap(({ delivery: { event: each } }) =>
        isNotice(each) ? [noticeEventOf(each, urlOf)] : [],
      );
      return target.notices(notices, settings, attempt);
    }
    if (!target.notice) throw notYetTold(sentence('no_notices', { name: target.type }));
    return target.notice(noticeEventOf(event, urlOf), settings, attempt);
  }
  if (told.length > 1 && target.digest) {
    return target.digest(
      told.map((each) => eventIn(each, runtime, linkKey)),
      settings,
      attempt,
    );
  }
  if (event.event === 'progress') {
    if (!target.edit || !watch) throw notYetTold(sentence('no_edits', { name: target.type }));
    return target.edit.request(
      progressOf(watch, attempt.at, linksOf(watch, runtime, linkKey)),
      settings,
      attempt,
      handle,
    );
  }
  return handle !== undefined && target.edit
    ? target.edit.request(eventIn(one, runtime, linkKey), settings, attempt, handle)
    : target.request(eventIn(one, runtime, linkKey), settings, attempt);
};
