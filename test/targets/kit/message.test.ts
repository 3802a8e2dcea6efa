import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it, test } from 'vitest';
import { sampleEvent, sampleEvents } from '../../../lib/commands/sample-events.ts';
import type { OperationEvent } from '../../../lib/core/event.ts';
import { FAULTS } from '../../../lib/core/fault-sentences.ts';
import { NOTES } from '../../../lib/core/note-sentences.ts';
import { type Notice, noticeEventOf } from '../../../lib/core/notice.ts';
import { REASONS } from '../../../lib/core/reason-sentences.ts';
import { byteLength } from '../../../lib/core/text.ts';
import { TimeZone } from '../../../lib/targets/kit/clock.ts';
import { digestsOf } from '../../../lib/targets/kit/digest.ts';
import {
  FACTS_MAX,
  messageOf,
  shorterAndShorter,
  TITLE_BYTES,
  VALUE_BYTES,
  WHY_BYTES,
} from '../../../lib/targets/kit/message.ts';
import { noticeMessageOf } from '../../../lib/targets/kit/notice-message.ts';
import { durationIn } from '../../../lib/targets/kit/words.ts';
import { AT, anyEvent, digestOf, eventWith, failed, succeeded } from '../events.ts';

describe('the title', () => {
  it('tells in one line what ended, how, and after how long', () => {
    expect(sampleEvents(AT).map((event) => messageOf(event, 'en').title)).toEqual([
      '✅ aliyun-emr RESIZE_CLUSTER succeeded after 12 min 3 s',
      '⚠️ aliyun-emr RESIZE_CLUSTER ended with only part of it done after 12 min 3 s',
      '❌ aliyun-emr RESIZE_CLUSTER failed after 12 min 3 s',
      '🚫 aliyun-emr RESIZE_CLUSTER was canceled after 12 min 3 s',
      '❓ aliyun-emr RESIZE_CLUSTER is no longer known to its cloud after 12 min 3 s',
      '⌛ aliyun-emr RESIZE_CLUSTER was not over after 12 min 3 s, when its deadline passed',
      '⏹️ aliyun-emr RESIZE_CLUSTER is no longer watched after 12 min 3 s',
      '✋ aliyun-emr RESIZE_CLUSTER waits for a person after 12 min 3 s',
      '▶️ aliyun-emr RESIZE_CLUSTER continues and no longer waits for a person',
      '⛔ aliyun-emr RESIZE_CLUSTER cannot be checked: the cloud refuses the request',
      '👀 aliyun-emr RESIZE_CLUSTER can be checked again',
    ]);
    expect(messageOf(failed, 'zh').title).toBe('❌ aliyun-emr RESIZE_CLUSTER 失败，历时 12 分 3 秒');
  });

  it.each([
    ['en', 'Forbidden.RAM: User not authorized', 'Grant them the permission'],
    ['zh', 'Forbidden.RAM: User not authorized', '请为其授予相应权限'],
  ] as const)(
    'of a watch that is blocked is followed by the words of the cloud and what to do, in %s',
    (language, ...parts) => {
      const { why = '', tone } = messageOf(sampleEvent('operation.blocked', AT), language);
      for (const part of parts) expect(why).toContain(part);
      expect(tone).toBe('warn');
    },
  );

  it('counts from the cloud’s own times where it gives them, and says nothing where they make no sense', () => {
    const timed = (startedAt: string, endedAt: string) =>
      messageOf({ ...failed, data: { ...failed.data, startedAt, endedAt } }, 'en').title;
    expect(timed('2026-11-22T00:00:00Z', '2026-11-22T02:00:05Z')).toMatch(/ after 2 h$/);
    expect(timed('2026-11-22T00:00:00Z', '2026-11-21T02:00:05Z')).toMatch(/ failed$/);
    expect(timed('2026-11-22T00:00:00Z', '2026-11-22T00:00:00.999Z')).toMatch(/ failed$/);
  });

  it('does without the name of the operation', () => {
    const { operationType: _, ...data } = failed.data;
    expect(messageOf({ ...failed, data }, 'en').title).toBe('❌ aliyun-emr operation failed after 12 min 3 s');
  });
});

test.for([
  [0, '0 s'],
  [999, '0 s'],
  [1_000, '1 s'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h'],
  [3_661_000, '1 h 1 min'],
  [90_000_000, '1 d 1 h'],
  [86_461_000, '1 d'],
  [8_640_000_000, '100 d'],
] as const)('%i ms are %s', ([ms, text]) => expect(durationIn(ms, 'en')).toBe(text));

describe('the time', () => {
  test.for([
    ['UTC', '2026-11-22 02:05:42 UTC'],
    ['Asia/Shanghai', '2026-11-22 10:05:42 Asia/Shanghai'],
    ['America/New_York', '2026-11-21 21:05:42 America/New_York'],
    ['Asia/Kathmandu', '2026-11-22 07:50:42 Asia/Kathmandu'],
  ] as const)('is told in %s', ([timeZone, value]) => {
    expect(messageOf(failed, 'zh', timeZone).facts.at(-1)).toEqual({ name: '时间', value });
  });

  it('of an end is the cloud’s', () => {
    const event = { ...failed, data: { ...failed.data, endedAt: '2026-11-22T02:00:00.250Z' } };
    expect(messageOf(event, 'en', 'Asia/Shanghai').facts.at(-1)?.value).toBe('2026-11-22 10:00:00 Asia/Shanghai');
  });

  test.for(['Asia/Shanghai', 'Europe/Berlin', 'UTC'])('%s is a time zone', (name) => {
    expect(v.safeParse(TimeZone, name).success).toBe(true);
  });
  test.for(['Mars/Olympus', 'Shanghai', '', '+08:00', 'asia shanghai', 8])('%j is none', (name) => {
    expect(v.safeParse(TimeZone, name).issues?.length).toBe(1);
  });
});

describe('what is said beside an end', () => {
  const said = {
    reason: { code: 'StateChange', message: 'all steps are done' },
    error: 'no error',
    message: 'ok, 3 nodes',
  };

  it('of a success is a fact, and no reason', () => {
    const { why, facts, tone } = messageOf({ ...succeeded, data: { ...succeeded.data, ...said } }, 'en');
    expect([why, tone]).toEqual([undefined, 'good']);
    expect(facts).toContainEqual({ name: 'The cloud adds', value: 'ok, 3 nodes' });
    const { message: _, ...older } = said;
    const old = messageOf({ ...succeeded, data: { ...succeeded.data, ...older } }, 'zh');
    expect(old.why).toBeUndefined();
    expect(old.facts).toContainEqual({ name: '云端附言', value: 'StateChange: all steps are done' });
  });

  it('in Chinese, no sentence of opwatch is in English: in no event and no notice', () => {
    const english = /[a-z]{2,}( [a-z]{2,}){2,}/i;
    const silent = (event: OperationEvent): OperationEvent => {
      const { reason: _, blocked, ...data } = event.data;
      return { ...event, data: { ...data, ...(blocked && { blocked: { ...blocked, message: 'X' } }) } };
    };
    const noted = Object.values(NOTES).map(({ en }) => {
      const lost = sampleEvent('operation.lost', AT);
      return { ...lost, data: { ...lost.data, note: en.replace(/\{\w+\}/g, 'X') } };
    });
    const verdicts = Object.values(REASONS).map(({ en }) => `retry: ${en.replace(/\{\w+\}/g, 'X')}`);
    const parked = verdicts.flatMap((reason): Notice[] => [
      { event: 'delivery_parked', at: AT, target: 'ops', watch: 'w_1', delivery: 'msg_1', reason },
      { event: 'origin_disabled', at: AT, tenant: 'default', target: 'https://ci.example.com', reason },
    ]);
    const said = { at: AT, connection: 'a', provider: 'aliyun-emr', watch: 'w_1', code: 'secret_unreadable' } as const;
    const wrong = Object.values(FAULTS).map(({ en }) => `/notify/0: ${en.replace(/\{\w+\}/g, 'X')}`);
    const unread = Object.values(REASONS).flatMap(({ en }): Notice[] => {
      const message = en.replace(/\{\w+\}/g, 'X');
      return [
        { ...said, event: 'credentials_refused', message },
        { ...said, event: 'watch_blocked', kind: 'misconfigured', message },
      ];
    });
    const refused: Notice = { event: 'submission_refused', at: AT, submission: '{}', reason: wrong.join('; ') };
    const messages = [
      ...[...sampleEvents(AT).map(silent), ...noted].map((event) => messageOf(event, 'zh', 'Asia/Shanghai')),
      ...[...parked, ...unread, refused].map((notice) =>
        noticeMessageOf(
          noticeEventOf(notice, () => ''),
          'zh',
        ),
      ),
    ];
    const told = messages.flatMap(({ title, why = '', facts }) => [title, why, ...facts.map(({ value }) => value)]);
    const left = new Set(told.filter((text) => english.test(text.replace(/npm run [\w-]+/g, ''))));
    expect([...left]).toEqual(['sample=sent by opwatch notify-test']);
  });

  it('of a deadline that passed, how long it had taken by then', () => {
    const late = sampleEvent('operation.timed_out', AT);
    expect(messageOf(late, 'en').title).toMatch(/ was not over after 12 min 3 s, when its deadline passed$/);
    expect(messageOf(late, 'zh').title).toMatch(/ 历时 12 分 3 秒，超过期限仍未结束$/);
  });

  test.for([
    ['see https://evil.example/a now', 'see https:\u200b//evil.\u200bexample/a now'],
    ['www.evil.com', 'www.\u200bevil.\u200bcom'],
    ['EVIL.COM/x', 'EVIL.\u200bCOM/x'],
    ['evil.COM/x', 'evil.\u200bCOM/x'],
    ['Evil.Com. HTTPS://evil', 'Evil.\u200bCom. HTTPS:\u200b//evil'],
    ['Forbidden.RAM', 'Forbidden.RAM'],
    ['Example.Museum/free Example.MuSeum', 'Example.\u200bMuseum/free Example.\u200bMuSeum'],
    ['EVIL.Photography, evil.Support', 'EVIL.\u200bPhotography, evil.\u200bSupport'],
    ['Throttling.User DWS.0001 InvalidParameter.Format', 'Throttling.User DWS.0001 InvalidParameter.Format'],
    ['evil.中国 evil.xn--p1ai', 'evil.\u200b中国 evil.\u200bxn--p1ai'],
    ['ann@evil.cn', 'ann@evil.\u200bcn'],
    ['tg://resolve?domain=x', 'tg:\u200b//resolve?domain=x'],
    ['OperationDenied.NoStock', 'OperationDenied.NoStock'],
    ['r5.2xlarge i-0.9 v1.2.3 10.0.0.1', 'r5.2xlarge i-0.9 v1.2.3 10.0.0.1'],
  ] as const)('%s becomes no link by itself', ([text, shown]) => {
    const { why, title, facts } = messageOf(
      eventWith({ word: text, type: text, code: text, message: text, note: text, value: text, label: text }),
      'en',
    );
    expect(why?.split('\n')).toEqual([`${shown}: ${shown}`, shown]);
    expect(title).toContain(shown);
    expect(facts[0]?.value).toBe(shown);
  });
});

describe('the rest', () => {
  it('gives the cloud’s own words for why, and our note where there is one', () => {
    expect(messageOf(failed, 'zh').why).toBe(
      'OperationDenied.NoStock: The resource is out of stock in the specified zone. 请更换可用区后重试。',
    );
    expect(messageOf(sampleEvent('operation.lost', AT), 'en').why).toBe(
      'GetOperation shows no operation op-13c37a77c5050001',
    );
    expect(messageOf(succeeded, 'en').why).toBeUndefined();
    const { reason: _, ...data } = failed.data;
    expect(messageOf({ ...failed, data: { ...data, error: 'disk\r\n\r\n  full ' } }, 'en').why).toBe('disk\nfull');
  });

  it('names the operation as its cloud does, and the labels', () => {
    const { facts } = messageOf({ ...failed, data: { ...failed.data, progress: { done: 3, total: 5 } } }, 'en');
    expect(facts).toEqual([
      { name: 'In the cloud’s words', value: 'FAILED' },
      { name: 'Progress', value: '3 of 5' },
      { name: 'RegionId', value: 'cn-hangzhou' },
      { name: 'ClusterId', value: 'c-b933c5aac8fe0001' },
      { name: 'OperationId', value: 'op-13c37a77c5050001' },
      { name: 'Connection', value: 'aliyun' },
      { name: 'Labels', value: 'sample=sent by opwatch notify-test, sha=6dcb09b5b57875f334f61aebed695e2e4193db5e' },
      { name: 'Request id', value: 'F3A2A1B0-0000-5C62-8E5F-000000000000' },
      { name: 'Time', value: '2026-11-22 02:05:42 UTC' },
    ]);
  });

  it('says what was only inferred', () => {
    const inferred = { ...failed, data: { ...failed.data, evidence: 'inferred' as const } };
    expect(messageOf(inferred, 'en').facts[0]?.value).toBe('FAILED (inferred)');
  });

  it('leads to the console and the watch, and to nothing but the web', () => {
    expect(messageOf(failed, 'en').links.map(({ text }) => text)).toEqual(['Console', 'Watch']);
    const odd = {
      ...failed,
      data: { ...failed.data, console: 'javascript:alert(1)', watch: { ...failed.data.watch, link: '/w/1' } },
    };
    expect(messageOf(odd, 'en').links).toEqual([]);
    // The address of the API asks for a token: people get a link that opens, or none.
    const { link: _, ...watch } = failed.data.watch;
    const without = { ...failed, data: { ...failed.data, watch } };
    expect(messageOf(without, 'en').links.map(({ text }) => text)).toEqual(['Console']);
  });
});

const textsOf = ({ title, why = '', facts }: ReturnType<typeof messageOf>) => [
  title,
  why,
  ...facts.flatMap(({ name, value }) => [name, value]),
];

describe('whatever was said', () => {
  it('a message keeps its bounds, and its texts are sound [S8] [S9]', () => {
    fc.assert(
      fc.property(anyEvent, fc.constantFrom('en', 'zh'), (event, language) => {
        const message = messageOf(event, language);
        expect(byteLength(message.title)).toBeLessThanOrEqual(TITLE_BYTES);
        expect(byteLength(message.why ?? '')).toBeLessThanOrEqual(WHY_BYTES);
        expect(message.facts.length).toBeLessThanOrEqual(FACTS_MAX);
        for (const { name, value } of message.facts) {
          expect(byteLength(name)).toBeLessThanOrEqual(TITLE_BYTES);
          expect(byteLength(value)).toBeLessThanOrEqual(VALUE_BYTES);
          expect(value).not.toBe('');
        }
        for (const text of textsOf(message)) {
          expect(text.isWellFormed()).toBe(true);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
          expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
        }
      }),
    );
  });

  it('every shorter one is no longer than the one before it', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const message = messageOf(event, 'en');
        const sizes = [message, ...shorterAndShorter(message)].map((one) => byteLength(textsOf(one).join('')));
        expect(sizes.toSorted((a, b) => b - a)).toEqual(sizes);
        // Eight facts of 30 + 40 bytes, beside title and reason.
        expect(sizes.at(-1)).toBeLessThanOrEqual(120 + 30 + 8 * 70);
      }),
    );
  });
});

describe('a digest', () => {
  it('counts how they ended and looks like the worst of them', () => {
    const { tone, title, facts, links, thread } = digestOf([succeeded, failed, succeeded], 'en');
    expect({ tone, title, links, thread }).toEqual({
      tone: 'bad',
      title: '❌ 3 operations: 1 failed, 2 succeeded',
      links: [],
      thread: undefined,
    });
    expect(facts.map(({ name, url }) => [name, url])).toEqual([
      ['❌ aliyun-emr RESIZE_CLUSTER failed after 12 min 3 s', 'https://opwatch.example.com/w/sample'],
      ['✅ aliyun-emr RESIZE_CLUSTER succeeded after 12 min 3 s', 'https://opwatch.example.com/w/sample'],
      ['✅ aliyun-emr RESIZE_CLUSTER succeeded after 12 min 3 s', 'https://opwatch.example.com/w/sample'],
    ]);
    expect(digestOf([succeeded, succeeded], 'zh').title).toBe('✅ 2 个操作：2 成功');
  });

  it('has a line for each, as long as nobody asks for fewer', () => {
    const events = Array(25).fill(succeeded);
    expect(digestOf(events, 'en').facts.length).toBe(25);
    const [first, second] = [...digestsOf(events, 'en')].filter(({ facts }) => facts.length === 10);
    expect(first?.facts.at(-1)).toEqual({ name: '…', value: 'and 16 more: 16 succeeded' });
    expect(second).toBeUndefined();
  });
});

it('an operation under way is shown as such', () => {
  const texts = {
    word: 'IN_PROGRESS',
    type: 'RESIZE_CLUSTER',
    code: '',
    message: '',
    note: '',
    value: 'x',
    label: 'x',
  };
  const running = messageOf(eventWith(texts, 'running'), 'en');
  expect([running.tone, running.title]).toEqual(['calm', '⏳ aliyun-emr RESIZE_CLUSTER is running after 12 min 3 s']);
});
