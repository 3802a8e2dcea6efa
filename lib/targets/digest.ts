/** One message for several events, for chats that cannot be told everything at once. Pure. */
import type { OperationEvent } from '../event.ts';
import { cutBytes } from '../text.ts';
import {
  type Fact,
  type Kind,
  kindOf,
  LOOKS,
  line,
  type Message,
  messageOf,
  TITLE_BYTES,
  type Tone,
  told,
  VALUE_BYTES,
} from './message.ts';
import { type Language, WORDS } from './words.ts';

/** From worst to best: what needs somebody comes before what does not. */
const KINDS: readonly Kind[] = [
  'failed',
  'lost',
  'timed_out',
  'blocked',
  'attention',
  'partial',
  'canceled',
  'stopped',
  'running',
  'pending',
  'resumed',
  'unblocked',
  'succeeded',
];

/** From worst to best; a digest looks like the worst it holds. */
const TONES: readonly (readonly [Tone, string])[] = [
  ['bad', '❌'],
  ['warn', '⚠️'],
  ['calm', '⏹️'],
  ['good', '✅'],
];

const rankOf = (kind: Kind): number => KINDS.indexOf(kind);

const worstFirst = (kinds: readonly Kind[]): Kind[] => kinds.toSorted((a, b) => rankOf(a) - rankOf(b));

/** How many there are of each outcome, the worst first. */
const countsOf = (kinds: readonly Kind[], language: Language): string[] =>
  [...Map.groupBy(worstFirst(kinds), (kind) => kind)].map(
    ([kind, { length }]) => `${length} ${told(kind, WORDS[language])}`,
  );

/** How many operations there are, and how many of each outcome. */
export const tallyOf = (kinds: readonly Kind[], language: Language): string =>
  WORDS[language].digest(kinds.length, countsOf(kinds, language));

/** What tells one operation from another: its narrowest id, its labels, its other ids. */
const nameOf = ({ operation, watch }: OperationEvent['data']): string => {
  const [id = '', ...others] = Object.values(operation).toReversed();
  return [id, ...Object.entries(watch.labels).map(([name, value]) => `${name}=${value}`), ...others].join(' ');
};

/** Bytes of a line's parts, and how many lines there are. */
type Size = { readonly title: number; readonly name: number; readonly why: number; readonly lines: number };

const lineOf = (event: OperationEvent, language: Language, size: Size): Fact => {
  const { title, why, links } = messageOf(event, language);
  const url = links.at(-1)?.url;
  const about = [line(nameOf(event.data), size.name), line(why ?? '', size.why)].filter(Boolean);
  return { name: cutBytes(title, size.title), value: about.join(' | ') || '-', ...(url !== undefined && { url }) };
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * A line for each event, the worst first and, of the same outcome, the earliest first; the newest time, the look of the worst.
 * What has no line is counted by its outcome.
 */
export const digestOf = (
  events: readonly OperationEvent[],
  language: Language,
  size: Size = { ...LINES[0], lines: events.length },
): Message => {
  const byRank = events.toSorted((a, b) => rankOf(kindOf(a)) - rankOf(kindOf(b)) || compare(a.timestamp, b.timestamp));
  const tones = byRank.map((event) => LOOKS[kindOf(event)][0]);
  const [tone, mark] = TONES.find(([one]) => tones.includes(one)) ?? ['calm', '⏹️'];
  const facts = byRank.slice(0, size.lines).map((event) => lineOf(event, language, size));
  const rest = byRank.slice(size.lines).map(kindOf);
  const more = { name: '…', value: line(WORDS[language].more(rest.length, countsOf(rest, language)), VALUE_BYTES) };
  return {
    tone,
    title: line(`${mark} ${tallyOf(events.map(kindOf), language)}`, TITLE_BYTES),
    facts: rest.length > 0 ? [...facts, more] : facts,
    links: [],
    at:
      events
        .map(({ timestamp }) => timestamp)
        .toSorted(compare)
        .at(-1) ?? '',
  };
};

type Line = Omit<Size, 'lines'>;

/** Reasons are cut before lines are left out, and of a reason its first words stay. */
const LINES: readonly [Line, ...Line[]] = [
  { title: 240, name: 200, why: 200 },
  { title: 240, name: 120, why: 120 },
  { title: 120, name: 80, why: 60 },
];
const SHORTEST: Line = { title: 100, name: 60, why: 30 };

/** Digests of the same events, from the best to the shortest, which has one line. */
export function* digestsOf(events: readonly OperationEvent[], language: Language): Generator<Message> {
  for (const size of LINES) yield digestOf(events, language, { ...size, lines: events.length });
  for (let lines = events.length; lines >= 1; lines -= 1) yield digestOf(events, language, { ...SHORTEST, lines });
}
