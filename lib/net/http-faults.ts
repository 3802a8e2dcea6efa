/**
 * Names the faults of the network in opwatch's codes. Of Node's words only the code stays, because the rest may hold
 * addresses.
 */
import { RetryLater } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';

/** The phase that the exchange had reached. It decides the code of a fault. */
export type Phase = 'connecting' | 'securing' | 'waiting' | 'reading';

export const fault = (code: string, message: string, status?: number): RetryLater =>
  new RetryLater({ code, message, ...(status !== undefined && { status }) });

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

export const isReset = (error: unknown): boolean => ['ECONNRESET', 'ECONNABORTED', 'EPIPE'].includes(codeOf(error));

/** A failed lookup, by the system's resolver or by c-ares. */
const isLookup = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && /^(getaddrinfo|query)/.test(String(error.syscall));

/** Turns a fault of Node into a RetryLater. A fault of opwatch stays as it is. */
export const classed = (error: unknown, phase: Phase, host: string): RetryLater => {
  if (error instanceof RetryLater) return error;
  const code = codeOf(error);
  if (isLookup(error)) return fault('dns', sentence('net_dns', { host, code }));
  if (phase === 'connecting') return fault('connect', sentence('net_connect', { host, code }));
  if (phase === 'securing' || /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code))
    return fault('tls', sentence('net_tls', { host, code }));
  if (code.startsWith('HPE_')) return fault('protocol', sentence('net_protocol', { host, code }));
  return fault('reset', sentence(phase === 'waiting' ? 'net_unanswered' : 'net_cut', { host, code }));
};
