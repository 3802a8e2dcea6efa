/** One attempt at telling a recipient: the request, the answer, and what the answer means. */
import { isDeepStrictEqual } from 'node:util';
import { SecretError } from '../config/secrets.ts';
import { LookError } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import type { Verdict } from '../core/verdict.ts';
import type { HttpAnswer, HttpRequest } from '../net/http.ts';
import { redact } from '../net/redact.ts';
import type { Runtime } from '../runtime.ts';
import { hearCanary } from './hear-canary.ts';
import { readSigningKey } from './links.ts';
import { ask, type Opened, type Recipient } from './recipient.ts';
import { type Told, type Writing, write } from './request.ts';

/** An attempt that was made. */
export type Made = {
  readonly at: number;
  readonly verdict: Verdict;
  readonly answer?: HttpAnswer;
  /** It gave no answer in time. */
  readonly hangs?: boolean;
  /** Its request may still arrive: held-state.ts says when an outcome is known. */
  readonly isUnknown?: boolean;
  /** opwatch could not build the request: nothing was sent, and the receiver is not to blame. */
  readonly isOurs?: boolean;
};

type Holding = Pick<Writing, 'handle' | 'others'> & {
  /** Until when the thing that the target holds is this attempt's. */
  readonly until?: number;
};

/** Faults before a request has left (lib/net/http-faults.ts): nothing of it can arrive. */
const NEVER_LEFT: readonly string[] = ['blocked_address', 'invalid_request', 'dns', 'connect', 'tls'];
/** A gateway has given up on a target that may go on: bad gateway, gateway time-out, Cloudflare's time-out. */
const GATEWAY: readonly number[] = [502, 504, 524];

/** Whether the receiver would not take it from us, as against being slow, overwhelmed or out of order. */
const isRefused = ({ verdict, answer }: Made): boolean =>
  verdict.kind === 'gone' ||
  (verdict.kind === 'retry' && verdict.slow !== true && answer !== undefined && answer.status < 500);

/** Sends a request. That no answer comes is an outcome, too. */
const exchange = async (request: HttpRequest, opened: Opened, at: number, runtime: Runtime): Promise<Made> => {
  try {
    const answer = await ask(request, opened, runtime);
    return {
      at,
      verdict: opened.target.verdict(answer, runtime.now()),
      answer,
      isUnknown: GATEWAY.includes(answer.status),
    };
  } catch (error) {
    if (!(error instanceof LookError)) throw error;
    const { code, message: reason } = error;
    return { at, verdict: { kind: 'retry', reason }, hangs: code === 'timeout', isUnknown: !NEVER_LEFT.includes(code) };
  }
};

/** Until when nobody else makes an attempt at any of these. */
const claimedUntil = (told: readonly Told[], heldUntil = Number.POSITIVE_INFINITY): number =>
  Math.min(heldUntil, ...told.map(({ delivery }) => delivery.claim?.until ?? Number.POSITIVE_INFINITY));

/**
 * Makes one attempt, with secrets read anew where the receiver refuses it. A function that was frozen until others may make
 * theirs sends nothing. Never throws.
 */
export const attemptOnce = async (
  told: readonly Told[],
  recipient: Recipient,
  { until: heldUntil, ...holding }: Holding,
  runtime: Runtime,
): Promise<Made> => {
  const { secrets, log, now } = runtime;
  const until = claimedUntil(told, heldUntil);
  const at = now();
  if (recipient.isInternal) {
    for (const { watch } of told) if (watch) hearCanary(watch, runtime);
    return { at, verdict: { kind: 'delivered' } };
  }
  const id = told[0]?.delivery.id ?? '';
  const linkKey = recipient.isLinked ? await readSigningKey(runtime) : undefined;
  const sendWith = async (opened: Opened): Promise<Made> => {
    if (now() >= until) return { at, verdict: { kind: 'retry', reason: sentence('too_late') }, isOurs: true };
    const request = write(told, opened.target, opened.settings, { ...holding, id, at, linkKey }, runtime);
    return exchange(request, opened, at, runtime);
  };
  try {
    const opened = await recipient.open(secrets);
    const first = await sendWith(opened);
    if (!isRefused(first)) return first;
    // Its address, token or signing secret may have been rotated since they were read.
    const reopened = await recipient.open(secrets, { fresh: true });
    return isDeepStrictEqual(reopened.settings, opened.settings) ? first : await sendWith(reopened);
  } catch (error) {
    const ours = error instanceof LookError || error instanceof SecretError;
    if (!ours) log.error('attempt failed', { delivery: id, error: redact(String(error), secrets.known()) });
    const reason = ours ? error.message : sentence('unbuilt');
    // What is no fault of the network may have happened at any time: only ours is known to come before the request.
    return { at, verdict: { kind: 'retry', reason }, isUnknown: !ours, isOurs: true };
  }
};
