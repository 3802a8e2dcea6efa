/** Slack: the incoming webhook, and the Web API's chat.postMessage and chat.update. */
import { slackRuns } from '../markup.ts';
import {
  bearerOf,
  type Delivery,
  type Fields,
  fieldsOf,
  json,
  jsonOf,
  listOf,
  no,
  type Receiver,
  textOf,
  webPage,
} from '../receiver.ts';
import type { Line, Shown } from '../shown.ts';

const linesOf = (text: unknown): Line[] =>
  textOf(text)
    .split('\n')
    .map(
      (one): Line => (one.startsWith('>') ? { runs: slackRuns(one.slice(1)), quoted: true } : { runs: slackRuns(one) }),
    );

const blockLines = (block: Fields): Line[] => [
  ...(block.text ? linesOf(fieldsOf(block.text).text) : []),
  ...listOf(block.fields).map(({ text }): Line => ({ runs: slackRuns(textOf(text)), field: true })),
  ...listOf(block.elements).flatMap(({ text }) => linesOf(text)),
];

const blocksOf = (message: Fields): readonly Fields[] =>
  listOf(message.attachments).flatMap(({ blocks }) => listOf(blocks));

const shownOf = (message: Fields): Shown => {
  const color = textOf(listOf(message.attachments)[0]?.color);
  return { ...(color && { color }), lines: [...linesOf(message.text), ...blocksOf(message).flatMap(blockLines)] };
};

/** Block Kit's limits: 50 blocks, 3,000 characters of text, ten fields of 2,000. */
const isValid = (message: Fields): boolean => {
  const blocks = blocksOf(message);
  const lengthOf = (text: unknown): number => textOf(fieldsOf(text).text).length;
  return (
    textOf(message.text) !== '' &&
    blocks.length <= 50 &&
    blocks.every(
      ({ text, fields, elements }) =>
        lengthOf(text) <= 3_000 &&
        listOf(fields).length <= 10 &&
        listOf(fields).every((field) => lengthOf(field) <= 2_000) &&
        listOf(elements).length <= 10,
    )
  );
};

export const slack: Receiver = {
  judge: (delivery, secrets) => {
    const message = jsonOf(delivery);
    if (!secrets.includes(delivery.path.at(-1) ?? ''))
      return no('unknown webhook', { status: 403, body: 'invalid_token' });
    if (!isValid(message)) return no('a limit of Block Kit is passed', { status: 400, body: 'invalid_blocks' });
    return { id: '', answer: { status: 200, body: 'ok' }, shown: shownOf(message) };
  },
  limited: { status: 429, headers: { 'retry-after': '1' }, body: 'rate_limited' },
  refused: webPage(200),
  perMinute: 60,
};

const timestampOf = ({ at }: Delivery): string => `${Math.floor(at / 1000)}.${String(at % 1000).padStart(6, '0')}`;

export const slackBot: Receiver = {
  judge: (delivery, secrets) => {
    const message = jsonOf(delivery);
    const wrong = (error: string) => no(`Slack says ${error}`, json(200, { ok: false, error }));
    if (!secrets.includes(bearerOf(delivery))) return wrong('invalid_auth');
    if (!isValid(message)) return wrong('invalid_blocks');
    const method = delivery.path.at(-1);
    if (method !== 'chat.postMessage' && method !== 'chat.update') return wrong('unknown_method');
    if (textOf(message.channel) === '') return wrong('channel_not_found');
    const ts = method === 'chat.update' ? textOf(message.ts) : timestampOf(delivery);
    if (ts === '') return wrong('message_not_found');
    return { id: ts, answer: json(200, { ok: true, channel: message.channel, ts }), shown: shownOf(message) };
  },
  limited: json(429, { ok: false, error: 'ratelimited' }, { 'retry-after': '1' }),
  refused: json(200, { ok: false, error: 'channel_not_found' }),
  perMinute: 60,
};
