/** Discord: a webhook, its messages and their edits. */
import { discordRuns } from '../markup.ts';
import { type Fields, json, jsonOf, listOf, no, type Receiver, textOf } from '../receiver.ts';
import { field, type Line, line, type Shown } from '../shown.ts';

const linesOf = (text: unknown): Line[] =>
  textOf(text)
    .split('\n')
    .map((one) => line(...discordRuns(one)));

const embedLines = ({ title, description, fields, footer }: Fields): Line[] => [
  line(...discordRuns(textOf(title)).map((run) => ({ ...run, bold: true as const }))),
  ...(description === undefined ? [] : linesOf(description)),
  ...listOf(fields).map(({ name, value, inline }): Line => {
    const runs = [
      discordRuns(textOf(name)).map((run) => ({ ...run, bold: true as const })),
      discordRuns(textOf(value)),
    ] as const;
    return inline ? field(...runs) : line(...runs[0], { text: ' ' }, ...runs[1]);
  }),
  ...(footer ? [line({ text: textOf((footer as Fields).text), color: '#8c8c8c' })] : []),
];

const shownOf = (message: Fields): Shown => {
  const embeds = listOf(message.embeds);
  const color = embeds[0]?.color;
  return {
    ...(typeof color === 'number' && { color: `#${color.toString(16).padStart(6, '0')}` }),
    lines: [...(textOf(message.content) === '' ? [] : linesOf(message.content)), ...embeds.flatMap(embedLines)],
  };
};

/** discord.com/developers/docs, "Embed Limits". */
const isValid = (message: Fields): boolean => {
  const embeds = listOf(message.embeds);
  const lengthOf = (...texts: readonly unknown[]) => texts.map(textOf).join('').length;
  const all = embeds.flatMap(({ title, description, fields, footer }) => [
    title,
    description,
    (footer as Fields | undefined)?.text,
    ...listOf(fields).flatMap(({ name, value }) => [name, value]),
  ]);
  return (
    lengthOf(message.content) <= 2_000 &&
    embeds.length <= 10 &&
    lengthOf(...all) <= 6_000 &&
    embeds.every(
      ({ title, description, fields }) =>
        lengthOf(title) <= 256 &&
        lengthOf(description) <= 4_096 &&
        listOf(fields).length <= 25 &&
        listOf(fields).every(
          ({ name, value }) =>
            lengthOf(name) > 0 && lengthOf(name) <= 256 && lengthOf(value) > 0 && lengthOf(value) <= 1_024,
        ),
    )
  );
};

/** Ids are numbers that grow with time. */
const idAt = (at: number): string => String(BigInt(at - Date.UTC(2015, 0)) << 22n);

export const discord: Receiver = {
  judge: (delivery, secrets) => {
    const { path, query, method, at } = delivery;
    const edited = method === 'PATCH' && path.at(-2) === 'messages' ? path.at(-1) : undefined;
    const token = edited === undefined ? path.at(-1) : path.at(-3);
    const message = jsonOf(delivery);
    if (!secrets.includes(token ?? '')) {
      return no('unknown webhook', json(404, { message: 'Unknown Webhook', code: 10_015 }));
    }
    if (!isValid(message)) return no('a limit is passed', json(400, { message: 'Invalid Form Body', code: 50_035 }));
    const id = edited ?? idAt(at);
    const isTold = query.get('wait') === 'true' || edited !== undefined;
    return { id, answer: isTold ? json(200, { id, type: 0 }) : { status: 204 }, shown: shownOf(message) };
  },
  limited: json(
    429,
    { message: 'You are being rate limited.', retry_after: 0.65, global: false },
    { 'retry-after': '1' },
  ),
  // A 204 hides that Discord did not keep the message.
  refused: { status: 204 },
  perMinute: 30,
};
