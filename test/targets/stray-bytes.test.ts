/** A complete answer stands, whatever bytes follow it: each target's own good answer, over real connections. */
import { afterEach, describe, expect, it } from 'vitest';
import { createSend } from '../../lib/net/http.ts';
import { targetOf, targetTypes } from '../../lib/targets/index.ts';
import { closeServers, serveRaw } from '../helpers/network.ts';
import { answerOf, NOW, ROWS } from './answers.ts';
import { inWords } from './stand-in.ts';

afterEach(closeServers);

const STRAY = {
  'nothing behind it': '',
  'a body that nobody announced': '{"also":"this"}',
  'line ends': '\r\n\r\n',
  'another answer': 'HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n',
  'bytes that are no text': '\u0000\u0001\u0002',
} as const;

/** The good answer of a target as it is on the wire, with its exact length. */
const goodOf = (type: string): string => {
  const row = ROWS.find(([of, about]) => of === type && about === 'success');
  if (!row) throw new Error(`no good answer of ${type} is known`);
  const { status, headers, body } = answerOf(row[2]);
  const length = status === 204 ? [] : [['content-length', `${Buffer.byteLength(body)}`] as const];
  const lines = [...Object.entries(headers), ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Good\r\n${lines.join('')}\r\n${status === 204 ? '' : body}`;
};

describe.each(targetTypes)('%s', (type) => {
  it.each(Object.entries(STRAY))('is told once: %s', async (_, stray) => {
    const { port, connections } = await serveRaw((socket) => socket.write(`${goodOf(type)}${stray}`, 'latin1'));
    const send = createSend({ timeoutMs: 5_000, maxBytes: 16_384, onTooLong: 'cut' });
    const answer = await send({ method: 'POST', url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}' });
    const verdict = targetOf(type)?.verdict(answer, NOW);
    expect(verdict && inWords(verdict)).toBe('delivered');
    expect(connections()).toBe(1);
  });
});
