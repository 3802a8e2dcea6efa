/** Accepts submissions that come without HTTP: from a direct invoke, a schedule or a rule. */
import { THE_DEPLOYMENT } from '../access/caller.ts';
import type { HttpEvent } from '../access/http-event.ts';
import type { Runtime } from '../runtime.ts';
import { noteSubmitted, problemsIn, type Receipt, receive } from './receive.ts';
import { keepRefused } from './refused.ts';

/**
 * Returns the submission inside an event. EventBridge sends an envelope with the submission in `detail`, unless the
 * rule sets its own input.
 */
const inputOf = (event: unknown): unknown =>
  typeof event === 'object' && event !== null && 'detail-type' in event && 'detail' in event ? event.detail : event;

/**
 * Returns the sender of a submission without HTTP: the rule that the envelope names, or else a caller who may invoke
 * the function.
 */
const senderOf = (event: unknown): string => {
  const { resources } = (event ?? {}) as { readonly resources?: unknown };
  const [rule] = Array.isArray(resources) && inputOf(event) !== event ? resources : [];
  return typeof rule === 'string' ? rule : 'direct invoke';
};

export const isHttp = (event: unknown): event is HttpEvent =>
  typeof event === 'object' && event !== null && 'requestContext' in event;

/**
 * Accepts submissions from a direct invoke, a schedule or a rule. Throws an error where Lambda must submit the event
 * again.
 */
export const serveDirect = async (event: unknown, runtime: Runtime): Promise<Receipt> => {
  const receipt = await receive(inputOf(event), THE_DEPLOYMENT, runtime);
  noteSubmitted(receipt, THE_DEPLOYMENT.tenant, senderOf(event), runtime);
  // Nobody waits for the answer. Lambda retries an event that fails. After the last retry it moves the event to a queue
  // with an alarm.
  if (problemsIn(receipt).some(({ status }) => status === 503))
    throw new Error('opwatch could not write every submission: submit all again');
  await keepRefused(inputOf(event), receipt, runtime);
  return receipt;
};
