/** PagerDuty's Events API v2: what comes under one key is one alert. */
import { type Fields, fieldsOf, json, jsonOf, listOf, no, type Receiver, textOf } from '../receiver.ts';
import { bold, line, linkRun, type Shown } from '../shown.ts';

const COLORS: Readonly<Record<string, string>> = {
  critical: '#c62828',
  error: '#c62828',
  warning: '#ef6c00',
  info: '#607d8b',
};

const shownOf = ({ event_action, payload, links }: Fields): Shown => {
  const { summary, severity, source, custom_details } = fieldsOf(payload);
  const resolved = event_action === 'resolve';
  return {
    color: resolved ? '#2e7d32' : (COLORS[textOf(severity)] ?? '#607d8b'),
    lines: [
      line(bold(resolved ? 'Resolved  ' : `${textOf(severity)}  `), { text: textOf(summary) }),
      line({ text: textOf(source), code: true }),
      ...Object.entries(fieldsOf(custom_details)).map(([name, value]) =>
        line(bold(`${name}  `), { text: String(value) }),
      ),
      line(...listOf(links).flatMap(({ href, text }) => [linkRun(textOf(text), textOf(href)), { text: '  ' }])),
    ],
  };
};

export const pagerduty: Receiver = {
  judge: (delivery, secrets) => {
    const event = jsonOf(delivery);
    const { summary, source, severity } = fieldsOf(event.payload);
    const wrong = (fault: string) =>
      no(fault, json(400, { status: 'invalid event', message: 'Event object is invalid', errors: [fault] }));
    if (!secrets.includes(textOf(event.routing_key))) return wrong('unknown routing key');
    if (!['trigger', 'resolve'].includes(textOf(event.event_action))) return wrong('unknown action');
    if (!summary || textOf(summary).length > 1_024) return wrong('the summary is missing or too long');
    if (!source || !Object.hasOwn(COLORS, textOf(severity))) return wrong('source or severity is missing');
    const id = textOf(event.dedup_key);
    if (id.length > 255) return wrong('the dedup key is too long');
    const answer = json(202, { status: 'success', message: 'Event processed', dedup_key: id });
    return { id, answer, shown: shownOf(event) };
  },
  limited: { status: 429 },
  refused: json(200, { status: 'invalid event', message: 'Event object is invalid' }),
  perMinute: 120,
};
