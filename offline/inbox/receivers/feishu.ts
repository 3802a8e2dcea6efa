/** Feishu's and Lark's custom bot: everything it says, it says with HTTP 200. */
import { createHmac } from 'node:crypto';
import { larkRuns } from '../markup.ts';
import { type Delivery, type Fields, fieldsOf, json, jsonOf, listOf, no, type Receiver, textOf } from '../receiver.ts';
import { bold, field, type Line, line, linkRun, plainLines, type Shown } from '../shown.ts';

const HOUR_SECONDS = 3_600;
const COLORS: Readonly<Record<string, string>> = {
  green: '#2e7d32',
  red: '#c62828',
  orange: '#ef6c00',
  grey: '#607d8b',
};
const says = (code: number, msg: string) => json(200, { code, msg, data: {} });

/** Signing secrets are those that a sender marks as such; without any, none is asked for. */
const signFault = ({ timestamp, sign }: Fields, { at }: Delivery, secrets: readonly string[]): string | undefined => {
  if (timestamp === undefined && sign === undefined && !secrets.some((secret) => secret.startsWith('SEC')))
    return undefined;
  if (!/^\d{10}$/.test(textOf(timestamp)) || Math.abs(at / 1000 - Number(timestamp)) > HOUR_SECONDS) {
    return 'timestamp is not within one hour';
  }
  const expected = secrets.map((secret) => createHmac('sha256', `${timestamp}\n${secret}`).digest('base64'));
  return expected.includes(textOf(sign)) ? undefined : 'sign match fail';
};

const textLines = (text: unknown): Line[] => {
  const { tag, content } = fieldsOf(text);
  if (tag === 'plain_text') return plainLines(textOf(content));
  return textOf(content)
    .split('\n')
    .map((one) => line(...larkRuns(one)));
};

const elementLines = (element: Fields): Line[] => [
  ...(element.text ? textLines(element.text) : []),
  ...listOf(element.fields).map(({ text, is_short }): Line => {
    const [name, value] = textLines(text);
    const runs = [name?.runs ?? [], value?.runs ?? []] as const;
    return is_short ? field(...runs) : line(...runs[0], { text: ' ' }, ...runs[1]);
  }),
  ...listOf(element.elements).flatMap(textLines),
  line(
    ...listOf(element.actions).flatMap(({ text, url }) => [
      linkRun(textOf(fieldsOf(text).content), textOf(url)),
      { text: '  ' },
    ]),
  ),
];

const shownOf = (card: Fields): Shown => {
  const header = fieldsOf(card.header);
  const color = COLORS[textOf(header.template)];
  return {
    ...(color && { color }),
    lines: [line(bold(textOf(fieldsOf(header.title).content))), ...listOf(card.elements).flatMap(elementLines)],
  };
};

export const feishu: Receiver = {
  judge: (delivery, secrets) => {
    const message = jsonOf(delivery);
    if (!secrets.includes(delivery.path.at(-1) ?? ''))
      return no('unknown token', says(19_001, 'param invalid: incoming webhook access token invalid'));
    const fault = signFault(message, delivery, secrets);
    if (fault) return no(fault, says(19_021, fault));
    if (delivery.body.length > 20_000) return no('too long', says(9_499, 'Bad Request'));
    const card = fieldsOf(message.card);
    if (message.msg_type !== 'interactive' || listOf(card.elements).length === 0)
      return no('no card', says(19_002, 'params error'));
    return { id: '', answer: says(0, 'success'), shown: shownOf(card) };
  },
  limited: says(11_232, 'frequency limited psm[lark.oapi.app_platform_runtime]'),
  refused: says(19_024, 'Key Words Not Found'),
  perMinute: 100,
};
