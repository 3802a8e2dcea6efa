import { record } from './fixture.ts';
import { submissionOf } from './input.ts';
import { lookOnce } from './look.ts';
import type { ProbeDeps, ProbeOptions } from './options.ts';
import { faultsReport, lookReport } from './report.ts';

export type Result = {
  /** A report for a person at a terminal. It has no secrets and no control characters. */
  readonly text: string;
  /** True when the cloud answered about the operation. "I do not know it" is an answer too. */
  readonly isAnswered: boolean;
};

/**
 * Looks once at one operation. The report shows the request, the answer, the meaning for opwatch and its next steps. An
 * operation that the API would refuse gets the API's refusal, and no request goes to the cloud. Throws when the
 * credentials or the file of the fixture cause an error.
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
