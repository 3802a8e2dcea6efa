/** Selects the samples that notify-test sends to a target: one for each message that the configuration sends there. */

import { DEFAULT_TENANT } from '../config/tenants.ts';
import { Misconfigured } from '../core/errors.ts';
import { eventsFor, recipientOf } from '../deliver/recipient.ts';
import type { HttpRequest } from '../net/http.ts';
import type { Runtime } from '../runtime.ts';
import type { Attempt, Target } from '../targets/target.ts';
import { LINKED, sampleEvents, sampleNotices, sampleProgress, UNLINKED } from './sample-events.ts';

export type Sample = {
  readonly type: string;
  /** Writes the request for this sample. `handle` names the earlier message, for a target that edits one message. */
  readonly write: (target: Target, settings: unknown, attempt: Attempt, handle?: string) => HttpRequest;
};

const unable = (what: string) => new Misconfigured({ code: 'not_for_this_target', message: `it cannot ${what}` });

/**
 * Returns the samples in the order of real messages. They have links only where real messages have links. `labels` are
 * added to the labels of a sample.
 */
export const samplesFor = (
  name: string,
  labels: Readonly<Record<string, string>>,
  { config, now }: Pick<Runtime, 'config' | 'now'>,
): readonly Sample[] => {
  const target = config.targets.get(name);
  const progress = target?.progress;
  const events = target && eventsFor(target);
  const { isLinked } = recipientOf({ target: name, tenant: DEFAULT_TENANT }, config);
  const links = isLinked && config.linkKeys.length > 0 ? LINKED : UNLINKED;
  const samples = sampleEvents(now(), labels, links).filter(({ type }) => events?.includes(type) ?? true);
  const notices = config.operators.includes(name) ? sampleNotices(now()) : [];
  const live = (progress ? [sampleProgress(now(), labels, links), ...samples] : []).map(
    (event): Sample => ({
      type: event.type,
      write: ({ edit }, settings, attempt, handle) => {
        if (!edit) throw unable('change a message after sending it');
        return edit.request(event, settings, attempt, handle);
      },
    }),
  );
  const single = (progress ? [] : samples).map(
    (event): Sample => ({ type: event.type, write: (target, ...how) => target.request(event, how[0], how[1]) }),
  );
  const noted = notices.map(
    (notice): Sample => ({
      type: notice.type,
      write: (target, settings, attempt) => {
        if (!target.notice) throw unable('receive notices');
        return target.notice(notice, settings, attempt);
      },
    }),
  );
  return [...live, ...single, ...noted];
};
