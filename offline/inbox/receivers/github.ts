/** GitHub's REST API, as far as it starts workflows and marks commits. */
import { type Answer, bearerOf, fieldsOf, json, jsonOf, no, type Receiver, textOf, webPage } from '../receiver.ts';
import { bold, line, linkRun } from '../shown.ts';
import { eventShown } from './event-shown.ts';

/** A limit of an hour, whose end the header names; the date beside it says what time it is there. */
const limited: Answer = {
  ...json(403, { message: 'API rate limit exceeded' }),
  headers: {
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '1893456090',
    date: 'Tue, 01 Jan 2030 00:00:00 GMT',
  },
};

const unknown = no('unknown token or repository', json(404, { message: 'Not Found' }));
const invalid = (fault: string) => no(fault, json(422, { message: 'Validation Failed', errors: [fault] }));

export const githubDispatch: Receiver = {
  judge: (delivery, secrets) => {
    if (!secrets.includes(bearerOf(delivery)) || delivery.path.at(-1) !== 'dispatches') return unknown;
    const { event_type, client_payload } = jsonOf(delivery);
    const payload = fieldsOf(client_payload);
    if (textOf(event_type).length === 0 || textOf(event_type).length > 100) return invalid('event_type');
    if (Object.keys(payload).length > 10) return invalid('No more than 10 properties are allowed');
    if (JSON.stringify(payload).length > 65_535) return invalid('client_payload is too large');
    return { id: textOf(payload.id), answer: { status: 204 }, shown: eventShown(payload) };
  },
  limited,
  refused: webPage(200),
};

const COLORS: Readonly<Record<string, string>> = {
  success: '#2e7d32',
  failure: '#c62828',
  error: '#c62828',
  pending: '#ef6c00',
};

export const githubStatus: Receiver = {
  judge: (delivery, secrets) => {
    const [resource, sha = ''] = delivery.path.slice(-2);
    if (!secrets.includes(bearerOf(delivery)) || resource !== 'statuses') return unknown;
    const { state, description, context, target_url } = jsonOf(delivery);
    if (!Object.hasOwn(COLORS, textOf(state))) return invalid('state');
    if ([...textOf(description)].length > 140) return invalid('description is too long (maximum is 140 characters)');
    return {
      id: `${sha} ${context}`,
      answer: json(201, { id: 1, state, description, context, target_url }),
      shown: {
        color: COLORS[textOf(state)] ?? '',
        lines: [
          line(bold(`${context}  `), { text: textOf(description) }),
          line({ text: sha, code: true }, { text: '  ' }, linkRun('Details', textOf(target_url))),
        ],
      },
    };
  },
  limited,
  refused: webPage(200),
};
