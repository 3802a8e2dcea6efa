/** The content of a chat message to the people who run opwatch. Pure. Nothing here is markup. */

import { faultsIn, reasonIn, saidBeside } from '../../core/kept-sentence.ts';
import type { Notice, NoticeEvent } from '../../core/notice.ts';
import { cutBytes } from '../../core/text.ts';
import { clockIn } from './clock.ts';
import { type Fact, line, lines, type Message, TITLE_BYTES, type Tone, VALUE_BYTES, WHY_BYTES } from './message.ts';
import { type Language, WORDS } from './words.ts';

const LOOKS: Readonly<Record<Notice['event'], readonly [Tone, string]>> = {
  credentials_refused: ['bad', '🔑'],
  watch_blocked: ['warn', '⛔'],
  unknown_word: ['warn', '❔'],
  target_disabled: ['bad', '🔕'],
  target_ended: ['bad', '🪦'],
  origin_disabled: ['bad', '🔕'],
  delivery_parked: ['bad', '📪'],
  submission_refused: ['bad', '🚫'],
  notices_left_out: ['warn', '🔇'],
  token_expires: ['warn', '⌛'],
  credentials_expire: ['warn', '⌛'],
};

const factsOf = ({ data, timestamp }: NoticeEvent, language: Language, timeZone: string): Fact[] => {
  const { facts: names, notices } = WORDS[language];
  const given: readonly (readonly [string, string | undefined])[] = [
    [names.connection, data.connection],
    [notices.facts.provider, data.provider],
    [names.providerStatus, data.providerStatus],
    [notices.facts.target, data.target],
    [notices.facts.tenant, data.tenant],
    [notices.facts.expires, data.expiresAt && clockIn(data.expiresAt, timeZone)],
    [notices.facts.submission, data.submission],
    [notices.facts.watch, data.watch?.id],
    [notices.facts.delivery, data.delivery],
    [notices.facts.help, data.help],
    [names.time, clockIn(timestamp, timeZone)],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: line(value, VALUE_BYTES) }]));
};

/**
 * Returns the words of the reason: the faults of a submission, the message beside a code, or the verdict of an attempt.
 */
const wordsOf = ({ status, reason }: NoticeEvent['data'], language: Language): string | undefined => {
  if (!reason) return undefined;
  if (status === 'submission_refused') return faultsIn(reason.message, language);
  return reason.code === undefined
    ? reasonIn(reason.message, language)
    : saidBeside(reason.code, reason.message, language);
};

/** Returns the message for a notice. */
export const noticeMessageOf = (notice: NoticeEvent, language: Language, timeZone = 'UTC'): Message => {
  const { status, kind, reason, connection, provider, target, token, tenant } = notice.data;
  const [tone, mark] = LOOKS[status];
  const { notices, cures } = WORDS[language];
  const cause = [reason?.code, wordsOf(notice.data, language)].filter(Boolean).join(': ');
  const why = lines(
    [
      cause,
      kind && cures[kind],
      status === 'target_ended' && notices.ended,
      status === 'origin_disabled' && notices.disabled,
    ],
    WHY_BYTES,
  );
  return {
    tone,
    title: line(
      `${mark} ${notices.titles[status](connection ?? provider ?? target ?? token ?? tenant ?? '')}`,
      TITLE_BYTES,
    ),
    facts: factsOf(notice, language, timeZone),
    ...(why !== '' && { why }),
    // The address of the watch requires a token. A person would get a 401 there.
    links: [],
    at: notice.timestamp,
  };
};

/** The bytes of a line's title and reason, and the number of lines. */
type Size = { readonly title: number; readonly why: number; readonly lines: number };

const lineOf = (notice: NoticeEvent, language: Language, timeZone: string, size: Size): Fact => {
  const { title, why = '' } = noticeMessageOf(notice, language, timeZone);
  const value = [line(why, size.why), notice.data.help].filter(Boolean).join(' | ');
  return { name: cutBytes(title, size.title), value: cutBytes(value, VALUE_BYTES) };
};

const severalOf = (notices: readonly NoticeEvent[], language: Language, timeZone: string, size: Size): Message => {
  const words = WORDS[language].notices;
  const tones = notices.map(({ data: { status } }) => LOOKS[status][0]);
  const facts = notices.slice(0, size.lines).map((notice) => lineOf(notice, language, timeZone, size));
  const rest = notices.length - facts.length;
  return {
    tone: tones.includes('bad') ? 'bad' : 'warn',
    title: line(`🔔 ${words.several(notices.length)}`, TITLE_BYTES),
    facts: rest > 0 ? [...facts, { name: '…', value: words.more(rest) }] : facts,
    links: [],
    at:
      notices
        .map(({ timestamp }) => timestamp)
        .toSorted()
        .at(-1) ?? '',
  };
};

/** Yields one message for several notices, in their order, from the best to the shortest with one line. */
export function* noticesMessagesOf(
  notices: readonly NoticeEvent[],
  language: Language,
  timeZone = 'UTC',
): Generator<Message> {
  for (const why of [200, 120, 60]) {
    yield severalOf(notices, language, timeZone, { title: TITLE_BYTES, why, lines: notices.length });
  }
  for (let lines = notices.length; lines >= 1; lines -= 1) {
    yield severalOf(notices, language, timeZone, { title: 100, why: 30, lines });
  }
}
