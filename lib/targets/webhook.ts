/** The signed POST of Standard Webhooks 1.0, for callbacks and for any receiver that verifies. */
import * as v from 'valibot';
import type { OperationEvent } from '../core/event.ts';
import type { NoticeEvent } from '../core/notice.ts';
import type { HttpRequest } from '../net/http.ts';
import { signedHeaders } from '../net/standard-webhooks.ts';
import { cloudEventOf } from './kit/cloudevent.ts';
import { judge } from './kit/judge.ts';
import { Address, Reference } from './kit/settings.ts';
import { fillTemplate, Template } from './kit/template.ts';
import { LANGUAGES } from './kit/words.ts';
import type { Attempt, Target } from './target.ts';

/** opwatch or the connection sets these headers. The configuration may not set them. */
const RESERVED =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|accept-encoding|(content|proxy|webhook)-.*)$/i;

const Headers = v.record(
  v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9_-]{0,99}$/i, 'must have a name of 1 to 100 of A-Z, a-z, 0-9, "_" and "-"'),
    v.check((name) => !RESERVED.test(name), 'must have another name: this header is set by opwatch or by HTTP itself'),
  ),
  v.pipe(v.string(), v.regex(/^[\t\x20-\x7e]{0,4096}$/, 'must be at most 4096 printable ASCII characters')),
);

const Settings = v.pipe(
  v.strictObject({
    url: Address,
    /** Signing secrets, `whsec_` or `whsk_`. There are several during a rotation. */
    secrets: v.union([Reference, v.pipe(v.array(Reference), v.minLength(1), v.maxLength(5))]),
    headers: v.optional(Headers),
    /** `cloudevents`: the event in the structured mode of CloudEvents 1.0. */
    format: v.optional(v.literal('cloudevents')),
    /** The user's own body in place of the event. */
    template: v.optional(Template),
    /** The language of a template's title and text. */
    language: v.optional(v.picklist(LANGUAGES)),
  }),
  // Told beside faults of other settings.
  v.partialCheck(
    [['format'], ['template']],
    ({ format, template }) => !(format && template !== undefined),
    'must have either a format or a template',
  ),
);
type Settings = v.InferOutput<typeof Settings>;

const contentOf = (event: OperationEvent | NoticeEvent, settings: Settings, attempt: Attempt): unknown => {
  const { format, template, language = 'en' } = settings;
  if (format === 'cloudevents') return cloudEventOf(event, attempt);
  return template === undefined ? event : fillTemplate(template, event, attempt, language);
};

const signed = (event: OperationEvent | NoticeEvent, settings: Settings, attempt: Attempt): HttpRequest => {
  const { url, secrets, headers = {}, format } = settings;
  const body = JSON.stringify(contentOf(event, settings, attempt));
  const extra = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method: 'POST',
    url,
    headers: {
      ...Object.fromEntries(extra),
      'content-type': format === 'cloudevents' ? 'application/cloudevents+json' : 'application/json',
      ...signedHeaders([secrets].flat(), attempt, body),
    },
    body,
  };
};

export const webhook: Target<Settings, 'webhook', v.InferInput<typeof Settings>> = {
  type: 'webhook',
  settings: Settings,
  addresses: [],
  request: signed,
  notice: signed,
  verdict: judge({ name: '', isDelivered: () => true }),
};
