/** Microsoft Teams: a workflow that posts the Adaptive Card it is sent. It answers before it has looked at the card. */
import { type Fields, fieldsOf, jsonOf, listOf, no, type Receiver, textOf } from '../receiver.ts';
import { bold, type Line, line, linkRun, type Run, type Shown } from '../shown.ts';

const STYLES: Readonly<Record<string, string>> = {
  good: '#2e7d32',
  attention: '#c62828',
  warning: '#ef6c00',
  emphasis: '#607d8b',
};

/** The elements there may be, with their properties (adaptivecards.io/schemas/1.4.0/adaptive-card.json, the part in use). */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  Container: ['type', 'style', 'bleed', 'items'],
  RichTextBlock: ['type', 'inlines', 'spacing'],
  TextBlock: ['type', 'text', 'wrap'],
  TextRun: ['type', 'text', 'weight', 'size', 'isSubtle', 'selectAction'],
  'Action.OpenUrl': ['type', 'title', 'url'],
};

const childrenOf = (element: Fields): readonly Fields[] => [...listOf(element.items), ...listOf(element.inlines)];

const isValid = (element: Fields): boolean => {
  const properties = ELEMENTS[textOf(element.type)] ?? [];
  return Object.keys(element).every((name) => properties.includes(name)) && childrenOf(element).every(isValid);
};

/** Markdown's links, and the tags of those the card's `entities` name. */
const textBlock = (text: string, people: readonly string[]): Run[] =>
  text.split(/(<at>.*?<\/at>|\[[^\]]+\]\([^)]+\))/).map((part): Run => {
    const markdown = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    if (markdown) return linkRun(markdown[1] ?? '', markdown[2] ?? '');
    return people.includes(part)
      ? { text: part.replace('<at>', '@').replace('</at>', ''), mention: true }
      : { text: part };
  });

const linesOf = (element: Fields, people: readonly string[]): Line[] => {
  if (element.type === 'TextBlock') return [line(...textBlock(textOf(element.text), people))];
  if (element.type !== 'RichTextBlock') return childrenOf(element).flatMap((child) => linesOf(child, people));
  const runs = listOf(element.inlines).map(({ text, weight, isSubtle, selectAction }): Run => {
    const { url } = fieldsOf(selectAction);
    if (typeof url === 'string') return linkRun(textOf(text), url);
    if (weight === 'Bolder') return bold(textOf(text));
    return isSubtle ? { text: textOf(text), color: '#8c8c8c' } : { text: textOf(text) };
  });
  return [line(...runs)];
};

const shownOf = (card: Fields): Shown => {
  const body = listOf(card.body);
  const people = listOf(fieldsOf(card.msteams).entities).map(({ text }) => textOf(text));
  const color = STYLES[textOf(body[0]?.style)];
  return {
    ...(color && { color }),
    lines: [
      ...body.flatMap((element) => linesOf(element, people)),
      line(...listOf(card.actions).flatMap(({ title, url }) => [linkRun(textOf(title), textOf(url)), { text: '  ' }])),
    ],
  };
};

export const teams: Receiver = {
  judge: (delivery, secrets) => {
    if (!secrets.includes(delivery.query.get('sig') ?? ''))
      return no('the signature of the URL is wrong', { status: 401 });
    const [attachment] = listOf(jsonOf(delivery).attachments);
    const card = fieldsOf(attachment?.content);
    // Measured as Teams does: MicrosoftDocs/msteams-docs#11274 has 24,453 bytes counted as 28,897.
    if (delivery.body.length * 1.19 > 28_672) return no('more than 28 kB', { status: 413 });
    const elements = [...listOf(card.body), ...listOf(card.actions)];
    const isCard = card.type === 'AdaptiveCard' && card.version === '1.4' && elements.every(isValid);
    const taken = { status: 202 };
    return isCard ? { id: '', answer: taken, shown: shownOf(card) } : no('no Adaptive Card 1.4', taken);
  },
  limited: { status: 429, headers: { 'retry-after': '10' } },
  refused: {
    status: 200,
    body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 400 with ContextId',
  },
};
