/**
 * Kept sentences in the language of a target: the English of a row is found in the table of sentences, so that rows of every
 * version read alike and no row holds the same thing twice (docs/decisions/0006-kept-sentences.md). Pure.
 */
import { FAULTS } from './fault-sentences.ts';
import { NOTES } from './note-sentences.ts';
import { REASONS } from './reason-sentences.ts';
import { filled, HOLDS, type Language, ONE_WORD, type Table, type TableName, TERMS } from './sentences.ts';

/** A template in its parts: texts at even places, names of slots at odd ones. */
type Pattern = { readonly parts: readonly string[]; readonly zh: string };

/**
 * Templates that begin with a text of their own come first, then those that say most, then those with the fewest values: no text
 * is taken for a sentence that says less of it.
 */
const patternsOf = (table: Table): readonly Pattern[] =>
  Object.values(table)
    .map(({ en, zh }) => ({ parts: en.split(/\{(\w+)\}/), zh }))
    .sort(
      (a, b) =>
        Number(a.parts[0] === '') - Number(b.parts[0] === '') ||
        textOf(b).length - textOf(a).length ||
        a.parts.length - b.parts.length,
    );

const textOf = ({ parts }: Pattern): string => parts.filter((_, i) => i % 2 === 0).join('');

const PATTERNS = {
  note: patternsOf(NOTES),
  reason: patternsOf(REASONS),
  fault: patternsOf(FAULTS),
  term: patternsOf(TERMS),
};

/** The values of a text's slots, each as short as can be and none empty; undefined where the text is no such sentence. */
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

/** How deep sentences stand in sentences. */
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

/** Places of faults: JSON pointers (blanks only in the name of a label, which a caller chose), or names such as `labels.sha`. */
const PLACES = [
  { place: /^(\/(?:\d+\/)?labels\/.*?|\/\S*): (.*)$/s, colon: '：', next: /; (?=\/)/ },
  { place: /^((?:labels|operation)\.\S+) (.*)$/s, colon: ' ', next: /; (?=(?:labels|operation)\.)/ },
];

/** `/provider: is missing; /notify/0: must be a string`: each fault by itself, behind its place. */
const inPlaces = (text: string, depth: number): string | undefined => {
  for (const { place, colon, next } of PLACES) {
    if (!place.test(text)) continue;
    const told = text.split(next).map((fault) => {
      const [, at, what = ''] = place.exec(fault) ?? [];
      // The last of many may be cut off within its place.
      return at === undefined ? fault : `${at}${colon}${translated(what, 'fault', depth - 1)}`;
    });
    return told.join('；');
  }
  return undefined;
};

/** `HTTP 203: a page instead of an answer: Sign in`: each part by itself. */
const inParts = (text: string, depth: number): string => {
  const at = text.indexOf(': ');
  if (at < 0) return text;
  const [head, rest] = [text.slice(0, at), text.slice(at + 2)];
  const [ours, others] = [translated(head, 'reason', depth - 1), translated(rest, 'reason', depth - 1)];
  return `${ours}${ours === head && others === rest ? ': ' : '：'}${others}`;
};

/** A kept note in a language. What is none of ours, a cloud's words above all, stays as it is. */
export const noteIn = (text: string, language: Language): string =>
  language === 'en' ? text : translated(text, 'note', DEPTH_MAX);

/** A kept reason in a language: our words, and behind them a receiver's own, which stay as they are. */
export const reasonIn = (text: string, language: Language): string =>
  language === 'en' ? text : translated(text, 'reason', DEPTH_MAX);

/** A submission's faults in a language, with their places. */
export const faultsIn = (text: string, language: Language): string =>
  language === 'en' ? text : translated(text, 'fault', DEPTH_MAX);

/** A code of ours, for what no cloud said (errors.ts). */
const OUR_CODE = /^[a-z]+(_[a-z]+)+$/;

/** What is said beside a code: of one of ours it is our own sentence, of any other it is the cloud's and stays as it is. */
export const saidBeside = (code: string, message: string, language: Language): string =>
  OUR_CODE.test(code) ? reasonIn(message, language) : message;
