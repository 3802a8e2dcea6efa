/**
 * Decides which facts from a cloud opwatch keeps, and for how long. Pure.
 *
 * A reason, a result, an error, a message and an end time belong to the state that they came with. opwatch drops them
 * when the state changes. The kind of operation, its start time and the last request id stay.
 */
import type { CloudStatus, Facts } from './observation.ts';
import { MINUTE } from './schedule.ts';
import { plain, saysNothing } from './text.ts';

/**
 * The maximum length of each text from a cloud, in bytes of UTF-8. An event with all texts at their maximum stays below
 * 20 kB.
 */
export const CODE_BYTES = 128;
export const TEXT_BYTES = 1_024;
const FACT_BYTES: Readonly<Record<string, number>> = {
  reasonMessage: TEXT_BYTES,
  result: TEXT_BYTES,
  error: TEXT_BYTES,
  message: TEXT_BYTES,
};

/**
 * The earliest time that a cloud can give. Both clouds are younger than 2009, so an earlier time is a number in a wrong
 * unit.
 */
const EARLIEST_AT = Date.UTC(2009, 0, 1);
/** The largest difference between a cloud's clock and ours. Both vendors refuse requests with a larger difference. */
const CLOCKS_APART_MS = 15 * MINUTE;
/** The time (ms) by which an end may seem to lie before its start, because some clouds give times in whole seconds. */
const COARSE_MS = 1_000;

const isCredible = (at: number, now: number): boolean => at >= EARLIEST_AT && at <= now + CLOCKS_APART_MS;

/**
 * Returns the facts that can be true and that say something. It cuts each text to its number of bytes. `now` is epoch
 * ms.
 */
export const credible = (facts: Facts, now: number): Facts => {
  const { startedAt, endedAt, ...texts } = facts;
  const started = startedAt !== undefined && isCredible(startedAt, now);
  const ended = endedAt !== undefined && isCredible(endedAt, now);
  const isBackwards = started && ended && endedAt < startedAt - COARSE_MS;
  return {
    ...Object.fromEntries(
      Object.entries(texts)
        .filter(([, text]) => !saysNothing(text))
        .map(([name, text]) => [name, plain(text, FACT_BYTES[name] ?? CODE_BYTES)]),
    ),
    ...(started && { startedAt }),
    ...(ended && !isBackwards && { endedAt }),
  };
};

/**
 * Removes the cause from the facts of a success, because a success has no cause. If the cloud put words in the place of
 * the cause, they become the message.
 */
export const withoutCause = ({ reasonCode, reasonMessage, error, ...facts }: Facts): Facts => {
  const beside = facts.message ?? ([reasonCode, reasonMessage].filter(Boolean).join(': ') || error);
  return beside === undefined ? facts : { ...facts, message: plain(beside, TEXT_BYTES) };
};

type State = { readonly status: string; readonly word?: string };

/**
 * Returns the facts after a look that saw `status` and brought `news`. `known` are the facts of the earlier state
 * `before`.
 */
export const factsAfter = (
  known: Facts,
  before: State,
  news: Facts,
  { status, word }: { readonly status: CloudStatus; readonly word: string },
  now: number,
): Facts => {
  const { operationType, startedAt, requestId } = known;
  const lasting: Facts = {
    ...(operationType !== undefined && { operationType }),
    ...(startedAt !== undefined && { startedAt }),
    ...(requestId !== undefined && { requestId }),
  };
  const isSameState = before.status === status && before.word === word;
  const facts = { ...(isSameState ? known : lasting), ...credible(news, now) };
  if (status === 'succeeded') return withoutCause(facts);
  if (status !== 'pending' && status !== 'running' && status !== 'attention') return facts;
  // The operation goes on, so an end time beside this state means nothing.
  const { endedAt: _, ...underWay } = facts;
  return underWay;
};
