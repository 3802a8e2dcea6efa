/** Writes the request of a message with one event, several events, the progress of an operation, or notices. Pure. */
import type { Delivery } from '../core/delivery.ts';
import { Misconfigured } from '../core/errors.ts';
import { eventOf, type OperationEvent, progressOf } from '../core/event.ts';
import { isNotice, type Notice, noticeEventOf } from '../core/notice.ts';
import { sentence } from '../core/sentences.ts';
import type { Watch } from '../core/watch.ts';
import type { HttpRequest } from '../net/http.ts';
import type { Runtime } from '../runtime.ts';
import type { Attempt } from '../targets/target.ts';
import { linksOf, watchUrl } from './links.ts';
import type { Opened } from './recipient.ts';

/** A delivery, and the watch of its event. The delivery of a notice has no watch. */
export type Payload = { readonly delivery: Delivery; readonly watch?: Watch };

/** `handle` names the live message to edit. `linkKey` signs the links to watches. Either may be missing. */
type Draft = Opened & {
  readonly payloads: readonly Payload[];
  readonly attempt: Attempt;
  readonly handle: string | undefined;
  readonly linkKey: string | undefined;
};

type RequestDeps = Pick<Runtime, 'env' | 'config'>;

/**
 * Writes the request. Throws Misconfigured where a target of this type cannot show such a message, because somebody has
 * changed the configuration meanwhile.
 */
export const write = (draft: Draft, deps: RequestDeps): HttpRequest => {
  const { payloads, target, settings, attempt, handle } = draft;
  const [one] = payloads;
  if (!one) throw new Error('an attempt that tells nothing');
  const { event } = one.delivery;
  if (isNotice(event)) return noticeRequest(draft, event, deps);
  if (payloads.length > 1 && target.digest) {
    const events = payloads.map((each) => eventIn(each, draft, deps));
    return target.digest(events, settings, attempt);
  }
  if (event.event === 'progress') return progressRequest(draft, one, deps);
  const content = eventIn(one, draft, deps);
  return handle !== undefined && target.edit
    ? target.edit.request(content, settings, attempt, handle)
    : target.request(content, settings, attempt);
};

const notForThisTarget = (message: string) => new Misconfigured({ code: 'not_for_this_target', message });

const noticeRequest = (draft: Draft, event: Notice, deps: RequestDeps): HttpRequest => {
  const { payloads, target, settings, attempt } = draft;
  const urlOf = (id: string) => watchUrl(id, deps);
  if (payloads.length > 1 && target.notices) {
    const notices = payloads.flatMap(({ delivery }) =>
      isNotice(delivery.event) ? [noticeEventOf(delivery.event, urlOf)] : [],
    );
    return target.notices(notices, settings, attempt);
  }
  if (!target.notice) throw notForThisTarget(sentence('no_notices', { name: target.type }));
  return target.notice(noticeEventOf(event, urlOf), settings, attempt);
};

/** Writes a request that edits the live message, or that sends the first one. */
const progressRequest = (draft: Draft, { watch }: Payload, deps: RequestDeps): HttpRequest => {
  const { target, settings, attempt, handle, linkKey } = draft;
  if (!target.edit || !watch) throw notForThisTarget(sentence('no_edits', { name: target.type }));
  const progress = progressOf(watch, attempt.at, linksOf(watch, deps, linkKey));
  return target.edit.request(progress, settings, attempt, handle);
};

const eventIn = (
  { watch, delivery: { event } }: Payload,
  { linkKey }: Draft,
  deps: Pick<Runtime, 'env'>,
): OperationEvent => {
  if (!watch || isNotice(event) || event.event === 'progress') throw new Error('this tells of no event of a watch');
  return eventOf(watch, event, linksOf(watch, deps, linkKey));
};
