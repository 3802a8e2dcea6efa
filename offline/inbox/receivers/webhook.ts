/** Any receiver that verifies: Standard Webhooks 1.0. */
import { no, type Receiver } from '../receiver.ts';
import { fault } from '../standard-webhooks.ts';

export const webhook: Receiver = {
  judge: ({ headers, body, at }, secrets) => {
    const id = headers['webhook-id'] ?? '';
    const why = fault(headers, body, secrets, at);
    return why === undefined ? { id, answer: { status: 204 } } : { ...no(why, { status: 401, body: why }), id };
  },
  limited: { status: 429, headers: { 'retry-after': '5' } },
  refused: { status: 410 },
};
