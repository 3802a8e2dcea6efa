/**
 * The content of a chat message, the same for every format: the operation, how it ended, where, after how long, why,
 * and links. Pure. The texts come from clouds and callers. Each format escapes them in its own way. Nothing here is
 * markup.
 */
import { isAside, type OperationEvent, type ProgressEvent } from '../../core/event.ts';
import { noteIn, saidBeside } from '../../core/kept-sentence.ts';
import type { Progress } from '../../core/observation.ts';
import { SECOND } from '../../core/schedule.ts';
import { cutBytes, plain } from '../../core/text.ts';
import type { Aside, Status } from '../../core/watch.ts';
import { clockIn } from './clock.ts';
import { isTopLevel } from './top-level.ts';
import { durationIn, type Language, WORDS } from './words.ts';

/** The look of a message. Formats have a color for each. */
export type Tone = 'good' | 'bad' | 'warn' | 'calm';

export type Fact = {
  readonly name: string;
  readonly value: string;
  /** The address behind the name. */
  readonly url?: string;
};

/** Texts are one line each, except `why`. Sizes are bytes of UTF-8. */
export type Message = {
  readonly tone: Tone;
  /** 240 at most. It begins with an emoji. */
  readonly title: string;
  /** 10 at most, each name 240 at most and each value 400 at most. */
  readonly facts: readonly Fact[];
  /** The cloud's own code and words, or ours when the end is not a word of the cloud. 1,500 at most. */
  readonly why?: string;
  /** http and https only, encoded. */
  readonly links: readonly { readonly text: string; readonly url: string }[];
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The thread of all messages about one watch. A digest has none. */
  readonly thread?: string;
};

export const TITLE_BYTES = 240;
export const VALUE_BYTES = 400;
export const WHY_BYTES = 1_500;
export const FACTS_MAX = 10;

/** The content of an event: a status, or an event that does not change the status. */
export type Kind = Status | Aside['event'];

export const kindOf = ({ type, data }: ShownEvent): Kind => {
  const name = type.slice('operation.'.length);
  return isAside(name) ? name : data.status;
};

export const wordFor = (kind: Kind, { status, asides }: (typeof WORDS)[Language]): string =>
  isAside(kind) ? asides[kind] : status[kind];

/** The look of each kind. The marks differ in shape, for people who cannot tell the colors apart. */
export const LOOKS: Readonly<Record<Kind, readonly [Tone, string]>> = {
  pending: ['calm', '⏳'],
  running: ['calm', '⏳'],
  attention: ['warn', '✋'],
  resumed: ['calm', '▶️'],
  blocked: ['warn', '⛔'],
  unblocked: ['calm', '👀'],
  succeeded: ['good', '✅'],
  partial: ['warn', '⚠️'],
  failed: ['bad', '❌'],
  canceled: ['warn', '🚫'],
  lost: ['bad', '❓'],
  timed_out: ['bad', '⌛'],
  stopped: ['calm', '⏹️'],
};

/** Breaks schemes and host names with a zero-width space, because chats turn them into links. */
export const unlinked = (text: string): string =>
  text
    .replace(/:(?=\/\/)/g, ':\u200b')
    .replace(HOST_DOT, '.\u200b')
    .replace(MIXED_DOT, (dot, end: string) => (isTopLevel(end) ? `${dot}\u200b` : dot));

/**
 * A dot inside a host name. The last part of a host name has letters of one case, or of a script without cases (`.中国`).
 * So codes such as `Denied.NoStock` stay.
 */
const HOST_DOT =
  /(?<=[\p{L}\p{N}_-])\.(?=[\p{Ll}\p{Lo}]{2,24}(?![\p{L}\p{N}_]))|(?<=[\p{Lu}\p{N}_-])\.(?=\p{Lu}{2,24}(?![\p{L}\p{N}_]))/gu;

/** A dot before a possible end of a host name in mixed letters: `Example.Museum`. */
const MIXED_DOT = /(?<=[^\s.])\.(?=([A-Za-z]{2,24})(?![\p{L}\p{N}_]))/gu;

/** Returns one line that does not become a link. */
export const line = (text: string, maxBytes: number): string =>
  plain(unlinked(text.replace(/\s+/g, ' ').trim()), maxBytes);

/** Returns lines without spaces around them. They do not become links. */
export const lines = (parts: readonly (string | undefined | false)[], maxBytes: number): string =>
  plain(
    parts
      .filter(Boolean)
      .join('\n')
      .split('\n')
      .map((each) => unlinked(each.trim().replace(/\s+/g, ' ')))
      .filter(Boolean)
      .join('\n'),
    maxBytes,
  );

/** Returns a link only for an address that a browser may open. */
export const linkTo = (text: string, url: string): Message['links'] => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === 'https:' || parsed?.protocol === 'http:' ? [{ text, url: parsed.href }] : [];
};

const progressIn = (progress: Progress | undefined, language: Language): string | undefined => {
  if (!progress) return undefined;
  if ('percent' in progress) return `${Math.round(progress.percent)} %`;
  return WORDS[language].of(progress.done, progress.total);
};

type ShownEvent = OperationEvent | ProgressEvent;

/**
 * Returns the length of the operation, by the cloud's own times if it gives them, else from the submission to the
 * event. Zero for an operation that had ended before the submission.
 */
const elapsedMs = ({ timestamp, data }: ShownEvent): number =>
  Date.parse(data.endedAt ?? timestamp) - Date.parse(data.startedAt ?? data.watch.submittedAt);

const titleOf = (event: ShownEvent, language: Language): string => {
  const { provider, operationType } = event.data;
  const kind = kindOf(event);
  const words = WORDS[language];
  const ms = elapsedMs(event);
  const hasLasted = ms >= SECOND && kind !== 'pending' && !isAside(kind);
  const what = hasLasted ? words.after(wordFor(kind, words), durationIn(ms, language), kind) : wordFor(kind, words);
  return line(`${LOOKS[kind][1]} ${provider} ${operationType ?? words.operation} ${what}`, TITLE_BYTES);
};

/** Returns the cloud's own code and words, or ours when no cloud gave a reason. */
const causeOf = ({ reason, error, blocked }: OperationEvent['data'], language: Language): string => {
  const { code, message } = blocked ?? reason ?? {};
  const words = message && blocked ? saidBeside(blocked.code, message, language) : message;
  return [code, words].filter(Boolean).join(': ').trim() || (error ?? '');
};

/** Returns the reason and the advice for a person. A success has none: the words beside it are a fact. */
const whyOf = (event: ShownEvent, language: Language): string => {
  const { data } = event;
  const cure = data.blocked && WORDS[language].cures[data.blocked.kind];
  return lines(
    [isSound(event) ? undefined : causeOf(data, language), cure, data.note && noteIn(data.note, language)],
    WHY_BYTES,
  );
};

const isSound = (event: ShownEvent): boolean => LOOKS[kindOf(event)][0] === 'good';

type Facts = readonly (readonly [name: string, text: string | undefined])[];

/** Returns the facts that have a text. */
const shown = (given: Facts): Fact[] =>
  given.flatMap(([name, text]) => {
    const value = line(text ?? '', VALUE_BYTES);
    return value === '' ? [] : [{ name: line(name, TITLE_BYTES), value }];
  });

const factsOf = (event: ShownEvent, language: Language, timeZone: string): Fact[] => {
  const { data } = event;
  const { facts: names } = WORDS[language];
  const word = data.evidence ? `${data.providerStatus} ${WORDS[language][data.evidence]}` : data.providerStatus;
  const labels = Object.entries(data.watch.labels).map(([name, value]) => `${name}=${value}`);
  const isGood = isSound(event);
  const before: Facts = [
    [names.providerStatus, data.providerStatus && word],
    [names.words, isGood ? (data.message ?? causeOf(data, language)) : undefined],
    [names.progress, isGood ? undefined : progressIn(data.progress, language)],
  ];
  const behind: Facts = [
    [names.connection, data.connection],
    [names.labels, labels.join(', ')],
    [names.requestId, isGood ? undefined : data.requestId],
    [names.time, clockIn(data.endedAt ?? event.timestamp, timeZone)],
  ];
  const [first, last] = [shown(before), shown(behind)];
  const room = FACTS_MAX - first.length - last.length;
  return [...first, ...shown(Object.entries(data.operation)).slice(0, room), ...last];
};

/** Returns the message for an event, in a language and a time zone. */
export const messageOf = (event: ShownEvent, language: Language, timeZone = 'UTC'): Message => {
  const { console: page, watch } = event.data;
  const { links } = WORDS[language];
  const why = whyOf(event, language);
  return {
    tone: LOOKS[kindOf(event)][0],
    title: titleOf(event, language),
    facts: factsOf(event, language, timeZone),
    ...(why !== '' && { why }),
    links: [...linkTo(links.console, page), ...linkTo(links.watch, watch.link ?? '')],
    at: event.timestamp,
    thread: watch.id,
  };
};

type Step = { title: number; facts: number; name: number; value: number; why: number; links: boolean };

/**
 * First a long reason becomes shorter, then long values, then links disappear. The facts that tell the place stay
 * longest.
 */
const STEPS: readonly Step[] = [
  { title: 240, facts: 10, name: 240, value: 400, why: 600, links: true },
  { title: 240, facts: 10, name: 240, value: 400, why: 250, links: true },
  { title: 240, facts: 10, name: 120, value: 200, why: 120, links: true },
  { title: 240, facts: 10, name: 60, value: 100, why: 60, links: true },
  { title: 240, facts: 10, name: 40, value: 60, why: 60, links: true },
  { title: 120, facts: 10, name: 40, value: 60, why: 60, links: false },
  { title: 120, facts: 8, name: 30, value: 40, why: 30, links: false },
];

/** Returns shorter and shorter versions of a message, for formats with limits. The last one fits all of them. */
export const shorterAndShorter = (message: Message): readonly Message[] =>
  STEPS.map((max) => ({
    ...message,
    title: cutBytes(message.title, max.title),
    facts: message.facts.slice(0, max.facts).map((fact) => ({
      ...fact,
      name: cutBytes(fact.name, max.name),
      value: cutBytes(fact.value, max.value),
    })),
    ...(message.why !== undefined && { why: cutBytes(message.why, max.why) }),
    links: max.links ? message.links : [],
  }));
