import { record } from './fixture.ts';
import { submissionOf } from './input.ts';
import { lookOnce } from './look.ts';
import type { ProbeDeps, ProbeOptions } from './options.ts';
import { faultsReport, lookReport } from './report.ts';

export type Result = {
  /** For a person at a terminal: without secrets, without control characters. */
  readonly text: string;
  /** Whether the cloud answered for the operation, be it that it does not know it. */
  readonly isAnswered: boolean;
};

/**
 * Looks once at one operation and tells what was asked, what was answered, what that is to opwatch and what it would do.
 * An operation the API would refuse is refused in its words, and nothing is sent. Throws where the credentials cannot be
 * fetched or the fixture cannot be written.
 */
export const probe = async (wish: ProbeOptions, deps: ProbeDeps): Promise<Result> => {
  const { config, now } = deps;
  const checked = submissionOf(wish, config, now());
  if ('faults' in checked) return { text: faultsReport(checked.faults), isAnswered: false };

  const look = await lookOnce(checked.submission, wish, deps);
  const report = lookReport(look, config, deps.secrets.known());
  const recorded = wish.record === undefined ? [] : [record(look, wish.record, wish.about, deps)];
  return { text: [report, ...(await Promise.all(recorded))].join('\n'), isAnswered: 'kind' in look.outcome };
};
