/** The fourth stage of a message: it decides what the answer means. It never throws. */
import { SecretError } from '../config/secrets.ts';
import { LookError } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import { redact } from '../net/redact.ts';
import type { Runtime } from '../runtime.ts';
import type { Judged, Made, Sent, Stage } from './message.ts';

/** Faults that happen before a request has left (lib/net/http-faults.ts). Nothing of such a request can arrive. */
const NEVER_LEFT: readonly string[] = ['blocked_address', 'invalid_request', 'dns', 'connect', 'tls'];
/**
 * A gateway stopped waiting, but the target behind it may still handle the request. The statuses are bad gateway,
 * gateway time-out, and Cloudflare's time-out.
 */
const GATEWAY: readonly number[] = [502, 504, 524];

export const judge: Stage<Sent, Judged> = async (message, runtime) => ({ ...message, made: madeOf(message, runtime) });

/** Answers whether the receiver refused our request. A receiver that is slow, overloaded or broken does not refuse. */
export const isRefused = ({ verdict, answer }: Made): boolean =>
  verdict.kind === 'gone' ||
  (verdict.kind === 'retry' && verdict.slow !== true && answer !== undefined && answer.status < 500);

const madeOf = (message: Sent, runtime: Runtime): Made => {
  const { at, reply } = message;
  if ('isHeard' in reply) return { at, verdict: { kind: 'delivered' } };
  if ('fault' in reply) return unanswered(at, reply.fault);
  if ('error' in reply) return ourFault(message, reply.error, runtime);
  const { answer, opened } = reply;
  try {
    const verdict = opened.target.verdict(answer, runtime.now());
    return { at, verdict, answer, isUnknown: GATEWAY.includes(answer.status) };
  } catch (error) {
    return ourFault(message, error, runtime);
  }
};

const unanswered = (at: number, { code, message: reason }: LookError): Made => ({
  at,
  verdict: { kind: 'retry', reason },
  hangs: code === 'timeout',
  isUnknown: !NEVER_LEFT.includes(code),
});

const ourFault = ({ at, claims }: Sent, error: unknown, { log, secrets }: Runtime): Made => {
  if (error instanceof LookError || error instanceof SecretError)
    return { at, verdict: { kind: 'retry', reason: error.message }, isUnknown: false, isOurs: true };
  const id = claims[0]?.item.body.id ?? '';
  log.error('attempt failed', { delivery: id, error: redact(String(error), secrets.known()) });
  // The request may have left before an error of this unknown kind.
  return { at, verdict: { kind: 'retry', reason: sentence('unbuilt') }, isUnknown: true, isOurs: true };
};
