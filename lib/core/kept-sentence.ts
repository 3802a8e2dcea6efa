/**
 * Writes saved sentences in the language of a target. It finds the English text in the table of sentences. So the items
 * of every release read alike, and no item holds a text twice (docs/decisions/0006-kept-sentences.md). Pure.
 */
import { FAULTS } from './fault-sentences.ts';
import { FORMER } from './former-sentences.ts';
import { NOTES } from './note-sentences.ts';
import { REASONS } from './reason-sentences.ts';
import { filled, HOLDS, type Language, ONE_WORD, type Table, type TableName, TERMS } from './sentences.ts';

/** The parts of a template: texts at even indexes, names of slots at odd ones. */
type Pattern = { readonly parts: readonly string[]; readonly zh: string };

/**
 * Orders the templates, so that a text matches the most exact one. First come templates that begin with a text, then
 * longer ones, then those with fewer slots.
 */
const patternsOf = (table: Table, former: Readonly<Record<string, string>>): readonly Pattern[] =>
  [...Object.values(table), ...Object.entries(former).map(([code, en]) => ({ en, zh: table[code]?.zh ?? en }))]
    .map(({ en, zh }) => ({ parts: en.split(/\{(\w+)\}/), zh }))
    .sort(
      (a, b) =>
        Number(a.parts[0] === '') - Number(b.parts[0] === '') ||
        textOf(b).length - textOf(a).length ||
        a.parts.length - b.parts.length,
    );

const textOf = ({ parts }: Pattern): string => parts.filter((_, i) => i % 2 === 0).join('');

const PATTERNS = {
  note: patternsOf(NOTES, FORMER.note),
  reason: patternsOf(REASONS, FORMER.reason),
  fault: patternsOf(FAULTS, FORMER.fault),
  term: patternsOf(TERMS, FORMER.term),
};

/**
 * Returns the values of the slots, each as short as possible and none empty. Undefined when the text is another
 * sentence.
 */
const valuesIn = (text: string, { parts }: Pattern): Record<string, string> | undefined => {
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === first ? {} : undefined;
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const values: Record<string, string> = {};
  let at = first.length;
  for (let i = 1; i < parts.length; i += 2) {
    const to = i === parts.length - 2 ? end : text.indexOf(parts[i + 1] ?? '', at + 1);
    if (to <= at || to > end) return undefined;
    const [name = '', value] = [parts[i], text.slice(at, to)];
    if (ONE_WORD.includes(name) && /\s/.test(value)) return undefined;
    values[name] = value;
    at = to + (parts[i + 1] ?? '').length;
  }
  return values;
};

/** The depth of sentences within sentences. */
const DEPTH_MAX = 6;

const translated = (text: string, table: TableName, depth: number): string => {
  if (depth === 0) return text;
  const placed = table === 'fault' ? inPlaces(text, depth) : undefined;
  if (placed !== undefined) return placed;
  for (const pattern of PATTERNS[table]) {
    const values = valuesIn(text, pattern);
    if (!values) continue;
    const own = Object.entries(values).map(([name, value]) => {
      const held = HOLDS[name];
      return [name, held ? translated(value, held, depth - 1) : value] as const;
    });
    return filled(pattern.zh, Object.fromEntries(own));
  }
  if (table === 'fault') return translated(text, 'reason', depth - 1);
  return table === 'reason' ? inParts(text, depth) : text;
};

/**
 * The places of faults: JSON pointers (spaces only in the name of a label, which a caller chose), or names such as
 * `labels.sha`.
 */
const PLACES = [
  { place: /^(\/(?:\d+\/)?labels\/.*?|\/\S*): (.*)$/s, colon: '：', next: /; (?=\/)/ },
  { place: /^((?:labels|operation)\.\S+) (.*)$/s, colon: ' ', next: /; (?=(?:labels|operation)\.)/ },
];

/** Reads `/provider: is missing; /notify/0: must be a string`. It translates each fault alone, after its place. */
const inPlaces = (text: string, depth: number): string | undefined => {
  for (const { place, colon, next } of PLACES) {
    if (!place.test(text)) continue;
    const told = text.split(next).map((fault) => {
      const [, at, what = ''] = place.exec(fault) ?? [];
      // The last of many faults may be cut off within its place.
      return at === undefined ? fault : `${at}${colon}${translated(what, 'fault', depth - 1)}`;
    });
    return told.join('；');
  }
  return undefined;
};

/** Reads `HTTP 203: a page instead of an answer: Sign in`. It translates each part alone. */
const inParts = (text: string, depth: number): string => {
  const at = text.indexOf(': ');
  if (at < 0) return text;
  const [head, rest] = [text.slice(0, at), text.slice(at + 2)];
  const [ours, others] = [translated(head, 'reason', depth - 1), translated(rest, 'reason', depth - 1)];
  return `${ours}${ours === head && others === rest ? ': ' : '：'}${others}`;
};

/** Returns a saved note in a language. Other texts, such as the words of a cloud, stay as they are. */
export const noteIn = (text: string, language: Language): string =>
  language === 'en' ? text : translated(text, 'note', DEPTH_MAX);

/** Returns a saved reason in a language. The receiver's own words after it stay as they are. */
export const reasonIn = (text: string, language: Language): string =>
  language === 'en' ? text : translated(text, 'reason', DEPTH_MAX);

/** Returns the faults of a submission in a language, with their places. */
export const faultsIn = (text: string, language: Language): string =>
  language === 'en' ? text : translated(text, 'fault', DEPTH_MAX);

/** A code of opwatch, for a fault that no cloud reported (errors.ts). */
const OUR_CODE = /^[a-z]+(_[a-z]+)+$/;

/** Returns the message beside a code. A message of opwatch is translated. A message of a cloud stays as it is. */
export const saidBeside = (code: string, message: string, language: Language): string =>
  OUR_CODE.test(code) ? reasonIn(message, language) : message;
