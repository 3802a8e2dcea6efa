import type { Shown } from './shown.ts';

export type Attempt = {
  /** Epoch ms. */
  readonly at: number;
  /** The status of the answer. 0 means no answer at all. */
  readonly status: number;
  /** Why it was not believed. */
  readonly fault?: string;
};

/** Everything that came under one webhook-id. */
export type Message = {
  /** Where it came to: `hooks/ci`. */
  readonly to: string;
  readonly id: string;
  /** Whether one attempt at least was believed. */
  readonly verified: boolean;
  readonly attempts: readonly Attempt[];
  /** How many attempts there were; only the newest 100 are kept. */
  readonly attemptCount: number;
  /** The body as JSON, or as text where it is none, with secrets masked; of the latest attempt that was believed, or else of the latest. */
  readonly body: unknown;
  /** The message as its reader sees it, where that is not the JSON itself. */
  readonly shown?: Shown;
};

const KEPT_ATTEMPTS = 100;

export type Messages = {
  readonly add: (to: string, id: string, attempt: Attempt, body: string, shown?: Shown) => void;
  /** By first arrival, oldest first. */
  readonly all: () => readonly Message[];
  readonly clear: () => void;
};

/** Keeps the newest `limit` messages. */
export function createMessages(limit: number): Messages {
  const messages = new Map<string, Message>();
  let nameless = 0;
  return {
    add(to, id, attempt, body, shown) {
      // Without an id nothing can tell a second attempt from another message.
      const key = id === '' ? `#${++nameless}` : `${to} ${id}`;
      messages.set(
        key,
        merged(
          messages.get(key) ?? { to, id, verified: false, attempts: [], attemptCount: 0, body: undefined },
          attempt,
          body,
          shown,
        ),
      );
      const [oldest] = messages.keys();
      if (messages.size > limit && oldest !== undefined) messages.delete(oldest);
    },
    all: () => [...messages.values()],
    clear: () => messages.clear(),
  };
}

function merged(message: Message, attempt: Attempt, body: string, shown: Shown | undefined): Message {
  const believed = attempt.fault === undefined;
  const isNews = believed || !message.verified;
  return {
    ...message,
    verified: message.verified || believed,
    attempts: [...message.attempts, attempt].slice(-KEPT_ATTEMPTS),
    attemptCount: message.attemptCount + 1,
    ...(isNews && { body: read(body), ...(shown && { shown }) }),
  };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
