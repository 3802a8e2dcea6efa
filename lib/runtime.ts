/**
 * The services that the functions work with. compose.ts makes them. Tests and simulations use other services in their
 * place.
 */
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import type { Lanes } from './limits/lanes.ts';
import type { TenantLimits } from './limits/quotas.ts';
import type { TargetLimiters } from './limits/target-limiters.ts';
import type { Send } from './net/http.ts';
import type { SharedAnswers } from './net/shared-answers.ts';
import type { Stores } from './store/stores.ts';

export type Runtime = Stores & {
  readonly config: Config;
  readonly lanes: Lanes;
  readonly targetLimiters: TargetLimiters;
  /** The limits of the tenants. */
  readonly limits: TenantLimits;
  readonly secrets: Secrets;
  /** Sends requests to the clouds. It limits time and size, and follows no redirects. */
  readonly sendToCloud: Send;
  /** The answers that clouds have given moments ago. */
  readonly answers: SharedAnswers;
  /** Sends requests to targets and callbacks, with the same limits. It sends to public addresses only. */
  readonly sendToTarget: Send;
};
