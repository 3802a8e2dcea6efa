/** References to secrets. The configuration holds these in place of the secrets. */
import * as v from 'valibot';

/** An SSM parameter, a Secrets Manager secret (opwatch reads it through SSM), or an environment variable. */
export const Reference = v.pipe(
  v.string(),
  v.regex(
    /^(ssm:\/[\w.\-/]{1,1000}|secret:[\w.\-/+=@]{1,512}|env:[A-Za-z_]\w{0,127})$/,
    'must be a reference (ssm:/path, secret:name or env:NAME), never the secret itself',
  ),
);

export const isReference = (value: unknown): value is string => v.is(Reference, value);
