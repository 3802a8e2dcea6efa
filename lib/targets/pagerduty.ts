/**
 * PagerDuty Events API v2: one alert for each watch (`dedup_key` is its id). The alert opens when somebody has to act,
 * and it is resolved when nobody has to act any more. Source: developer.pagerduty.com, "Send an Alert Event".
 */
import * as v from 'valibot';
import type { EventType, OperationEvent } from '../core/event.ts';
import { HOUR } from '../core/schedule.ts';
import { cutBytes } from '../core/text.ts';
import type { HttpRequest } from '../net/http.ts';
import { bodyFields } from './kit/answer.ts';
import { judge } from './kit/judge.ts';
import { type Message, messageOf } from './kit/message.ts';
import { noticeMessageOf } from './kit/notice-message.ts';
import { postJson } from './kit/request.ts';
import { saidIn } from './kit/said.ts';
import { chatEntries, endpoint, Reference } from './kit/settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  ...chatEntries,
  /** The integration key. */
  routingKey: Reference,
  endpoint: endpoint('https://events.pagerduty.com'),
});

type Settings = v.InferOutput<typeof Settings>;

type Severity = 'critical' | 'error' | 'warning' | 'info';

/**
 * The severity of each event. Events that need nobody resolve the alert. PagerDuty accepts that even without an alert.
 */
const SEVERITIES: Readonly<Record<EventType, Severity | 'resolve'>> = {
  'operation.failed': 'critical',
  'operation.lost': 'error',
  'operation.timed_out': 'error',
  'operation.partial': 'error',
  'operation.attention': 'warning',
  'operation.resumed': 'resolve',
  'operation.blocked': 'warning',
  'operation.unblocked': 'resolve',
  'operation.canceled': 'info',
  'operation.stopped': 'resolve',
  'operation.succeeded': 'resolve',
};

/** The operation may still wait for a person when looks go on. */
const severityOf = ({ type, data }: OperationEvent): Severity | 'resolve' =>
  type === 'operation.unblocked' && data.status === 'attention' ? 'warning' : SEVERITIES[type];

const SUMMARY_MAX = 1_024;

const sourceOf = ({ data }: OperationEvent): string =>
  [data.provider, data.connection, ...Object.values(data.operation)].join('/');

type Alert = {
  readonly message: Message;
  readonly severity: Severity | 'resolve';
  /** The key of the alert. */
  readonly key: string;
  readonly source: string;
  readonly component?: string;
  readonly kind?: string;
};

const enqueue = (alert: Alert, { routingKey, endpoint }: Settings): HttpRequest => {
  const { message, severity, key, source, component, kind } = alert;
  const { title, why, facts, links, at } = message;
  return postJson(`${endpoint}/v2/enqueue`, {
    routing_key: routingKey,
    event_action: severity === 'resolve' ? 'resolve' : 'trigger',
    dedup_key: key,
    payload: {
      summary: cutBytes([title, why].filter(Boolean).join(' | '), SUMMARY_MAX),
      source: cutBytes(source, SUMMARY_MAX),
      severity: severity === 'resolve' ? 'info' : severity,
      timestamp: at,
      ...(component !== undefined && { component }),
      ...(kind !== undefined && { class: kind }),
      custom_details: Object.fromEntries(facts.map(({ name, value }) => [name, value])),
    },
    client: 'opwatch',
    links: links.map(({ text, url }) => ({ href: url, text })),
  });
};

export const pagerduty: Target<Settings, 'pagerduty', v.InferInput<typeof Settings>> = {
  type: 'pagerduty',
  settings: Settings,
  // "Events API usage limits": 120 events a minute and integration key.
  rate: { perMinute: 120 },
  holds: 'watch',
  request: (event, settings) => {
    const { provider, operationType, watch } = event.data;
    const alert = { severity: severityOf(event), key: watch.id, source: sourceOf(event), component: provider };
    const message = messageOf(event, settings.language, settings.timeZone);
    return enqueue({ ...alert, message, ...(operationType !== undefined && { kind: operationType }) }, settings);
  },
  // opwatch cannot know when the cause is mended. The person who mends it resolves the alert.
  notice: (event, settings, { id }) => {
    const { connection, target, provider, status } = event.data;
    const source = ['opwatch', connection ?? target ?? provider ?? status].join('/');
    const message = noticeMessageOf(event, settings.language, settings.timeZone);
    return enqueue({ message, severity: 'error', key: id, source, kind: event.type }, settings);
  },
  // 202 comes with "success". A wrong key is 400 "invalid event", and its errors name the routing key.
  verdict: judge({
    name: 'PagerDuty',
    isDelivered: (answer) => bodyFields(answer).status === 'success',
    otherwise: 'pagerduty_no_success',
    said: (answer) => {
      const { status } = bodyFields(answer);
      return { ...saidIn(answer), ...(typeof status === 'string' && { code: status }) };
    },
    // "Events API usage limits" count by the minute.
    waitMaxMs: HOUR,
    slow: { codes: ['throttle exceeded'], words: /too quickly|throttl/i },
    ended: { words: /routing_key|(routing|service|integration) key/i },
  }),
};
