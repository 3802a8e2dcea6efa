/**
 * Keeps each submission that opwatch refused, and tells the operators the reason. Nobody reads the answer to a
 * schedule.
 */

import type { Problem } from '../access/problem.ts';
import { DEFAULT_TENANT } from '../config/tenants.ts';
import { plain } from '../core/text.ts';
import { tellOperatorsOf } from '../deliver/operators.ts';
import type { Runtime } from '../runtime.ts';
import type { Receipt } from './receive.ts';

/**
 * The part of an SQS message that the submission may use. An SQS message holds 256 KiB in every region (SQS Developer
 * Guide, quotas).
 */
const SUBMISSION_BYTES = 200_000;
const REASON_BYTES = 900;
const GIST_BYTES = 300;

type Refused = { readonly submission: unknown; readonly problem: Problem };

/**
 * Returns the submissions of `input` that opwatch refused for good. It leaves out those that the table could not take
 * (503), because Lambda submits them again.
 */
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

/**
 * Describes a refused submission: the operation, but not the targets, because the address of a target may be secret.
 */
const gistOf = ({ submission }: Refused): string => {
  const { provider, operation } = (submission ?? {}) as Record<string, unknown>;
  return plain(JSON.stringify({ provider, operation }), GIST_BYTES);
};

/**
 * Writes a message for the dead-letter queue. It has the same fields as Lambda's message for an event that failed three
 * times. So one command can submit both kinds again.
 */
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
 * Writes a notice to the operators, and then puts each refused submission into the dead-letter queue as one message.
 * The attribute `reason` of the message holds its faults. Throws where the queue does not accept a message. Lambda then
 * submits the event again.
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
