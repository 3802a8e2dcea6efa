/** Receivers of webhooks: they keep what they are told, check its signature, and answer well or badly. */
import { createHmac } from 'node:crypto';
import { RetryLater } from '../../lib/core/errors.ts';
import type { OperationEvent } from '../../lib/core/event.ts';
import type { NoticeEvent } from '../../lib/core/notice.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { bodyFields } from '../../lib/targets/kit/answer.ts';
import { type Channel, createChannel } from './channel.ts';
import { type Thing, taken, thingIn, wordsIn } from './holders.ts';

export type Received = {
  readonly at: number;
  readonly url: string;
  readonly id: string;
  readonly event: OperationEvent | NoticeEvent;
  readonly body: string;
  /** Whether the receiver took it: it may have, though its answer never arrived. */
  readonly isTaken: boolean;
  /** How the receiver answered, where not as usual. */
  readonly manner?: Reply;
  /** Whose secret it is signed with. */
  readonly signedAs: string;
};

/** What a receiver that holds state was told. */
export type Shown = Thing & { readonly at: number; readonly words: string };

/** How a receiver answers instead of `204 No Content`. */
export type Reply =
  | 'broken'
  | 'busy'
  | 'busy for long'
  | 'gone'
  | 'refused'
  | 'moved'
  | 'elsewhere'
  | 'echo'
  | 'reset'
  | 'taken and reset'
  | 'hang'
  | 'taken and hang'
  | 'slow'
  | 'huge'
  /** A gateway before it gives up, and hands the request on later. */
  | 'late';

/** What a receiver takes, whatever becomes of its answer. */
const TAKEN: readonly (Reply | undefined)[] = [undefined, 'taken and reset', 'taken and hang', 'slow', 'huge'];

/** How long it takes over its answer, ms; undefined for the usual time. */
export const tookOf = (reply: Reply | undefined): number | undefined => (reply ? TOOK[reply] : undefined);

const TOOK: Partial<Readonly<Record<Reply, number>>> = {
  hang: 15_000,
  'taken and hang': 15_000,
  slow: 12_000,
  late: 10_000,
};

export type Receivers = {
  readonly answer: (request: HttpRequest, reply?: Reply) => HttpAnswer;
  readonly received: readonly Received[];
  /** What reached those that hold state, in the order in which it came. */
  readonly shown: readonly Shown[];
  /** The one receiver that can change what it was told. */
  readonly channel: Channel;
};

/** The bytes of a secret, under the name of who has it. */
type Keys = ReadonlyMap<string, Buffer>;

/** Standard Webhooks has receivers refuse what was signed longer ago, or later, than this. */
const isSignedNow = ({ headers }: HttpRequest, now: number): boolean =>
  Math.abs(now - Number(headers['webhook-timestamp']) * 1_000) <= 300_000;

/**
 * Whose secret a webhook is signed with. Throws where none of them makes that signature: that would be a fault of ours. The
 * scheme is that of Standard Webhooks, written anew: test/net/standard-webhooks.test.ts holds ours against their package.
 */
const signerOf = ({ headers, body = '' }: HttpRequest, keys: Keys): string => {
  const signatures = headers['webhook-signature']?.split(' ') ?? [];
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  for (const [name, key] of keys) {
    if (signatures.includes(`v1,${createHmac('sha256', key).update(content).digest('base64')}`)) return name;
  }
  throw new Error('the signature is wrong');
};

/** `secrets` are those that something may be signed with, each under the name of who has it. */
export const createReceivers = (now: () => number, secrets: Readonly<Record<string, string>>): Receivers => {
  const received: Received[] = [];
  const shown: Shown[] = [];
  const bytesOf = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64');
  const keys: Keys = new Map(Object.entries(secrets).map(([name, secret]) => [name, bytesOf(secret)]));

  const answers: Readonly<Record<Reply, (request: HttpRequest, secret?: string) => HttpAnswer>> = {
    broken: () => reply(500, 'no'),
    busy: () => reply(429, ''),
    'busy for long': () => ({ ...reply(503, ''), headers: { 'retry-after': '600' } }),
    gone: () => reply(410, ''),
    refused: () => reply(401, ''),
    moved: () => ({ ...reply(301, ''), headers: { location: 'http://169.254.169.254/latest/meta-data' } }),
    elsewhere: () => ({ ...reply(307, ''), headers: { location: 'https://ci.example.com/opwatch' } }),
    // A debugging endpoint that shows the whole request, its own secret address and all.
    echo: ({ url, headers, body }, secret) => reply(500, `${url} ${JSON.stringify(headers)} ${body} ${secret}`),
    reset: () => unanswered('reset'),
    'taken and reset': () => unanswered('reset'),
    hang: () => unanswered('timeout'),
    'taken and hang': () => unanswered('timeout'),
    slow: () => reply(200, 'ok'),
    huge: () => ({ ...reply(200, 'x'.repeat(16 * 1024)), cut: true }),
    late: () => reply(504, ''),
  };

  const channel = createChannel(now);

  /** A receiver that holds state takes a request. */
  const show = (thing: Thing, request: HttpRequest): HttpAnswer => {
    const answer = thing.place === 'channel' ? channel.answer(request) : taken(thing);
    // A message that is there no more is not changed.
    if (bodyFields(answer).ok !== false) shown.push({ ...thing, at: now(), words: wordsIn(request) });
    return answer;
  };

  return {
    received,
    shown,
    channel,
    answer: (request, manner) => {
      const thing = thingIn(request);
      if (thing) {
        const own = TAKEN.includes(manner) ? show(thing, request) : undefined;
        // It echoes its own secret, and knows no other.
        if (manner === 'echo') return reply(500, `${request.url} ${JSON.stringify(request.headers)} ${request.body}`);
        return manner || !own ? answers[manner ?? 'broken'](request) : own;
      }
      if (manner === 'late') return answers.late(request);
      const signedAs = signerOf(request, keys);
      if (!isSignedNow(request, now())) return reply(400, 'the timestamp is too far off');
      const { url, headers, body = '' } = request;
      const isTaken = TAKEN.includes(manner);
      received.push({
        at: now(),
        url,
        id: headers['webhook-id'] ?? '',
        event: JSON.parse(body) as OperationEvent | NoticeEvent,
        body,
        isTaken,
        ...(manner && { manner }),
        signedAs,
      });
      return manner ? answers[manner](request, secrets[signedAs]) : reply(204, '');
    },
  };
};

const reply = (status: number, body: string): HttpAnswer => ({ status, headers: {}, body, cut: false });

const unanswered = (code: string): never => {
  throw new RetryLater({ code, message: `the receiver gave no answer (${code})` });
};
