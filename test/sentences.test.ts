import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { SENTENCES, type SentenceCode, sentence, sentenceIn } from '../lib/sentences.ts';

const codes = Object.keys(SENTENCES) as SentenceCode[];
const slotsOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
const VALUE = 'x-1';

describe('opwatch’s own sentences', () => {
  test.each(codes)('%s says the same in Chinese, and is found by its English', (code) => {
    const { en, zh } = SENTENCES[code];
    expect(slotsOf(zh)).toEqual(slotsOf(en));
    expect(zh).toMatch(/\p{Script=Han}/u);
    const values = Object.fromEntries(slotsOf(en).map((name) => [name, VALUE]));
    const kept = sentence(code, values);
    expect(sentenceIn(kept, 'en')).toBe(kept);
    expect(sentenceIn(kept, 'zh')).toBe(zh.replace(/\{\w+\}/g, VALUE));
  });

  test.each([
    [
      'The deadline passed without a last answer. The last answer on record, of 2026-01-05T08:00:00.000Z: RUNNING. From 2026-01-05T09:00:00.000Z to 2026-01-05T09:15:00.000Z the cloud refused: Forbidden.RAM: not authorized',
      '期限已过，且未得到最后的答复。记录中的最后答复（2026-01-05T08:00:00.000Z）：RUNNING。从 2026-01-05T09:00:00.000Z 到 2026-01-05T09:15:00.000Z，云端拒绝了请求：Forbidden.RAM: not authorized',
    ],
    ['retry: HTTP 410: the receiver wants no more: bye', '将重试：HTTP 410：接收方不再接收：bye'],
    ['GetOperation shows no operation op-1', 'GetOperation 查不到 operation op-1'],
    ['The cloud says something of its own.', 'The cloud says something of its own.'],
    ['', ''],
  ])('%s', (kept, zh) => expect(sentenceIn(kept, 'zh')).toBe(zh));

  it('are all in the table: no note is written beside it', () => {
    const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const strays = files.flatMap((name) =>
      [...readFileSync(`lib/${name}`, 'utf8').matchAll(/\b(?:note: |note = |untied\([^)]*?, ?)[`'][^`']{12,}/g)].map(
        ([text]) => `${name}: ${text}`,
      ),
    );
    expect(strays).toEqual([]);
  });
});
