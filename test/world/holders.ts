/** Receivers that hold what they were told last, beside the channel: statuses of commits, and incidents. */
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { CHANNEL_URL, watchIn } from './channel.ts';

const STATUSES = /^https:\/\/api\.github\.com\/repos\/[^/]+\/[^/]+\/statuses\/(\w+)$/;
const INCIDENTS = 'https://events.pagerduty.com/v2/enqueue';

/** A thing at a receiver that holds state. `about` is the watch or the commit. */
export type Thing = { readonly place: 'commit' | 'incident' | 'channel'; readonly about: string };

/** What a request changes; undefined where its receiver keeps every message. */
export const thingIn = ({ url, body = '' }: HttpRequest): Thing | undefined => {
  if (url.startsWith(CHANNEL_URL)) return { place: 'channel', about: watchIn(body) };
  if (url === INCIDENTS) return { place: 'incident', about: JSON.parse(body).dedup_key };
  const [, commit] = STATUSES.exec(url) ?? [];
  return commit === undefined ? undefined : { place: 'commit', about: commit };
};

/** The answer of a receiver that takes the request. */
export const taken = ({ place }: Thing): HttpAnswer => {
  const says = (status: number, body: object) => ({ status, headers: {}, body: JSON.stringify(body), cut: false });
  return place === 'commit' ? says(201, { state: 'pending' }) : says(202, { status: 'success' });
};

/** The words that the receiver shows from then on. */
export const wordsIn = ({ body = '' }: HttpRequest): string => {
  const { text, description, payload } = JSON.parse(body);
  return text ?? description ?? payload?.summary ?? '';
};
