/** An event as a program gets it, for people: what a job would have to go by. */
import { type Fields, fieldsOf, textOf } from '../receiver.ts';
import { bold, line, type Shown } from '../shown.ts';

const COLORS: Readonly<Record<string, string>> = {
  succeeded: '#2e7d32',
  failed: '#c62828',
  lost: '#c62828',
  timed_out: '#c62828',
};

export const eventShown = ({ id, type, data }: Fields): Shown => {
  const { status, provider, operationType, reason, blocked } = fieldsOf(data);
  const { code, message } = fieldsOf(blocked ?? reason);
  const why = [code, message].map(textOf).filter(Boolean).join(': ');
  return {
    color: COLORS[textOf(status)] ?? '#607d8b',
    lines: [
      line(bold(textOf(type) || textOf(status)), {
        text: `  ${[provider, operationType].map(textOf).filter(Boolean).join(' ')}`,
      }),
      ...(why === '' ? [] : [{ runs: [{ text: why }], quoted: true as const }]),
      line({ text: textOf(id), code: true }),
    ],
  };
};
