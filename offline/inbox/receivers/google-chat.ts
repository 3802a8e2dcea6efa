/** Google Chat's incoming webhook. */
import { googleRuns, googleTextRuns } from '../markup.ts';
import { type Fields, fieldsOf, json, jsonOf, listOf, no, type Receiver, textOf, webPage } from '../receiver.ts';
import { bold, field, type Line, line, linkRun, type Shown } from '../shown.ts';

const says = (code: number, status: string) => json(code, { error: { code, status, message: status } });

const widgetLines = ({ textParagraph, decoratedText, buttonList }: Fields): Line[] => {
  const { topLabel, text } = fieldsOf(decoratedText);
  const paragraph = textOf(fieldsOf(textParagraph).text);
  const buttons = listOf(fieldsOf(buttonList).buttons);
  return [
    ...(paragraph === '' ? [] : paragraph.split('\n').map((one) => line(...googleRuns(one)))),
    ...(topLabel === undefined ? [] : [field([bold(textOf(topLabel))], googleRuns(textOf(text)))]),
    line(
      ...buttons.flatMap(({ text: name, onClick }) => [
        linkRun(textOf(name), textOf(fieldsOf(fieldsOf(onClick).openLink).url)),
        { text: '  ' },
      ]),
    ),
  ];
};

const shownOf = (message: Fields): Shown => {
  const widgets = listOf(message.cardsV2).flatMap(({ card }) =>
    listOf(fieldsOf(card).sections).flatMap((section) => listOf(section.widgets)),
  );
  const text = textOf(message.text);
  const lines = widgets.flatMap(widgetLines);
  const color = lines[0]?.runs[0]?.color;
  return { ...(color && { color }), lines: [...(text === '' ? [] : [line(...googleTextRuns(text))]), ...lines] };
};

export const googleChat: Receiver = {
  judge: (delivery, secrets) => {
    const { query, body, at } = delivery;
    if (!secrets.includes(query.get('token') ?? '')) return no('unknown token', says(403, 'PERMISSION_DENIED'));
    const message = jsonOf(delivery);
    if (body.length > 32_000 || listOf(message.cardsV2).length === 0)
      return no('no card', says(400, 'INVALID_ARGUMENT'));
    return { id: '', answer: json(200, { name: `spaces/AAAA/messages/${at}` }), shown: shownOf(message) };
  },
  limited: says(429, 'RESOURCE_EXHAUSTED'),
  refused: webPage(200),
  perMinute: 60,
};
