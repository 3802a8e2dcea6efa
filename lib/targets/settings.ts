/** What the settings of several targets have in common. */
import * as v from 'valibot';
import { Reference } from '../reference.ts';

export { Reference } from '../reference.ts';

/** Where to send: an address, or a reference where the address is a secret itself. */
export const Address = v.pipe(
  v.string(),
  v.check(
    (text) => v.is(Reference, text) || (/^https?:\/\//i.test(text) && URL.canParse(text)),
    'must be an https URL, or a reference to one (ssm:/path, secret:name or env:NAME)',
  ),
);
