/** Links in messages: a person in a chat opens them without a token; nobody opens another watch. */
import { beforeAll, expect, it } from 'vitest';
import { signLink } from '../../lib/link.ts';
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
    const link = decodeURIComponent(written);
    const key = opwatch.stack.surroundings.environment.STAND_IN_LINK_KEY ?? '';
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
    const answers = await Promise.all(
      wrong.map(async (one) => {
        const answer = await open(url.replace(written, one));
        const headers = [...answer.headers].filter(([name]) => name !== 'date');
        return { status: answer.status, headers, body: await answer.text() };
      }),
    );
    expect(answers[0]?.status).toBe(404);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
};
