/** Submissions that come without HTTP: by direct invoke, schedule or rule. */
import { THE_DEPLOYMENT } from '../access/caller.ts';
import type { HttpEvent } from '../access/http-event.ts';
import type { Runtime } from '../runtime.ts';
import { noteSubmitted, problemsIn, type Receipt, receive } from './receive.ts';
import { keepRefused } from './refused.ts';

/** EventBridge hands over an envelope unless a rule sets its own input: the watch is then in `detail`. */
const inputOf = (event: unknown): unknown =>
  typeof event === 'object' && event !== null && 'detail-type' in event && 'detail' in event ? event.detail : event;

/** Who sends what comes without HTTP: the rule that an envelope names, or somebody who may invoke the function. */
const senderOf = (event: unknown): string => {
  const { resources } = (event ?? {}) as { readonly resources?: unknown };
  const [rule] = Array.isArray(resources) && inputOf(event) !== event ? resources : [];
  return typeof rule === 'string' ? rule : 'direct invoke';
};

export const isHttp = (event: unknown): event is HttpEvent =>
  typeof event === 'object' && event !== null && 'requestContext' in event;

/** Takes a submission by direct invoke, schedule or rule; throws where Lambda is to submit it again. */
export const serveDirect = async (event: unknown, runtime: Runtime): Promise<Receipt> => {
  const receipt = await receive(inputOf(event), THE_DEPLOYMENT, runtime);
  noteSubmitted(receipt, THE_DEPLOYMENT.tenant, senderOf(event), runtime);
  // Lambda calls again for what nobody waits for, and at last keeps it where an alarm shows it.
  if (problemsIn(receipt).some(({ status }) => status === 503)) throw new Error('not all was taken: submit it again');
  await keepRefused(inputOf(event), receipt, runtime);
  return receipt;
};
