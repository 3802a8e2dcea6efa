/** Watches an operation through several looks: the adapter reads each answer, and the core decides what it means. */

import { askOf } from '../../lib/config/look-policy.ts';
import { decide } from '../../lib/core/decide.ts';
import { LookError } from '../../lib/core/errors.ts';
import { DEFAULT_GAP } from '../../lib/core/schedule.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import type { Provider } from '../../lib/providers/provider.ts';
import { watchWith } from '../samples.ts';
import { lookAtOne, type Reply, type Script, scripted } from './scripted.ts';

export const SUBMITTED_AT = Date.parse('2026-01-02T03:00:00Z');

/** A look so many seconds after submission, and what the cloud answers: a single answer is given to every call. */
export type Step = readonly [seconds: number, told: Reply | readonly Reply[]];

export const scriptOf = (told: Reply | readonly Reply[]): Script => (Array.isArray(told) ? told : () => told as Reply);

type Named = Readonly<Record<string, string>>;

/** The watch as it stands when it is submitted. */
export const submitted = <O>({ traits }: Provider<O>, operation: O, more: Partial<Watch> = {}): Watch =>
  watchWith({
    provider: traits.name,
    operation: operation as Named,
    submittedAt: SUBMITTED_AT,
    deadline: SUBMITTED_AT + 7 * 86_400_000,
    nextLookAt: SUBMITTED_AT,
    history: [{ at: SUBMITTED_AT, status: 'pending' }],
    ...more,
  });

/** The watch after one more look, as the poller makes it. */
export const lookedAt = async <O>(provider: Provider<O>, watch: Watch, [seconds, told]: Step): Promise<Watch> => {
  const now = SUBMITTED_AT + seconds * 1_000;
  const { cloud } = scripted(scriptOf(told), { now });
  const ask = { ...askOf(watch), operation: watch.operation as O };
  const seen = await lookAtOne(provider, ask, cloud);
  const observation = seen instanceof LookError ? ({ kind: 'unanswered', error: seen } as const) : seen;
  return decide(watch, observation, now, { ...provider.traits, gap: DEFAULT_GAP });
};

/** The watch after these looks. */
export const watched = async <O>(
  provider: Provider<O>,
  operation: O,
  steps: readonly Step[],
  more: Partial<Watch> = {},
): Promise<Watch> => {
  let watch = submitted(provider, operation, more);
  for (const step of steps) watch = await lookedAt(provider, watch, step);
  return watch;
};

/** How a watch stands, in a few words, as the tables of these tests write it. */
export const standing = ({ status, evidence, unknownWords, trouble, note }: Watch): string =>
  [
    status,
    evidence,
    unknownWords && 'unknown word',
    !isOver(status) && trouble?.code,
    isOver(status) && note !== undefined && 'noted',
  ]
    .filter(Boolean)
    .join(', ');
