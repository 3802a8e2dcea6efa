import { describe, expect, test } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { createSharedAnswers } from '../../lib/net/shared-answers.ts';
import { T0 } from '../samples.ts';

const list = (page: number, headers: Readonly<Record<string, string>> = {}): HttpRequest => ({
  method: 'GET',
  url: `https://ehpc.cn-hangzhou.aliyuncs.com/?ClusterId=c-1&PageNumber=${page}`,
  headers: { 'x-acs-action': 'ListTasks', ...headers },
});

/** A cloud that numbers its answers, behind shared answers with a clock of their own. */
const standIn = (status = 200) => {
  let now = T0;
  let calls = 0;
  const answers = createSharedAnswers(() => now);
  const send = async (): Promise<HttpAnswer> => {
    calls += 1;
    return { status, headers: {}, body: String(calls), cut: false };
  };
  return {
    ask: async (scope: string, request: HttpRequest, since = T0) =>
      (await answers.through(scope, since, send)(request)).body,
    hasAny: answers.hasAny,
    pass: (ms: number) => {
      now += ms;
    },
  };
};

describe('an answer of the last moments', () => {
  test('serves the same request again, however it is signed', async () => {
    const { ask } = standIn();
    const headers = (n: string) => ({ 'x-acs-date': n, 'x-acs-signature-nonce': n, Authorization: n });
    expect(await ask('c-1', list(1, headers('a')))).toBe('1');
    expect(await ask('c-1', list(1, headers('b')))).toBe('1');
  });

  test.each<[string, string, HttpRequest]>([
    ['another page', 'c-1', list(2)],
    ['another action', 'c-1', list(1, { 'x-acs-action': 'ListJobs' })],
    ['another method', 'c-1', { ...list(1), method: 'POST' }],
    ['another body', 'c-1', { ...list(1), body: 'a=b' }],
    ['another connection', 'c-2', list(1)],
  ])('serves none but that: %s', async (_, scope, request) => {
    const { ask } = standIn();
    await ask('c-1', list(1));
    expect(await ask(scope, request)).toBe('2');
  });

  test('is forgotten after four seconds', async () => {
    const { ask, pass, hasAny } = standIn();
    await ask('c-1', list(1));
    pass(3_999);
    expect(hasAny('c-1')).toBe(true);
    expect(await ask('c-1', list(1))).toBe('1');
    pass(1);
    expect(hasAny('c-1')).toBe(false);
    expect(await ask('c-1', list(1))).toBe('2');
  });

  test('from before a watch was submitted is none for it', async () => {
    const { ask, pass } = standIn();
    await ask('c-1', list(1));
    pass(1_000);
    expect(await ask('c-1', list(1), T0 + 1)).toBe('2');
    expect(await ask('c-1', list(1), T0 + 1)).toBe('2');
  });

  test('is as old as its question', async () => {
    let now = T0;
    const answers = createSharedAnswers(() => now);
    const slow = async (): Promise<HttpAnswer> => {
      now += 3_000;
      return { status: 200, headers: {}, body: '', cut: false };
    };
    await answers.through('c-1', T0, slow)(list(1));
    now += 999;
    expect(answers.hasAny('c-1')).toBe(true);
    now += 1;
    expect(answers.hasAny('c-1')).toBe(false);
  });

  test.each([400, 404, 429, 500])('with status %i is not kept', async (status) => {
    const { ask, hasAny } = standIn(status);
    await ask('c-1', list(1));
    expect(hasAny('c-1')).toBe(false);
    expect(await ask('c-1', list(1))).toBe('2');
  });

  test('is not there where the call failed', async () => {
    const answers = createSharedAnswers(() => T0);
    const broken = () => Promise.reject(new Error('reset'));
    await expect(answers.through('c-1', T0, broken)(list(1))).rejects.toThrow('reset');
    expect(answers.hasAny('c-1')).toBe(false);
  });
});
