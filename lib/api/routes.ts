/** Lists the routes of the API except POST /watches: the handler of each route, and its query parameters. */
import { NO_PARAMETERS, type Parameters } from '../access/query.ts';
import { end, extend } from './change-watches.ts';
import { FILTERS } from './filters.ts';
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

/** Returns the query parameters that a route accepts. */
export const parametersOf = (route: string): Parameters => (route === 'GET /watches' ? FILTERS : NO_PARAMETERS);
