/** Links in messages: a person in a chat opens them without a token; nobody opens another watch. */
import { beforeAll, expect, it } from 'vitest';
import { readLink, signLink } from '../../lib/access/link.ts';
import { anOperation, type Opwatch } from './kit/opwatch.ts';

/** The chats that show links; each has a stand-in of its own in the inbox. */
const CHATS = ['slack', 'slack-bot', 'teams', 'discord', 'dingtalk', 'feishu', 'wecom', 'telegram', 'google-chat'];

/** Some chats' markup has `_` as `%5F`. */
const LINK = /^http:.*\/w\/([\w%-]+)$/;

let opwatch: Opwatch;
let id = '';

const linksAt = (chat: string): string[] =>
  opwatch.stack.inbox
    .received()
    .filter(({ to }) => to.startsWith(`${chat}/`))
    .flatMap(({ shown }) => shown?.lines ?? [])
    .flatMap(({ runs }) => runs.map(({ link = '' }) => link))
    .filter((link) => LINK.test(link));

const open = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers, redirect: 'manual' });

/** All of an answer but its date. */
const answerTo = async (url: string) => {
  const answer = await open(url);
  const headers = [...answer.headers].filter(([name]) => name !== 'date');
  return { status: answer.status, headers, body: await answer.text() };
};

const segmentOf = (url: string): string => decodeURIComponent(LINK.exec(url)?.[1] ?? '');

/** Lets a watch end, and answers its id and the link in the message that Slack got about it. */
const toldOf = async (): Promise<{ readonly watch: string; readonly url: string }> => {
  const submission = { ...anOperation(), notify: ['slack'] };
  await opwatch.begin(submission);
  const watch = (await opwatch.submit(submission)).id;
  await opwatch.readUntil(watch, ({ deliveries }) => deliveries.some(({ state }) => state === 'delivered'));
  const { STAND_IN_LINK_KEY = '', STAND_IN_NEXT_LINK_KEY = '' } = opwatch.stack.endpoints.environment;
  const keys = [STAND_IN_LINK_KEY, STAND_IN_NEXT_LINK_KEY];
  const url = linksAt('slack').find((one) => readLink(segmentOf(one), keys)?.id === watch);
  return { watch, url: url ?? '' };
};

/** Deploys with these keys of links: the first signs, all of them open. */
const deployWith = async (...names: readonly string[]): Promise<void> => {
  await opwatch.stack.killFunctions();
  await opwatch.stack.startFunctions({ STAND_IN_LINK_KEYS: names.map((name) => `env:${name}`).join(',') });
};

export const links = (running: () => Opwatch): void => {
  beforeAll(async () => {
    opwatch = running();
    const submission = { ...anOperation(), notify: CHATS };
    await opwatch.begin(submission);
    id = (await opwatch.submit(submission)).id;
    await opwatch.readUntil(
      id,
      ({ deliveries }) => deliveries.length >= CHATS.length && deliveries.every(({ state }) => state === 'delivered'),
    );
  });

  it.each(CHATS)('in a message of %s opens without a token and shows that watch', async (chat) => {
    const [url = ''] = linksAt(chat);
    const answer = await open(url, { accept: 'text/html', 'accept-language': 'zh-CN' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('set-cookie')).toBeNull();
    const page = await answer.text();
    expect(page).toContain(id);
    expect(page).toContain('lang="zh"');
  });

  it('that is forged in any of six ways gets one and the same answer [S1]', async () => {
    const [url = ''] = linksAt('slack');
    const written = LINK.exec(url)?.[1] ?? '';
    const link = segmentOf(url);
    const key = opwatch.stack.endpoints.environment.STAND_IN_LINK_KEY ?? '';
    const submittedAt = Date.parse((await opwatch.read(id)).submittedAt ?? '');
    expect(signLink({ id, submittedAt }, key)).toBe(link);
    const wrong = [
      signLink({ id, submittedAt }, 'another key of thirty-two letters'),
      link.slice(0, -1),
      `${link.slice(0, 40)}${link.charAt(40) === 'A' ? 'B' : 'A'}${link.slice(41)}`,
      signLink({ id, submittedAt: submittedAt - 1 }, key),
      signLink({ id: `w_${'a'.repeat(26)}`, submittedAt }, key),
      'x',
    ];
    const answers = await Promise.all(wrong.map((one) => answerTo(url.replace(written, one))));
    expect(answers[0]?.status).toBe(404);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('opens while the key that signed it is listed: the first key signs, a key that is taken away opens nothing', async () => {
    const { STAND_IN_LINK_KEY: key = '', STAND_IN_NEXT_LINK_KEY: next = '' } = opwatch.stack.endpoints.environment;
    const old = await toldOf();
    expect(readLink(segmentOf(old.url), [key])?.id).toBe(old.watch);

    await deployWith('STAND_IN_NEXT_LINK_KEY', 'STAND_IN_LINK_KEY');
    const young = await toldOf();
    expect(readLink(segmentOf(young.url), [next])?.id).toBe(young.watch);
    expect(readLink(segmentOf(young.url), [key])).toBeUndefined();
    for (const { url, watch } of [old, young]) {
      const { status, body } = await answerTo(url);
      expect([status, body.includes(watch)]).toEqual([200, true]);
    }

    await deployWith('STAND_IN_NEXT_LINK_KEY');
    expect(await answerTo(old.url)).toEqual(await answerTo(old.url.replace(/[^/]+$/, 'x')));
    expect((await answerTo(old.url)).status).toBe(404);
    expect((await answerTo(young.url)).body).toContain(young.watch);
  });
};
