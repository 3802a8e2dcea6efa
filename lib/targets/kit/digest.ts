/** One message for several events, for a chat with a low rate limit. Pure. */
import type { OperationEvent } from '../../core/event.ts';
import { cutBytes } from '../../core/text.ts';
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
  VALUE_BYTES,
  wordFor,
} from './message.ts';
import { type Language, WORDS } from './words.ts';

/** From worst to best. Events that need somebody come first. */
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

/** From worst to best. A digest has the look of its worst event. */
const TONES: readonly (readonly [Tone, string])[] = [
  ['bad', '❌'],
  ['warn', '⚠️'],
  ['calm', '⏹️'],
  ['good', '✅'],
];

const rankOf = (kind: Kind): number => KINDS.indexOf(kind);

const worstFirst = (kinds: readonly Kind[]): Kind[] => kinds.toSorted((a, b) => rankOf(a) - rankOf(b));

/** The number of events of each outcome, the worst first. */
const countsOf = (kinds: readonly Kind[], language: Language): string[] =>
  [...Map.groupBy(worstFirst(kinds), (kind) => kind)].map(
    ([kind, { length }]) => `${length} ${wordFor(kind, WORDS[language])}`,
  );

/** The number of operations, and the number of each outcome. */
export const tallyOf = (kinds: readonly Kind[], language: Language): string =>
  WORDS[language].digest(kinds.length, countsOf(kinds, language));

/** The name that separates one operation from another: its narrowest id, its labels, its other ids. */
const nameOf = ({ operation, watch }: OperationEvent['data']): string => {
  const [id = '', ...others] = Object.values(operation).toReversed();
  return [id, ...Object.entries(watch.labels).map(([name, value]) => `${name}=${value}`), ...others].join(' ');
};

/** The bytes for the parts of a line. */
type Line = { readonly title: number; readonly name: number; readonly why: number };

/** Reasons become shorter before lines disappear. The first words of a reason stay. */
const LINES: readonly [Line, ...Line[]] = [
  { title: 240, name: 200, why: 200 },
  { title: 240, name: 120, why: 120 },
  { title: 120, name: 80, why: 60 },
];
const SHORTEST: Line = { title: 100, name: 60, why: 30 };

/** The content of an event before it becomes a line. */
type About = { readonly kind: Kind; readonly name: string; readonly message: Message };

const factOf = ({ name, message: { title, why, links } }: About, size: Line): Fact => {
  const url = links.at(-1)?.url;
  const about = [line(name, size.name), line(why ?? '', size.why)].filter(Boolean);
  return { name: cutBytes(title, size.title), value: about.join(' | ') || '-', ...(url !== undefined && { url }) };
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * Yields digests of the same events, from the best to the shortest with one line. It makes each digest only when the
 * caller asks for it. Each event has a line, the worst first and, within an outcome, the earliest first. The time is
 * the newest, the look is that of the worst event. Events without a line are counted by outcome.
 */
export function* digestsOf(events: readonly OperationEvent[], language: Language): Generator<Message> {
  const byRank = events.toSorted((a, b) => rankOf(kindOf(a)) - rankOf(kindOf(b)) || compare(a.timestamp, b.timestamp));
  const abouts = byRank.map(
    (event): About => ({ kind: kindOf(event), name: nameOf(event.data), message: messageOf(event, language) }),
  );
  const kinds = abouts.map(({ kind }) => kind);
  const tones = kinds.map((kind) => LOOKS[kind][0]);
  const [tone, mark] = TONES.find(([one]) => tones.includes(one)) ?? ['calm', '⏹️'];
  const title = line(`${mark} ${tallyOf(kinds, language)}`, TITLE_BYTES);
  const at =
    events
      .map(({ timestamp }) => timestamp)
      .toSorted(compare)
      .at(-1) ?? '';
  const digest = (facts: readonly Fact[]): Message => {
    const rest = kinds.slice(facts.length);
    const more = { name: '…', value: line(WORDS[language].more(rest.length, countsOf(rest, language)), VALUE_BYTES) };
    return { tone, title, facts: rest.length > 0 ? [...facts, more] : facts, links: [], at };
  };

  for (const size of LINES) yield digest(abouts.map((about) => factOf(about, size)));
  const facts = abouts.map((about) => factOf(about, SHORTEST));
  for (let lines = facts.length; lines >= 1; lines -= 1) yield digest(facts.slice(0, lines));
}
