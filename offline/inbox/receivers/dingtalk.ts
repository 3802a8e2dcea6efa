/** DingTalk's group robot: everything it says, it says with HTTP 200. */
import { createHmac } from 'node:crypto';
import { dingtalkRuns } from '../markup.ts';
import { type Delivery, fieldsOf, json, jsonOf, no, type Receiver, textOf } from '../receiver.ts';
import type { Line, Shown } from '../shown.ts';

const HOUR_MS = 3_600_000;
const says = (errcode: number, errmsg: string) => json(200, { errcode, errmsg });

const signFault = ({ query, at }: Delivery, secrets: readonly string[]): string | undefined => {
  const keys = secrets.filter((secret) => secret.startsWith('SEC'));
  if (keys.length === 0) return undefined;
  const timestamp = query.get('timestamp') ?? '';
  if (!/^\d{13}$/.test(timestamp) || Math.abs(at - Number(timestamp)) > HOUR_MS) return 'invalid timestamp';
  const expected = keys.map((key) => createHmac('sha256', key).update(`${timestamp}\n${key}`).digest('base64'));
  return expected.includes(query.get('sign') ?? '') ? undefined : 'sign not match';
};

const shownOf = (text: string, people: readonly string[]): Shown => {
  const lines = text
    .split('\n\n')
    .flatMap((part) => part.split(/\n>\n/))
    .map((one): Line => {
      const quoted = one.startsWith('> ');
      const runs = dingtalkRuns(quoted ? one.slice(2) : one, people);
      return quoted ? { runs, quoted } : { runs };
    });
  const color = lines[0]?.runs[0]?.color;
  return { ...(color && { color }), lines };
};

export const dingtalk: Receiver = {
  judge: (delivery, secrets) => {
    const { query, body } = delivery;
    if (!secrets.includes(query.get('access_token') ?? ''))
      return no('unknown token', says(300_001, 'token is not exist'));
    const fault = signFault(delivery, secrets);
    if (fault) return no(fault, says(310_000, `description:${fault}`));
    if (body.length > 20_000) return no('too long', says(40_035, 'message too long, exceed 20000 bytes'));
    const { msgtype, markdown, at } = jsonOf(delivery);
    const { title, text } = fieldsOf(markdown);
    if (msgtype !== 'markdown' || !title || !text) return no('no markdown', says(40_035, 'missing parameter'));
    const { atMobiles, atUserIds, isAtAll } = fieldsOf(at);
    const people = [atMobiles, atUserIds].flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
    const shown = shownOf(textOf(text), people);
    const all: Line[] = isAtAll === true ? [{ runs: [{ text: '@all', mention: true }] }] : [];
    return { id: '', answer: says(0, 'ok'), shown: { ...shown, lines: [...shown.lines, ...all] } };
  },
  limited: says(130_101, 'send too fast, exceed 20 times per minute'),
  refused: says(310_000, 'description:keywords not in content'),
  perMinute: 20,
};
