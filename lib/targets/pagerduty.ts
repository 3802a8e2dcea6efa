/**
 * PagerDuty Events API v2: one alert a watch (`dedup_key` is its id), which opens when somebody has to look at it and is
 * resolved when there is nothing left to do. Source: developer.pagerduty.com, "Send an Alert Event".
 */
import * as v from 'valibot';
import type { EventType, OperationEvent } from '../event.ts';
import { cutBytes } from '../text.ts';
import { bodyFields, byStatus, codeOf, DELIVERED, retry } from './kit/answer.ts';
import { postJson } from './kit/request.ts';
import { messageOf } from './message.ts';
import { chatEntries, endpoint, Reference } from './settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  ...chatEntries,
  /** The integration key. */
  routingKey: Reference,
  endpoint: endpoint('https://events.pagerduty.com'),
});

type Severity = 'critical' | 'error' | 'warning' | 'info';

/** How bad each end is; what needs nobody any more resolves the alert, and is taken without one. */
const SEVERITIES: Readonly<Record<EventType, Severity | 'resolve'>> = {
  'operation.failed': 'critical',
  'operation.lost': 'error',
  'operation.timed_out': 'error',
  'operation.partial': 'error',
  'operation.attention': 'warning',
  'operation.canceled': 'info',
  'operation.stopped': 'resolve',
  'operation.succeeded': 'resolve',
};

const SUMMARY_MAX = 1_024;

const sourceOf = ({ data }: OperationEvent): string =>
  [data.provider, data.connection, ...Object.values(data.operation)].join('/');

export const pagerduty: Target<v.InferOutput<typeof Settings>> = {
  type: 'pagerduty',
  settings: Settings,
  // "Events API usage limits": 120 events a minute and integration key.
  lane: { perMinute: 120 },
  request: (event, { routingKey, endpoint, language }) => {
    const severity = SEVERITIES[event.type];
    const { title, why, facts, links } = messageOf(event, language);
    const { provider, operationType, watch } = event.data;
    return postJson(`${endpoint}/v2/enqueue`, {
      routing_key: routingKey,
      event_action: severity === 'resolve' ? 'resolve' : 'trigger',
      dedup_key: watch.id,
      payload: {
        summary: cutBytes([title, why].filter(Boolean).join(' | '), SUMMARY_MAX),
        source: cutBytes(sourceOf(event), SUMMARY_MAX),
        severity: severity === 'resolve' ? 'info' : severity,
        timestamp: event.timestamp,
        component: provider,
        ...(operationType !== undefined && { class: operationType }),
        custom_details: Object.fromEntries(facts.map(({ name, value }) => [name, value])),
      },
      client: 'opwatch',
      links: links.map(({ text, url }) => ({ href: url, text })),
    });
  },
  verdict: (answer) => {
    const { status } = bodyFields(answer);
    return byStatus(answer) ?? (status === 'success' ? DELIVERED : retry(`PagerDuty says ${codeOf(status)}`));
  },
};
