/** Telegram's Bot API: sendMessage and editMessageText, in HTML. */
import { telegramRuns } from '../markup.ts';
import { json, jsonOf, no, type Receiver, textOf } from '../receiver.ts';
import { type Line, line } from '../shown.ts';

const says = (code: number, description: string, parameters?: object) =>
  json(code, { ok: false, error_code: code, description, ...(parameters && { parameters }) });

/** Each tag it knows, opened and closed in order. */
const isWellFormed = (text: string): boolean => {
  const open: string[] = [];
  for (const [, close, name] of text.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
    if (!['b', 'code', 'a', 'blockquote'].includes(name ?? '')) return false;
    if (close === '') open.push(name ?? '');
    else if (open.pop() !== name) return false;
  }
  return open.length === 0 && !/&(?!(lt|gt|amp|quot|#\d+);)/.test(text);
};

const linesOf = (html: string): Line[] => {
  let quoted = false;
  return html.split('\n').map((one) => {
    quoted ||= one.startsWith('<blockquote>');
    const shown = { ...line(...telegramRuns(one)), ...(quoted && { quoted }) };
    if (one.endsWith('</blockquote>')) quoted = false;
    return shown;
  });
};

export const telegram: Receiver = {
  judge: (delivery, secrets) => {
    const [bot = '', method] = delivery.path.slice(-2);
    if (!secrets.includes(bot.replace(/^bot/, ''))) return no('unknown bot', says(401, 'Unauthorized'));
    const { chat_id, text, parse_mode, message_id } = jsonOf(delivery);
    const html = textOf(text);
    if (chat_id === undefined || html === '') return no('no text', says(400, 'Bad Request: message text is empty'));
    if (parse_mode !== 'HTML' || !isWellFormed(html))
      return no('no HTML', says(400, "Bad Request: can't parse entities"));
    const runs = telegramRuns(html);
    if (runs.map((run) => run.text).join('').length > 4_096)
      return no('too long', says(400, 'Bad Request: message is too long'));
    if (method !== 'sendMessage' && method !== 'editMessageText') return no('unknown method', says(404, 'Not Found'));
    const id = method === 'editMessageText' ? Number(message_id) : delivery.at % 1_000_000_000;
    const lines = linesOf(html);
    return {
      id: String(id),
      answer: json(200, { ok: true, result: { message_id: id, date: Math.floor(delivery.at / 1000) } }),
      shown: { lines },
    };
  },
  limited: says(429, 'Too Many Requests: retry after 3', { retry_after: 3 }),
  refused: json(200, { ok: false, error_code: 400, description: 'Bad Request: chat not found' }),
  perMinute: 20,
};
