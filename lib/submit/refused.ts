/** Nobody reads the answer to a schedule: each submission that was refused is kept, and the operators are told why. */

import type { Problem } from '../access/problem.ts';
import { DEFAULT_TENANT } from '../config/tenants.ts';
import { plain } from '../core/text.ts';
import { tellOperatorsOf } from '../deliver/operators.ts';
import type { Runtime } from '../runtime.ts';
import type { Receipt } from './receive.ts';

/** A message of SQS holds 256 KiB in every region, this much of it the submission (SQS Developer Guide, quotas). */
const SUBMISSION_BYTES = 200_000;
const REASON_BYTES = 900;
const GIST_BYTES = 300;

type Refused = { readonly submission: unknown; readonly problem: Problem };

/** What of `input` was refused for good; what only could not be written (503) is submitted again by Lambda. */
const refusedIn = (input: unknown, { body }: Receipt): Refused[] => {
  if ('map' in body) {
    const submissions = input as readonly unknown[];
    return body.flatMap(({ problem }, i) => (problem ? [{ submission: submissions[i], problem }] : []));
  }
  return 'title' in body ? [{ submission: input, problem: body }] : [];
};

const reasonOf = ({ detail, errors = [] }: Problem): string => {
  const faults = errors.map((fault) => [fault.pointer, fault.detail].filter(Boolean).join(': '));
  return plain(faults.length > 0 ? faults.join('; ') : detail, REASON_BYTES);
};

/** What was to be watched, and nothing of where it was to be told: an address may be secret. */
const gistOf = ({ submission }: Refused): string => {
  const { provider, operation } = (submission ?? {}) as Record<string, unknown>;
  return plain(JSON.stringify({ provider, operation }), GIST_BYTES);
};

/** Under the names that Lambda gives an event that failed three times, so that one command submits both again. */
const letterOf = ({ submission, problem }: Refused, at: number): string => {
  const text = JSON.stringify(submission) ?? '';
  const isTooLong = Buffer.byteLength(text) > SUBMISSION_BYTES;
  return JSON.stringify({
    timestamp: new Date(at).toISOString(),
    requestContext: { condition: 'Refused' },
    requestPayload: isTooLong ? plain(text, SUBMISSION_BYTES / 2) : submission,
    responsePayload: problem,
  });
};

/**
 * Puts what was refused into the dead-letter queue, one message each, with the faults as the attribute `reason`, after the
 * operators' notice. Throws when the queue does not take it: Lambda then submits the event again.
 */
export const keepRefused = async (input: unknown, receipt: Receipt, runtime: Runtime): Promise<void> => {
  const { queue, env, log, now } = runtime;
  for (const refused of refusedIn(input, receipt)) {
    const { problem } = refused;
    const reason = reasonOf(problem);
    log.error('submission refused', { answer: JSON.stringify(problem) });
    const about = { at: now(), submission: gistOf(refused), reason };
    await tellOperatorsOf(DEFAULT_TENANT, { event: 'submission_refused', ...about }, runtime);
    await queue.deadLetter(env.deadLetterQueue, { body: letterOf(refused, now()) }, reason);
  }
};
