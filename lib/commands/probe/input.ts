import { fields } from '../../clouds/fields.ts';
import type { Config } from '../../config/config.ts';
import { DEFAULT_TENANT } from '../../config/tenants.ts';
import { type Checked, checkSubmission } from '../../submit/submission.ts';
import type { ProbeOptions } from './options.ts';

/** Reads the input in the same way as the API, and returns all its faults. */
export const submissionOf = ({ provider, connection, input }: ProbeOptions, config: Config, now: number): Checked => {
  const whole = Object.hasOwn(fields(input), 'operation');
  const named = fields(input).provider;
  if (whole && named !== undefined && named !== provider) {
    return { faults: [{ pointer: '/provider', detail: `is not ${provider}, the provider that you named` }] };
  }
  // opwatch sends no message about a probe.
  const submission = whole ? { ...fields(input), provider } : { provider, operation: input, notify: [] };
  const through = connection === undefined ? {} : { connection };
  return checkSubmission({ ...submission, ...through }, { config, tenant: DEFAULT_TENANT, now });
};
