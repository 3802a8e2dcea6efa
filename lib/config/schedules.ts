/** The schedules in opwatch.config.ts. A schedule submits watches again and again at set times. */
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

/** One submission or several, as JSON. Packaging checks them in the same way as the API. */
const Submission = v.custom<Readonly<Record<string, unknown>> | readonly unknown[]>(
  (value) => typeof value === 'object' && value !== null,
  'must be a submission or a list of submissions',
);

export const schedule = (name: v.GenericSchema<string>) =>
  v.strictObject({
    name,
    /** The six fields of an AWS cron expression: minutes, hours, day-of-month, month, day-of-week, year. */
    cron: Cron,
    /** The time zone in which AWS reads the times of the schedule. */
    timeZone: v.optional(TimeZone, 'UTC'),
    submission: Submission,
  });
