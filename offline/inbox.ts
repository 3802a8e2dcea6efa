import { randomUUID } from 'node:crypto';
import { redact } from '../lib/net/redact.ts';
import { partsOfBody } from '../lib/net/secret-parts.ts';
import { createMessages, type Message } from './inbox/messages.ts';
import { answerOf, judgedAs, type Mode, parseMode, transmit } from './inbox/modes.ts';
import { page, pageHeaders } from './inbox/page.ts';
import { receivers } from './inbox/receivers.ts';
import {
  BadRequest,
  ELSEWHERE,
  elsewhereThan,
  type LocalServer,
  readJson,
  sendJson,
  serveLocally,
} from './local-server.ts';

export type InboxOptions = {
  /** Left out, a free one. */
  readonly port?: number;
  /** Signing secrets, tokens and keys of every kind; what is signed with or carries any of them is believed. */
  readonly secrets: readonly string[];
  /** Epoch ms. */
  readonly now?: () => number;
  /** How many messages are kept. */
  readonly limit?: number;
};

export type Inbox = LocalServer & {
  /** The received messages, oldest first. All attempts under one webhook-id are one message. */
  readonly received: () => readonly Message[];
};

/**
 * Receives webhooks on 127.0.0.1, verifies them and shows them to people (`GET /`) and programs (`GET /messages.json`).
 *
 * `POST /hooks/{name}` is answered 204 for any name if the signature is good, 401 if not. Every other kind of target has a
 * path of its own (`/slack/{name}/…`) and is answered and shown as that service would. `POST /_control/modes/{name}` lets a
 * name misbehave (see Mode), `DELETE` ends that; `POST /_control/reset` forgets everything.
 */
export async function createInbox({ port = 0, secrets, now = Date.now, limit = 1000 }: InboxOptions): Promise<Inbox> {
  const messages = createMessages(limit);
  const modes = new Map<string, Mode>();
  const arrivals = new Map<string, number[]>();
  const life = randomUUID();
  let changes = 0;
  /** How often somebody followed a redirect, which nobody should. */
  let strays = 0;

  const reset = (): object => {
    messages.clear();
    modes.clear();
    arrivals.clear();
    strays = 0;
    changes += 1;
    return {};
  };

  /** The mode that holds for this attempt; one that was set for a number of attempts is used up by it. */
  const useMode = (name: string): Mode => {
    const mode = modes.get(name) ?? {};
    if (mode.times !== undefined && mode.times > 1) modes.set(name, { ...mode, times: mode.times - 1 });
    else if (mode.times !== undefined) modes.delete(name);
    return mode;
  };

  const isTooOften = (place: string, at: number, perMinute: number | undefined): boolean => {
    if (perMinute === undefined) return false;
    const recent = [...(arrivals.get(place) ?? []).filter((one) => one > at - 60_000), at];
    arrivals.set(place, recent);
    return recent.length > perMinute;
  };

  const changeMode = (method: string, name: string, body: Buffer): Mode => {
    if (method === 'POST') modes.set(name, parseMode(readJson(body)));
    if (method === 'DELETE') modes.delete(name);
    return modes.get(name) ?? {};
  };

  const server = await serveLocally(port, ({ method, path, query, headers, body }, response) => {
    const [first = '', second = '', ...rest] = path.slice(1).split('/').map(decode);
    const [third = ''] = rest;
    const route = `${method} ${path}`;
    if (route === 'GET /') return response.writeHead(200, pageHeaders).end(page);
    if (route === 'GET /messages.json') {
      const etag = `"${life}-${changes}"`;
      if (headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
      return sendJson(response, 200, { messages: messages.all().toReversed(), strays }, { etag });
    }
    if (path === ELSEWHERE) {
      strays += 1;
      return sendJson(response, 200, {});
    }
    if (route === 'POST /_control/reset') return sendJson(response, 200, reset());
    if (first === '_control' && second === 'modes' && third)
      return sendJson(response, 200, changeMode(method, third, body));

    const receiver = Object.hasOwn(receivers, first) ? receivers[first] : undefined;
    if (!receiver || !second || !['POST', 'PATCH'].includes(method))
      return sendJson(response, 404, { error: 'nobody receives here' });
    const at = now();
    const delivery = { method, url: path, path: rest, query: new URLSearchParams(query), headers, body, at };
    const mode = useMode(second);
    const place = `${first}/${second}`;
    const tooOften = isTooOften(place, at, receiver.perMinute);
    const judged = judgedAs(receiver, receiver.judge(delivery, secrets), mode, tooOften);
    const { id, fault, shown } = judged;
    const given = answerOf(judged.answer, mode);
    // People and programs read the copy: what gives its sender a right is masked in it, as in all that opwatch keeps.
    const text = body.toString();
    const copy = redact(text, [...secrets, ...partsOfBody({ headers, body: text })]);
    messages.add(place, id, { at, status: given.status, ...(fault !== undefined && { fault }) }, copy, shown);
    changes += 1;
    transmit(given, mode, response, elsewhereThan(headers.host ?? ''));
  });
  return { ...server, received: messages.all };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new BadRequest('the path is not well encoded');
  }
}
