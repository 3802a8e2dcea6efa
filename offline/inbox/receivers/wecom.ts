/** WeCom's group robot: everything it says, it says with HTTP 200. */
import { wecomRuns } from '../markup.ts';
import { fieldsOf, json, jsonOf, no, type Receiver, textOf } from '../receiver.ts';
import { type Line, line, plainLines, type Shown } from '../shown.ts';

const says = (errcode: number, errmsg: string) => json(200, { errcode, errmsg });

const markdownShown = (content: string): Shown => {
  const lines = content.split('\n').map((one): Line => {
    const quoted = one.startsWith('> ');
    const runs = wecomRuns(quoted ? one.slice(2) : one);
    return quoted ? { runs, quoted } : { runs };
  });
  const color = lines[0]?.runs[0]?.color;
  return { ...(color && { color }), lines };
};

const mentionsOf = (...lists: readonly unknown[]): Line[] => {
  const people = lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
  if (people.length === 0) return [];
  return [line(...people.map((who) => ({ text: `@${who.replace(/^@/, '')} `, mention: true as const })))];
};

export const wecom: Receiver = {
  judge: (delivery, secrets) => {
    if (!secrets.includes(delivery.query.get('key') ?? ''))
      return no('unknown key', says(93_000, 'invalid webhook url'));
    const { msgtype, markdown, text } = jsonOf(delivery);
    const { content: inText, mentioned_list, mentioned_mobile_list } = fieldsOf(text);
    const content = textOf(msgtype === 'markdown' ? fieldsOf(markdown).content : inText);
    if (content === '') return no('no content', says(44_004, 'empty content'));
    const max = msgtype === 'markdown' ? 4_096 : 2_048;
    if (Buffer.byteLength(content) > max) return no('too long', says(40_058, `content exceed max length ${max}`));
    const shown =
      msgtype === 'markdown'
        ? markdownShown(content)
        : { lines: [...plainLines(content), ...mentionsOf(mentioned_list, mentioned_mobile_list)] };
    return { id: '', answer: says(0, 'ok'), shown };
  },
  limited: says(45_009, 'api freq out of limit'),
  refused: says(93_000, 'invalid webhook url'),
  perMinute: 20,
};
