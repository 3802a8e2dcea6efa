/**
 * Which facts of a cloud are kept, and for how long. Pure.
 *
 * A reason, a result, an error, a message and an end belong to the state they were told with: they do not outlive it.
 * The kind of operation, its start and the last request id stay.
 */
import type { CloudStatus, Facts } from './observation.ts';
import { MINUTE } from './schedule.ts';
import { plain, saysNothing } from './text.ts';

/** Caps on what a cloud may make us keep, in bytes of UTF-8: an event with all of them full stays below 20 kB. */
export const CODE_BYTES = 128;
export const TEXT_BYTES = 1_024;
const FACT_BYTES: Readonly<Record<string, number>> = {
  reasonMessage: TEXT_BYTES,
  result: TEXT_BYTES,
  error: TEXT_BYTES,
  message: TEXT_BYTES,
};

/** No cloud of ours is older than 2009; a year before that is a number read in a wrong unit. */
const EARLIEST_AT = Date.UTC(2009, 0, 1);
/** Both vendors refuse requests when the clocks differ by this much. So their times are no further from ours. */
const CLOCKS_APART_MS = 15 * MINUTE;
/** Some times come in whole seconds, so an end may seem to lie this much before its start. */
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

/** A success has no cause. Words of a cloud at the place of a cause become the message. */
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
