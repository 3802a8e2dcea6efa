/**
 * What every target keeps: the suite each of them runs against its stand-in in offline/inbox, which knows the service's
 * format, limits and answers, and nothing of lib/. The names of its tests are the table `target | case -> verdict`.
 */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../lib/core/event.ts';
import { isReference } from '../../lib/core/reference.ts';
import { byteLength, plain } from '../../lib/core/text.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { targetTypes } from '../../lib/targets/index.ts';
import { messageOf } from '../../lib/targets/kit/message.ts';
import type { Judgment } from '../../offline/inbox/receiver.ts';
import { casesAmong } from '../helpers/cases.ts';
import { anyEvent, anyEvents, failed, injection, LITERAL, noticesWith, succeeded, TRICKS, tooLong } from './events.ts';
import { ATTEMPT, fromStandIn, inWords, prepared, received, resolved, standInFor } from './stand-in.ts';

export type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };

/** An answer of the receiver, and what comes of it. */
export type Row = readonly [about: string, told: Reply, verdict: string];

export type Contract = {
  readonly type: string;
  /** Settings as opwatch.config.ts has them; they lead to the stand-in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the stand-in's refusals come to. */
  readonly verdicts: { readonly refused: string; readonly limited: string; readonly unknown: string };
  /** Answers beyond those of the stand-in. */
  readonly rows?: readonly Row[];
  /** Whom the settings mention, as the stand-in shows it. */
  readonly mentions?: readonly string[];
  /** True of an answer by which anything may have been taken: any 2xx will do. */
  readonly believesAny2xx?: boolean;
};

const answerOf = ({ status = 200, headers = {}, body = '' }: Reply): HttpAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  cut: false,
});

/** With 200, from something that is not the receiver. */
const NONSENSE = [
  ['a web page', '<!doctype html><title>It works!</title>'],
  ['an array', '[]'],
  ['somebody else’s JSON', '{"message":"no Route matched with those values"}'],
  ['half an answer', '{"ok":true,"errcode":0,"code":0,"successful":true,"FailedEntryCount":0,"sta'],
] as const;

/** The only places a message may lead to. */
const HOSTS = ['emr-next.console.aliyun.com', 'opwatch.example.com'];

/** What a reader makes of it, for whom a full-width bracket is a bracket. */
const readBy = ({ shown }: Judgment): string =>
  (shown?.lines ?? [])
    .map(({ runs }) => runs.map(({ text }) => text).join(''))
    .join('\n')
    .replaceAll('\u200b', '')
    .replaceAll('‹', '<')
    .replaceAll('›', '>')
    .replace(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));

const expectOnlyOurs = ({ shown }: Judgment, mentions: readonly string[]): void => {
  const runs = shown?.lines.flatMap((line) => line.runs) ?? [];
  for (const { link, mention, text } of runs) {
    if (link !== undefined) expect(HOSTS).toContain(new URL(link).host);
    if (mention) expect(mentions).toContain(text.trim());
  }
};

const cases = { numRuns: casesAmong(targetTypes.length) };

export const runContract = (contract: Contract): void => {
  const { type, verdicts, rows = [], mentions = [], believesAny2xx = false } = contract;
  const { target, settings } = prepared(contract);
  const receiver = standInFor(type);

  const verdictOf = (request: HttpRequest, secrets?: string[]): string =>
    inWords(target.verdict(fromStandIn(received(request, secrets).answer), ATTEMPT.at));
  const request = (event: OperationEvent) => target.request(event, settings, ATTEMPT);
  const expectHarmless = (made: HttpRequest): void => {
    const judgment = received(made);
    expect(judgment.fault).toBeUndefined();
    expect(inWords(target.verdict(fromStandIn(judgment.answer), ATTEMPT.at))).toBe('delivered');
    expectOnlyOurs(judgment, mentions);
  };

  describe(`${type}: verdicts`, () => {
    it(`${type} | success -> delivered`, () => {
      for (const event of [failed, succeeded]) expect(verdictOf(request(event))).toBe('delivered');
    });
    it(`${type} | ${receiver.refused.status < 300 ? 'refusal inside 2xx' : 'refusal'} -> ${verdicts.refused}`, () => {
      expect(inWords(target.verdict(fromStandIn(receiver.refused), ATTEMPT.at))).toBe(verdicts.refused);
    });
    it(`${type} | rate limit -> ${verdicts.limited}`, () => {
      expect(inWords(target.verdict(fromStandIn(receiver.limited), ATTEMPT.at))).toBe(verdicts.limited);
    });
    it(`${type} | too long -> delivered, shortened`, () => {
      for (const event of tooLong) expectHarmless(request(event));
      if (target.digest) expectHarmless(target.digest([...tooLong, ...tooLong], settings, ATTEMPT));
    });
    it(`${type} | injection -> delivered, as text [S8]`, () => {
      expectHarmless(request(injection));
      if (!target.digest) return;
      for (const [trick, event] of LITERAL) {
        const { title, why = '', facts } = messageOf(event, 'en');
        const said = [title, why, ...facts.map(({ value }) => value)].join('\n').replaceAll('\u200b', '');
        expect(readBy(received(request(event))).split(trick).length).toBe(said.split(trick).length);
      }
    });
    it(`${type} | unknown secret -> ${verdicts.unknown}`, () => {
      expect(verdictOf(request(failed), ['SECsomebody-elses', 'another-token'])).toBe(verdicts.unknown);
    });
    for (const [about, told, expected] of [
      ['HTTP 410', { status: 410 }, 'gone: HTTP 410: the receiver wants no more'] as const,
      ['HTTP 302', { status: 302 }, 'retry: redirects are not followed'] as const,
      ...rows,
    ]) {
      it(`${type} | ${about} -> ${expected}`, () => {
        expect(inWords(target.verdict(answerOf(told), ATTEMPT.at))).toBe(expected);
      });
    }
    it.each([500, 502, 503, 504])(`${type} | HTTP %i with Retry-After -> retry, then`, (status) => {
      const verdict = target.verdict(answerOf({ status, headers: { 'retry-after': '90' } }), ATTEMPT.at);
      expect(verdict).toMatchObject({ kind: 'retry', afterMs: 90_000 });
    });
    it.each(believesAny2xx ? [] : NONSENSE)(`${type} | 200 with %s -> retry`, (_, body) => {
      expect(target.verdict(answerOf({ body }), ATTEMPT.at).kind).toBe('retry');
    });
    it(`${type} | any answer -> a verdict, in one line`, () => {
      const answer = fc.record({
        status: fc.oneof(fc.constantFrom(200, 201, 202, 204), fc.integer({ min: 100, max: 599 })),
        headers: fc.dictionary(fc.constantFrom('retry-after', 'date', 'location', 'x-ratelimit-reset'), fc.string()),
        body: fc.oneof(fc.json(), fc.string()),
        cut: fc.boolean(),
      });
      fc.assert(
        fc.property(answer, (one) => {
          const verdict = target.verdict(one, ATTEMPT.at);
          if (verdict.kind === 'delivered') return;
          expect(byteLength(verdict.reason)).toBeLessThanOrEqual(400);
          expect(plain(verdict.reason, 400)).toBe(verdict.reason);
          expect(verdict.reason).toMatch(/^\S(.*\S)?$/);
        }),
        cases,
      );
    });
  });

  describe(`${type}: requests`, () => {
    it('are the same for the same attempt, and change nothing they are given', () => {
      const before = JSON.stringify([failed, settings]);
      expect(request(failed)).toEqual(request(failed));
      expect(JSON.stringify([failed, settings])).toBe(before);
    });

    it('are taken and harmless whatever the cloud and the caller say [S8]', () => {
      fc.assert(
        fc.property(anyEvent, (event) => expectHarmless(request(event))),
        cases,
      );
    });

    const { digest, edit, notice, notices } = target;
    if (notice) {
      it.each([
        ['a short text', 'AccessDenied'],
        ['tricks', TRICKS.join(' ')],
        ['long texts', '库😀<'.repeat(400)],
      ])('tell an operator’s notices, as text and within limits: %s', (_, text) => {
        for (const each of noticesWith(text)) expectHarmless(notice(each, settings, ATTEMPT));
        if (notices) expectHarmless(notices([...noticesWith(text), ...noticesWith(text)], settings, ATTEMPT));
      });
    }
    if (digest) {
      it('tell of several events at once, however many', () => {
        fc.assert(
          fc.property(anyEvents, (events) => expectHarmless(digest(events, settings, ATTEMPT))),
          cases,
        );
      });
    }
    if (edit) {
      it('rewrite the message that an earlier one made', () => {
        const first = received(request(failed));
        const handle = edit.handle(fromStandIn(first.answer)) ?? '';
        const made = edit.request(succeeded, settings, ATTEMPT, handle);
        expectHarmless(made);
        expect(first.id).not.toBe('');
        expect(received(made).id).toBe(first.id);
      });

      it('begin one where there is none, with how far it has got', () => {
        const progress = {
          ...failed,
          type: 'operation.progress' as const,
          data: { ...failed.data, status: 'running' as const },
        };
        const made = edit.request(progress, settings, ATTEMPT, undefined);
        expectHarmless(made);
        expect(edit.handle(fromStandIn(received(made).answer))).toEqual(expect.any(String));
      });

      it('find nothing to rewrite in an answer that took nothing', () => {
        for (const answer of [receiver.limited, receiver.refused, { status: 200, body: '{}' }]) {
          expect(edit.handle(fromStandIn(answer))).toBeUndefined();
        }
      });
    }
  });

  describe(`${type}: settings`, () => {
    it('have no unknown field', () => {
      expect(v.safeParse(target.settings, { ...contract.settings, hue: 1 }).success).toBe(false);
    });
    it('hold no secret itself', () => {
      const exposed = resolved(contract.settings);
      const changed = Object.values(contract.settings).flat().some(isReference);
      expect(v.safeParse(target.settings, exposed).success).toBe(!changed);
    });
  });
};
