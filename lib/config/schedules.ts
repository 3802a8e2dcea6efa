/** Schedules of opwatch.config.ts: what is submitted again and again, at which times. */
import * as v from 'valibot';
import { cronFault } from '../core/cron.ts';
import { TimeZone } from '../targets/kit/clock.ts';

const Cron = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    const message = dataset.typed ? cronFault(dataset.value) : undefined;
    if (message !== undefined) addIssue({ message });
  }),
);

/** One submission or several, in JSON: packaging checks them as the API would. */
const Submission = v.custom<Readonly<Record<string, unknown>> | readonly unknown[]>(
  (value) => typeof value === 'object' && value !== null,
  'must be a submission, or a list of them',
);

export const schedule = (name: v.GenericSchema<string>) =>
  v.strictObject({
    name,
    /** AWS's six fields: minutes, hours, day-of-month, month, day-of-week, year. */
    cron: Cron,
    /** Whose clock they are read by. */
    timeZone: v.optional(TimeZone, 'UTC'),
    submission: Submission,
  });
