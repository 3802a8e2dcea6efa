/**
 * Amazon EventBridge PutEvents: the event on a bus, for the user's own rules. Source: EventBridge API Reference,
 * PutEvents.
 */
import * as v from 'valibot';
import type { OperationEvent } from '../core/event.ts';
import type { NoticeEvent } from '../core/notice.ts';
import { SECOND } from '../core/schedule.ts';
import type { HttpRequest } from '../net/http.ts';
import { bodyFields, fieldsOf } from './kit/answer.ts';
import { AWS } from './kit/aws-words.ts';
import { judge } from './kit/judge.ts';
import { postJson } from './kit/request.ts';
import { saidBy, saidIn } from './kit/said.ts';
import { Base, word } from './kit/settings.ts';
import { awsEndpoint, Credentials, signedForAws } from './kit/sigv4.ts';
import type { Attempt, Target } from './target.ts';

const Settings = v.strictObject({
  region: word(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region'),
  /** The name or the ARN of the bus. */
  bus: v.optional(word(/^[\w.\-:/]{1,256}$/, 'must be the name or the ARN of a bus'), 'default'),
  /** The `source` that rules match. */
  source: v.optional(
    word(/^(?!aws\.)[\w.-]{1,256}$/, 'must be 1 to 256 letters, digits, "_", "." and "-", not beginning with "aws."'),
    'opwatch',
  ),
  endpoint: v.optional(Base),
  credentials: Credentials,
});

type Settings = v.InferOutput<typeof Settings>;

const put = (event: OperationEvent | NoticeEvent, settings: Settings, { id, at }: Attempt): HttpRequest => {
  const { region, bus, source, endpoint, credentials } = settings;
  const entry = {
    Source: source,
    DetailType: event.type,
    Detail: JSON.stringify({ id, ...event.data }),
    EventBusName: bus,
    Time: Math.floor(Date.parse(event.timestamp) / SECOND),
  };
  const request = postJson(
    `${endpoint ?? awsEndpoint('events', region)}/`,
    { Entries: [entry] },
    {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
    },
  );
  return signedForAws(request, { region, service: 'events' }, credentials, at);
};

export const eventbridge: Target<Settings, 'eventbridge', v.InferInput<typeof Settings>> = {
  type: 'eventbridge',
  settings: Settings,
  request: put,
  notice: put,
  unseen:
    'EventBridge also accepts events for a bus that does not exist: look for the samples behind a rule of the bus',
  // An HTTP 200 may contain an entry that EventBridge did not accept.
  verdict: judge({
    name: 'EventBridge',
    isDelivered: (answer) => bodyFields(answer).FailedEntryCount === 0,
    otherwise: 'eventbridge_unsaid',
    said: (answer) => {
      const { Entries } = bodyFields(answer);
      return Array.isArray(Entries) ? saidBy(fieldsOf(Entries[0])) : saidIn(answer);
    },
    ...AWS,
  }),
};
