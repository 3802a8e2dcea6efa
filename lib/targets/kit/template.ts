/** The user's own bodies: a JSON value whose texts contain placeholders such as `"{{data.status}}"`. Pure. */
import * as v from 'valibot';
import type { OperationEvent } from '../../core/event.ts';
import type { NoticeEvent } from '../../core/notice.ts';
import { byteLength } from '../../core/text.ts';
import type { Attempt } from '../target.ts';
import { fieldsOf } from './answer.ts';
import { messageOf } from './message.ts';
import { noticeMessageOf } from './notice-message.ts';
import type { Language } from './words.ts';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const TEMPLATE_BYTES = 8_192;

/** All names of placeholders. The last two continue with a field of the operation and with a label. */
const KNOWN = [
  'id|type|timestamp|title|text|data',
  'data\\.(version|provider|connection|operation|operationType|console|status|providerStatus|evidence|progress|reason)',
  'data\\.(result|error|message|note|startedAt|endedAt|requestId|watch)',
  'data\\.progress\\.(done|total|percent)|data\\.reason\\.(code|message)',
  'data\\.blocked(\\.(since|kind|code|message|help))?',
  'data\\.watch\\.(id|url|link|submittedAt|deadline|labels)',
  'data\\.operation\\.\\w+',
  'data\\.watch\\.labels\\.[\\w.\\-/]+',
];
const isKnown = (name: string): boolean => new RegExp(`^(${KNOWN.join('|')})$`).test(name);

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

const isJson = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) {
    return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  }
  return Object.values(value).every(isJson);
};

export const Template = v.pipe(
  v.unknown(),
  v.check(
    (template) => isJson(template) && byteLength(JSON.stringify(template)) <= TEMPLATE_BYTES,
    `must be a JSON value of at most ${TEMPLATE_BYTES} bytes`,
  ),
  v.check(
    (template) =>
      textsIn(template).every((text) => [...text.matchAll(PLACEHOLDER)].every(([, name = '']) => isKnown(name.trim()))),
    'holds a placeholder that no event has: docs/targets.md lists them',
  ),
);

/** The last name is whole, because labels may contain dots. */
const valueAt = (root: unknown, name: string): unknown => {
  const label = /^data\.watch\.labels\.(.+)$/.exec(name)?.[1];
  const path = label === undefined ? name.split('.') : ['data', 'watch', 'labels', label];
  return path.reduce((value, key) => {
    const fields = fieldsOf(value);
    return Object.hasOwn(fields, key) ? fields[key] : undefined;
  }, root);
};

const asText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
};

const filled = (template: unknown, root: unknown): unknown => {
  if (typeof template === 'string') {
    const [whole] = template.matchAll(PLACEHOLDER);
    if (whole?.[0] === template) return valueAt(root, (whole[1] ?? '').trim()) ?? null;
    return template.replace(PLACEHOLDER, (_, name: string) => asText(valueAt(root, name.trim())));
  }
  if (Array.isArray(template)) return template.map((entry) => filled(entry, root));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, entry]) => [key, filled(entry, root)]));
};

const isOfOperator = (event: OperationEvent | NoticeEvent): event is NoticeEvent => event.type.startsWith('operator.');

/**
 * Fills the placeholders of a template with the event, the webhook-id (`id`) and the words of a chat message (`title`,
 * `text`). A text that is exactly one placeholder becomes its value of any type, or null. Within other text a
 * placeholder becomes text, or nothing. The filled value never changes the shape of the template.
 */
export const fillTemplate = (
  template: unknown,
  event: OperationEvent | NoticeEvent,
  { id }: Attempt,
  language: Language,
): unknown => {
  const { title, why, facts } = isOfOperator(event) ? noticeMessageOf(event, language) : messageOf(event, language);
  const lines = [title, ...(why === undefined ? [] : [why]), ...facts.map(({ name, value }) => `${name}: ${value}`)];
  return filled(template, { id, ...event, title, text: lines.join('\n') });
};
