/** One message for several events, for chats that cannot be told everything at once. Pure. */
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
    ([kind, { length }]) => `${length} ${wordFor(kind, WORDS[language])}`,
  );

/** How many operations there are, and how many of each outcome. */
export const tallyOf = (kinds: readonly Kind[], language: Language): string =>
  WORDS[language].digest(kinds.length, countsOf(kinds, language));

/** What tells one operation from another: its narrowest id, its labels, its other ids. */
const nameOf = ({ operation, watch }: OperationEvent['data']): string => {
  const [id = '', ...others] = Object.values(operation).toReversed();
  return [id, ...Object.entries(watch.labels).map(([name, value]) => `${name}=${value}`), ...others].join(' ');
};

/** Bytes of a line's parts. */
type Line = { readonly title: number; readonly name: number; readonly why: number };

/** Reasons are cut before lines are left out, and of a reason its first words stay. */
const LINES: readonly [Line, ...Line[]] = [
  { title: 240, name: 200, why: 200 },
  { title: 240, name: 120, why: 120 },
  { title: 120, name: 80, why: 60 },
];
const SHORTEST: Line = { title: 100, name: 60, why: 30 };

/** What is told of an event, before it is cut to a line. */
type About = { readonly kind: Kind; readonly name: string; readonly message: Message };

const factOf = ({ name, message: { title, why, links } }: About, size: Line): Fact => {
  const url = links.at(-1)?.url;
  const about = [line(name, size.name), line(why ?? '', size.why)].filter(Boolean);
  return { name: cutBytes(title, size.title), value: about.join(' | ') || '-', ...(url !== undefined && { url }) };
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * Digests of the same events, from the best to the shortest, which has one line; each is made when it is asked for. A line for
 * each event, the worst first and, of the same outcome, the earliest first; the newest time, the look of the worst. What has
 * no line is counted by its outcome.
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
