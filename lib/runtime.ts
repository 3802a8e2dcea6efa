/** What the functions are handed to work with. compose.ts makes it; a test or a simulation hands them another. */
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
  /** What tenants may ask for. */
  readonly limits: TenantLimits;
  readonly secrets: Secrets;
  /** To the clouds: bounded in time and bytes, no redirects. */
  readonly sendToCloud: Send;
  /** What clouds have answered moments ago. */
  readonly answers: SharedAnswers;
  /** To targets and callbacks: the same, and to public addresses only. */
  readonly sendToTarget: Send;
};
