/** A Slack channel as a bot sees it: messages by what names them, each with every text it has shown. */

import { readLink } from '../../lib/access/link.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { LINK_KEY } from './settings.ts';

export type ChannelMessage = {
  /** The watch it is about. */
  readonly watch: string;
  readonly texts: readonly { readonly at: number; readonly text: string }[];
};

export type Channel = {
  readonly answer: (request: HttpRequest) => HttpAnswer;
  readonly messages: ReadonlyMap<string, ChannelMessage>;
};

export const CHANNEL_URL = 'https://slack.com/api/';

const says = (body: object): HttpAnswer => ({ status: 200, headers: {}, body: JSON.stringify(body), cut: false });

/** The watch that a message is about, from its link. */
export const watchIn = (body: string): string => {
  // Inside a link the underscore is written as its code.
  const link = /\/w\/([\w%-]+)/.exec(body)?.[1]?.replaceAll('%5F', '_') ?? '';
  return readLink(link, [LINK_KEY])?.id ?? '';
};

export const createChannel = (now: () => number): Channel => {
  const messages = new Map<string, ChannelMessage>();
  return {
    messages,
    answer: ({ url, body = '' }) => {
      const { text, channel, ts } = JSON.parse(body);
      const watch = watchIn(body);
      const name = url.endsWith('chat.update') ? ts : `${messages.size}.000100`;
      const before = messages.get(name);
      if (url.endsWith('chat.update') && !before) return says({ ok: false, error: 'message_not_found' });
      messages.set(name, { watch, texts: [...(before?.texts ?? []), { at: now(), text }] });
      return says({ ok: true, channel, ts: name });
    },
  };
};
