/**
 * opwatch's own sentences about ends and attempts, in each language. Items, the API and webhooks keep the English
 * sentence. kept-sentence.ts writes it in the language of a target. Pure.
 *
 * `{…}` is a slot for a value: a word of a cloud or a receiver, an id, a time, or another of these sentences (HOLDS).
 */

import { FAULTS } from './fault-sentences.ts';
import { NOTES } from './note-sentences.ts';
import { REASONS } from './reason-sentences.ts';

export type Sentence = { readonly en: string; readonly zh: string };
export type Table = Readonly<Record<string, Sentence>>;

export type TableName = 'note' | 'reason' | 'fault' | 'term';

/** The table that a slot's sentence comes from. */
export const HOLDS: Readonly<Record<string, TableName>> = {
  heard: 'note',
  why: 'note',
  shows: 'note',
  shown: 'note',
  beside: 'note',
  begun: 'note',
  begunBefore: 'note',
  state: 'note',
  tasks: 'note',
  fault: 'reason',
  reason: 'reason',
  lack: 'fault',
  needs: 'fault',
  phase: 'term',
  kind: 'term',
  asked: 'term',
  allowed: 'term',
};

/** Slots whose values contain no spaces. */
export const ONE_WORD: readonly string[] =
  'action api bytes code count field host id least most ms name port reference thing watch'.split(' ');

/** Words of opwatch that stand inside a sentence. */
export const TERMS = {
  connecting: { en: 'connecting', zh: '正在连接' },
  securing: { en: 'securing', zh: '正在建立 TLS' },
  waiting: { en: 'waiting', zh: '正在等待应答' },
  reading: { en: 'reading', zh: '正在读取应答' },
  loopback: { en: 'loopback', zh: '本机' },
  metadata: { en: 'cloud metadata', zh: '云元数据' },
  link_local: { en: 'link-local', zh: '链路本地' },
  private: { en: 'private', zh: '私网' },
  reserved: { en: 'reserved', zh: '保留' },
  none: { en: 'none', zh: '无' },
  default_connection: { en: 'the default connection', zh: '默认连接' },
  default_targets: { en: 'the default targets', zh: '默认通知的各个目标' },
} as const satisfies Table;

export const SENTENCES = { ...NOTES, ...REASONS, ...FAULTS, ...TERMS } as const satisfies Table;

export type SentenceCode = keyof typeof SENTENCES;
export type ReasonCode = keyof typeof REASONS;
export type Language = keyof Sentence;

type SlotsIn<T extends string> = T extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsIn<Rest> : never;
type SlotsOf<C extends SentenceCode> = SlotsIn<(typeof SENTENCES)[C]['en']>;

/** A reason without slots. */
export type WholeReason = { [C in ReasonCode]: [SlotsOf<C>] extends [never] ? C : never }[ReasonCode];

/** Fills the slots of a template. */
export const filled = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (slot, name: string) => values[name] ?? slot);

type Values<C extends SentenceCode> = [SlotsOf<C>] extends [never]
  ? []
  : [values: Readonly<Record<SlotsOf<C>, string>>];

/** Returns a sentence in English with a value in each slot, as items and the API hold it. */
export const sentence = <C extends SentenceCode>(code: C, ...[values]: Values<C>): string =>
  filled(SENTENCES[code].en, values ?? {});
