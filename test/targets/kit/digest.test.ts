/** One chat message for many events serves the people who act on it: of 25 ends one failed, and every chat shows which. */
import { describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../../lib/core/event.ts';
import { targetOf, targetTypes } from '../../../lib/targets/index.ts';
import { digestsOf } from '../../../lib/targets/kit/digest.ts';
import { messageOf, shorterAndShorter } from '../../../lib/targets/kit/message.ts';
import type { Judgment } from '../../../offline/inbox/receiver.ts';
import { everyTarget } from '../../../offline/inbox/targets.ts';
import { digestOf, eventWith, failed, succeeded, tooLong } from '../events.ts';
import { ATTEMPT, prepared, received, TOKEN } from '../stand-in.ts';

/** The event as one of another watch, with another id. */
const numbered = (event: OperationEvent, n: number): OperationEvent => ({
  ...event,
  data: {
    ...event.data,
    operation: { ...event.data.operation, OperationId: `op-number-${n}` },
    watch: {
      ...event.data.watch,
      url: `https://opwatch.example.com/watches/w_number_${n}`,
      link: `https://opwatch.example.com/w/w_number_${n}`,
    },
  },
});

const withReason = (event: OperationEvent, message: string): OperationEvent => ({
  ...event,
  data: { ...event.data, reason: { code: 'OutOfStock', message } },
});

const REASON = 'the zone has no more of them. ';

/** 25 ends; the 21st failed. */
const ends = (reason: string): readonly OperationEvent[] =>
  Array.from({ length: 25 }, (_, i) => numbered(i === 20 ? withReason(failed, reason) : succeeded, i + 1));

type Shown = { readonly text: string; readonly links: readonly string[] };

const shownBy = ({ shown }: Judgment): Shown => {
  const runs = (shown?.lines ?? []).flatMap((line) => [...line.runs, { text: '\n' }]) as readonly {
    readonly text: string;
    readonly link?: string;
  }[];
  return { text: runs.map(({ text }) => text).join(''), links: runs.flatMap(({ link }) => link ?? []) };
};

const chats = targetTypes.filter((type) => targetOf(type)?.digest);
const settingsOf = everyTarget('https://stand-in.example.com', TOKEN) as Readonly<Record<string, object>>;

const cases = chats.flatMap((type) => (['en', 'zh'] as const).map((language) => [type, language] as const));

const WORDS = {
  en: { title: '25 operations: 1 failed, 24 succeeded', failed: 'failed', more: /and (\d+) more: (\d+) succeeded/ },
  zh: { title: '25 个操作：1 失败，24 成功', failed: '失败', more: /另有 (\d+) 个：(\d+) 成功/ },
};

describe.each(cases)('%s in %s', (type, language) => {
  const { type: _, ...own } = settingsOf[type] as { type: string };
  const { target, settings } = prepared({ type, settings: { ...own, language } });
  const words = WORDS[language];
  const show = (events: readonly OperationEvent[]): Shown => {
    if (!target.digest) throw new Error(`${type} knows no digest`);
    const judgment = received(target.digest(events, settings, ATTEMPT));
    expect(judgment.fault).toBeUndefined();
    return shownBy(judgment);
  };

  it.each([
    ['short', REASON],
    ['endless', REASON.repeat(100)],
  ])('shows the failure first, with its id, its %s reason and its link', (__, reason) => {
    const { text, links } = show(ends(reason));
    expect(text).toContain(words.title);
    const ids = [...text.matchAll(/op-number-(\d+)/g)].map(([, n]) => Number(n));
    expect(ids[0]).toBe(21);
    expect(text.indexOf(words.failed, text.indexOf(words.title) + words.title.length)).toBeLessThan(
      text.indexOf('op-number-21'),
    );
    expect(text).toContain('OutOfStock: the zone');
    expect(links[0]).toMatch(/w(_|%5F)number(_|%5F)21$/);
  });

  it('has a line for each, or counts what it has no room for by outcome', () => {
    const { text } = show(ends(REASON));
    const lines = new Set([...text.matchAll(/op-number-(\d+)/g)].map(([, n]) => n)).size;
    const [, rest = '0', good = '0'] = words.more.exec(text) ?? [];
    expect(lines + Number(rest)).toBe(25);
    expect(good).toBe(rest);
    expect(lines).toBeGreaterThanOrEqual(10);
  });

  it('fits, whatever is told and however many', () => {
    const many = Array.from({ length: 40 }, (__, i) => numbered(tooLong[i % tooLong.length] ?? failed, i));
    expect(show(many).text).toContain('40');
  });

  it('keeps where a single operation failed, however long the reason is', () => {
    const event = withReason(failed, '<& no more of them '.repeat(500));
    const { text } = shownBy(received(target.request(event, settings, ATTEMPT)));
    for (const value of Object.values(event.data.operation)) expect(text).toContain(value);
    expect(text).toContain('OutOfStock');
  });
});

describe('a digest', () => {
  const types = ['succeeded', 'stopped', 'canceled', 'partial', 'attention', 'timed_out', 'lost', 'failed'] as const;

  it('goes from the worst to the best [F53]', () => {
    const events = types.map((status) => ({
      ...failed,
      type: `operation.${status}` as const,
      data: { ...failed.data, status },
    }));
    const { title, facts } = digestOf(events, 'en');
    expect(facts.map(({ name }) => name.split(' ')[0])).toEqual(['❌', '❓', '⌛', '✋', '⚠️', '🚫', '⏹️', '✅']);
    expect(title).toMatch(/^❌ 8 operations: 1 failed, 1 is no longer known/);
  });

  it('names the earliest of one outcome first', () => {
    const events = ['2026-11-22T03:00:00.000Z', '2026-11-22T01:00:00.000Z'].map((timestamp, i) =>
      numbered({ ...failed, timestamp }, i),
    );
    expect(digestOf(events, 'en').facts.map(({ url }) => url?.slice(-1))).toEqual(['1', '0']);
  });

  it('cuts reasons before it leaves out lines, and its last version has one line', () => {
    const versions = [...digestsOf(ends(REASON.repeat(50)), 'en')];
    const lines = versions.map(({ facts }) => facts.filter(({ url }) => url !== undefined).length);
    expect(lines.slice(0, 4)).toEqual([25, 25, 25, 25]);
    expect(lines.at(-1)).toBe(1);
    expect(lines.toSorted((a, b) => b - a)).toEqual(lines);
    expect(versions.at(-1)?.facts.at(-1)).toEqual({ name: '…', value: 'and 24 more: 24 succeeded' });
  });
});

describe('a message that has to be shorter', () => {
  const long = (text: string) => ({
    word: text,
    type: text,
    code: 'OutOfStock',
    message: text,
    note: text,
    value: 'c-b933c5aac8fe6a4c',
    label: text,
  });

  it('loses its reason’s end first, then its links, and keeps facts to the last', () => {
    const message = messageOf(eventWith(long('库存不足，请换一个可用区。'.repeat(40))), 'zh');
    const versions = shorterAndShorter(message);
    const where = versions.map(({ facts }) => facts.filter(({ value }) => value === 'c-b933c5aac8fe6a4c').length);
    expect(Math.min(...where)).toBe(5);
    const linked = versions.map(({ links }) => links.length > 0);
    expect(linked.lastIndexOf(true)).toBeLessThan(versions.length - 1);
    expect(versions.every(({ why = '' }) => why.startsWith('OutOfStock'))).toBe(true);
  });
});
