/** What chats link and CI systems execute or expand: how it arrives at each target. docs/targets.md has the table. */
import { describe, expect, it } from 'vitest';
import { targetTypes } from '../../lib/targets/index.ts';
import { everyTarget } from '../../offline/inbox/targets.ts';
import { pageNamed, quoted, sectionOf, tablesIn } from '../docs/markdown.ts';
import { eventWith } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

/** A text of each kind, and no two share a character that matters. */
const HAZARDS = {
  variables: `$CI_JOB_TOKEN $\{CI_JOB_TOKEN} $(env)`,
  commands: '`id`',
  tags: '<b>x</b>',
  links: '[x](y)',
  mentions: '@everyone',
  addresses: 'https://evil.example/a',
} as const;
type Hazard = keyof typeof HAZARDS;

/** The texts that a receiver reads out of a body: of JSON (and of JSON inside it) and forms, decoded as they decode it. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

const decoded = (body: string): string[] => {
  if (body.startsWith('{')) return textsIn(JSON.parse(body));
  return [...new URLSearchParams(body).values()];
};

/** The beginning of the hazard as it may do harm; if no text of the body has it, the hazard does not arrive. */
const HARM: Readonly<Record<Hazard, RegExp>> = {
  variables: /(?<!\$)\$[\w({]/,
  commands: /(?<!\\)`/,
  tags: /<b>x<\/b>/,
  links: /(?<!\\)\[x(?<!\\)\]\(y\)/,
  mentions: /@everyone/,
  addresses: /https?:\/\/evil\.example/,
};

const arrives = (type: string, settings: object, hazard: Hazard): 'as it is' | 'harmless' => {
  const { target, settings: given } = prepared({ type, settings: { ...settings } });
  const text = HAZARDS[hazard];
  const same = { word: text, type: text, code: text, message: text, note: text, value: text, label: text };
  const { body = '' } = target.request(eventWith(same), given, ATTEMPT);
  return decoded(body).some((each) => HARM[hazard].test(each)) ? 'as it is' : 'harmless';
};

const [table] = tablesIn(sectionOf(pageNamed('targets.md'), 'What texts cannot do'));

describe('docs/targets.md, target x hazard', () => {
  const targets = Object.values(everyTarget('https://stand-in.example.com', TOKEN));

  it('has every target and every hazard', () => {
    expect(table?.rows.map(([type = '']) => quoted(type)[0])).toEqual(targetTypes);
    expect(table?.head.slice(1)).toEqual([
      'variables',
      'commands',
      'tags',
      'Markdown links',
      'mentions',
      'bare addresses',
    ]);
  });

  it.each(targets.map(({ type, ...settings }) => ({ type, settings })))('$type', ({ type, settings }) => {
    const row = table?.rows.find(([cell = '']) => quoted(cell)[0] === type)?.slice(1);
    const found = (Object.keys(HAZARDS) as Hazard[]).map((hazard) => arrives(type, settings, hazard));
    expect(row).toEqual(found);
  });
});
