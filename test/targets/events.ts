/** Events for the targets: a sample, one with everything at its longest, one that tries to be more than text, and any. */
import fc from 'fast-check';
import { sampleEvent } from '../../lib/commands/sample-events.ts';
import { EVENT_TYPES, type OperationEvent } from '../../lib/core/event.ts';
import { type Notice, type NoticeEvent, noticeEventOf } from '../../lib/core/notice.ts';
import type { Status } from '../../lib/core/watch.ts';
import { digestsOf } from '../../lib/targets/kit/digest.ts';
import type { Message } from '../../lib/targets/kit/message.ts';
import { anyText } from '../helpers/any-text.ts';

export const AT = Date.UTC(2026, 10, 22, 2, 5, 42);
export const SHA = '6dcb09b5b57875f334f61aebed695e2e4193db5e';

export const failed = sampleEvent('operation.failed', AT, { sha: SHA });
export const succeeded = sampleEvent('operation.succeeded', AT, { sha: SHA });

type Texts = {
  readonly word: string;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly note: string;
  readonly value: string;
  readonly label: string;
};

/** The failed sample with a stranger's texts in every place where a stranger's texts may stand. */
export const eventWith = (texts: Texts, status: Status = 'failed'): OperationEvent => ({
  ...failed,
  type: EVENT_TYPES.find((type) => type === `operation.${status}`) ?? 'operation.failed',
  data: {
    ...failed.data,
    status,
    watch: { ...failed.data.watch, labels: { ...failed.data.watch.labels, team: texts.label } },
    operation: Object.fromEntries(
      ['RegionId', 'ClusterId', 'NodeId', 'TaskId', 'OperationId'].map((name) => [name, texts.value]),
    ),
    operationType: texts.type,
    providerStatus: texts.word,
    reason: { code: texts.code, message: texts.message },
    error: texts.message,
    note: texts.note,
    requestId: texts.value,
  },
});

const same = (text: string): Texts => ({
  word: text,
  type: text,
  code: text,
  message: text,
  note: text,
  value: text,
  label: text,
});

/** The blocked sample with a stranger's text in the cloud's words. */
export const blockedWith = (text: string): OperationEvent => {
  const sample = sampleEvent('operation.blocked', AT, { sha: SHA });
  const { blocked } = sample.data;
  return {
    ...sample,
    data: { ...sample.data, ...(blocked && { blocked: { ...blocked, code: text, message: text } }) },
  };
};

/** As long as anything ever gets, in characters of four bytes, and in those that escapes make longest. */
export const tooLong: readonly OperationEvent[] = ['😀', '&', '<', '"', '*', '\\', '库', '@a '].flatMap((text) => [
  eventWith(same(text.repeat(1_000))),
  blockedWith(text.repeat(1_000)),
]);

/** What chats take for mentions, links and markup. */
export const TRICKS: readonly string[] = [
  '<!channel> <!here|here> <!everyone>',
  '<@U0123ABCD> <!subteam^S0123ABCD>',
  '<https://evil.example|click here>',
  '@everyone @here @all @channel @13800138000 @ops_team @zhang.san',
  '<@123456789012345678> <@&123456789012345678> <#123456789012345678>',
  '[click](https://evil.example) ![x](https://evil.example/a.png)',
  '\\[click\\](https://evil.example)',
  '<at>Ann</at> < AT >Ann</ AT >',
  '<at id=all></at> <at email=ann@example.com></at> &#60;at id=all&#62;&#60;/at&#62;',
  '<@zhangsan> <font color="warning">x</font>',
  '<a href="https://evil.example">click</a> <a href="tg://user?id=1">x</a> </code></b></blockquote>',
  '<users/all> <users/123456>',
  '**bold** __x__ ~~x~~ `code` ```js\nx``` # head\n# head',
  '{{data.status}} "quoted" \\ back {} [] </script>',
  '\u202eright to left\u0000\u0007\ud800',
  'https://evil.example/?a=1&b=2',
  '|spoiler|| >quote\n> quote\n>>> quote',
];

export const injection = eventWith(same(TRICKS.join(' ')));

/** A notice of each kind with a stranger's texts in every place where a stranger's texts may stand. */
export const noticesWith = (text: string): readonly NoticeEvent[] => {
  const notices: readonly Notice[] = [
    { event: 'credentials_refused', at: AT, connection: 'aliyun', code: text, message: text },
    {
      event: 'watch_blocked',
      at: AT,
      connection: 'aliyun',
      provider: 'aliyun-emr',
      kind: 'not_allowed',
      code: text,
      message: text,
      watch: 'w_sample',
    },
    { event: 'unknown_word', at: AT, provider: 'aliyun-emr', word: text, watch: 'w_sample' },
    { event: 'target_disabled', at: AT, target: 'chat', reason: text },
    { event: 'origin_disabled', at: AT, tenant: 'default', target: text, reason: text },
    { event: 'target_ended', at: AT, target: text, watch: 'w_sample', delivery: 'msg_sample', reason: text },
    { event: 'delivery_parked', at: AT, target: text, watch: 'w_sample', delivery: 'msg_sample', reason: text },
    { event: 'submission_refused', at: AT, submission: text, reason: text },
    { event: 'notices_left_out', at: AT, tenant: 'default' },
    { event: 'token_expires', at: AT, tenant: 'default', token: '0123456789ab', expiresAt: AT, ahead: 1 },
    { event: 'credentials_expire', at: AT, connection: 'aliyun', expiresAt: AT },
  ];
  return notices.map((notice) => noticeEventOf(notice, (id) => `https://opwatch.example.com/watches/${id}`));
};

/** Markup that would be gone from what a reader sees if it were taken for such, and the events that try it. */
export const LITERAL: readonly (readonly [string, OperationEvent])[] = [
  '<font color="warning">x</font>',
  '[click](https://evil.example)',
  '<a href="https://evil.example">x</a>',
  '<https://evil.example|x>',
  '<at id=all></at>',
].map((trick) => [trick, eventWith(same(trick))]);

const piece = fc.oneof(fc.constantFrom(...TRICKS), anyText(), fc.string({ unit: 'grapheme' }));
/** Most are short, so that a hundred thousand events take minutes. */
const text = fc
  .oneof(
    { weight: 12, arbitrary: piece },
    { weight: 3, arbitrary: fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: piece.map((one) => one.repeat(60)) },
  )
  // An event stays below 20 kB: nobody gets to say more than this in one place.
  .map((part) => part.slice(0, 700));

export const anyEvent: fc.Arbitrary<OperationEvent> = fc
  .tuple(
    fc.record({ word: text, type: text, code: text, message: text, note: text, value: text, label: text }),
    fc.constantFrom<Status | 'blocked'>(
      'blocked',
      'failed',
      'succeeded',
      'partial',
      'attention',
      'lost',
      'running',
      'stopped',
    ),
  )
  .map(([texts, status]) => (status === 'blocked' ? blockedWith(texts.message) : eventWith(texts, status)));

/** Those that one message tells of: a few, or as many as ever wait for one. */
export const anyEvents: fc.Arbitrary<OperationEvent[]> = fc.oneof(
  { weight: 19, arbitrary: fc.array(anyEvent, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(anyEvent, { minLength: 20, maxLength: 25, size: 'max' }) },
);

/** The best of the digests of these events. */
export const digestOf = (...about: Parameters<typeof digestsOf>): Message => {
  const [best] = digestsOf(...about);
  if (!best) throw new Error('no digest');
  return best;
};
