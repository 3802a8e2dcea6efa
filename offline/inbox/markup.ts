/** The markups of the chats, as far as messages use them; each reads one line. */
import { entity, linkRun, type Rule, type Run, runsOf } from './shown.ts';

const link: Rule = [
  /\[((?:\\.|[^\]\\])+)\]\(([^)\s]+)\)/,
  ([, text = '', url = '']) => [linkRun(text.replace(/\\(.)/g, '$1'), url)],
];
const bold: Rule = [/\*\*(.+?)\*\*/, ([, inside = '']) => ({ inside, style: { bold: true } })];

const FONTS: Readonly<Record<string, string>> = { info: '#2e7d32', warning: '#ef6c00', comment: '#8c8c8c' };
const font: Rule = [
  /<font color="?([#\w]+)"?>(.*?)<\/font>/,
  ([, color = '', inside = '']) => ({ inside, style: { color: FONTS[color] ?? color } }),
];

/** Slack's mrkdwn (docs.slack.dev, "Formatting message text"). */
export const slackRuns = (text: string): Run[] =>
  runsOf(text, [
    [/<([!@#][^>|]*)(?:\|([^>]*))?>/, ([, who = '']) => [{ text: who.replace(/^!/, '@'), mention: true }]],
    [
      /<([^>|]+)\|([^>]*)>/,
      ([, url = '', inside = '']) => runsOf(inside, [entity]).map((run) => linkRun(run.text, url)),
    ],
    [/<([^>|]+)>/, ([, url = '']) => [linkRun(url, url)]],
    [/\*([^*\n]+)\*/, ([, inside = '']) => ({ inside, style: { bold: true } })],
    entity,
  ]);

/** Discord's markdown: with an escape character, links in embeds, and mentions in tags. */
export const discordRuns = (text: string): Run[] =>
  runsOf(text, [
    [/\\([!-/:-@[-`{-~])/, ([, character = '']) => [{ text: character }]],
    [/<(@[!&]?|#)(\d+)>/, ([, sign = '', id = '']) => [{ text: `${sign}${id}`, mention: true }]],
    [/@(everyone|here)/, ([whole = '']) => [{ text: whole, mention: true }]],
    link,
    bold,
  ]);

/** DingTalk's: the people of the message's own list are mentioned where their number stands in the text. */
export const dingtalkRuns = (text: string, people: readonly string[]): Run[] =>
  runsOf(text, [
    [/^#{1,6} (.*)$/, ([, inside = '']) => ({ inside, style: { bold: true } })],
    font,
    link,
    bold,
    [
      /@([\w.+-]+)/,
      ([whole = '', who = '']) => [people.includes(who) ? { text: whole, mention: true } : { text: whole }],
    ],
  ]);

export const wecomRuns = (text: string): Run[] =>
  runsOf(text, [font, [/<@([^>]+)>/, ([, who = '']) => [{ text: `@${who}`, mention: true }]], link, bold]);

/** Feishu's lark_md: special characters come as numeric entities. */
export const larkRuns = (text: string): Run[] =>
  runsOf(text, [
    [/<at (?:id|email)="?([^>"]+)"?><\/at>/, ([, who = '']) => [{ text: `@${who}`, mention: true }]],
    [
      /\[([^\]]+)\]\(([^)\s]+)\)/,
      ([, inside = '', url = '']) => runsOf(inside, [entity]).map(({ text: one }) => linkRun(one, url)),
    ],
    bold,
    entity,
  ]);

const tags = (): Rule[] => [
  [/<b>(.*?)<\/b>/s, ([, inside = '']) => ({ inside, style: { bold: true } })],
  [/<font color="([#\w]+)">(.*?)<\/font>/s, ([, color = '', inside = '']) => ({ inside, style: { color } })],
  [/<a href="tg:\/\/user\?id=\d+">(.*?)<\/a>/s, ([, inside = '']) => ({ inside, style: { mention: true } })],
  [
    /<a href="([^"]*)">(.*?)<\/a>/s,
    ([, url = '', inside = '']) => ({ inside, style: { link: url.replaceAll('&amp;', '&') } }),
  ],
  entity,
];

/** Telegram's HTML: names behind an at sign call their owners, except in code. */
export const telegramRuns = (text: string): Run[] =>
  runsOf(text, [
    [/<code>(.*?)<\/code>/s, ([, inside = '']) => runsOf(inside, [entity]).map((run) => ({ ...run, code: true }))],
    [/<\/?blockquote>/, () => []],
    ...tags(),
    [/@\w{4,32}/, ([whole = '']) => [{ text: whole, mention: true }]],
  ]);

export const googleRuns = (text: string): Run[] => runsOf(text, tags());

/** The text beside a Google Chat card: mentions and links in angle brackets. */
export const googleTextRuns = (text: string): Run[] =>
  runsOf(text, [
    [/<users\/(\w+)>/, ([, who = '']) => [{ text: `@${who}`, mention: true }]],
    [/<([^>|]+)\|([^>]*)>/, ([, url = '', inside = '']) => [linkRun(inside, url)]],
  ]);
