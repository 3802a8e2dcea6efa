/** The routes of the API beside POST /watches, and who answers each. */
import { end, extend } from './change-watches.ts';
import { disableOne, dismissMany, dismissOne, enableOne, enableTarget, resendMany, resendOne } from './operate.ts';
import { list, read } from './read-watches.ts';
import type { Handle } from './requests.ts';

export const ROUTES: Readonly<Record<string, Handle>> = {
  'GET /watches': list,
  'GET /watches/{id}': read,
  'DELETE /watches/{id}': end,
  'PATCH /watches/{id}': extend,
  'POST /watches/{id}/deliveries/{delivery}/resend': resendOne,
  'POST /deliveries/resend': resendMany,
  'POST /watches/{id}/deliveries/{delivery}/dismiss': dismissOne,
  'POST /deliveries/dismiss': dismissMany,
  'POST /targets/{name}/enable': enableTarget,
  'POST /origins/disable': disableOne,
  'POST /origins/enable': enableOne,
};
