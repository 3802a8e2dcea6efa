/** Reads the tenants of the configuration, and the connections and targets that a tenant's callers may name. */
import * as v from 'valibot';
import { LimitSettings } from '../core/allowance.ts';
import { Reference } from '../core/reference.ts';
import { CALLBACK_SIGNINGS, type CallbackSigning } from '../net/callback-keys.ts';

/** Direct invokes, schedules and IAM principals act for this tenant. */
export const DEFAULT_TENANT = 'default';

export const TenantSettings = v.strictObject({
  /**
   * The reference to the `whsec_` secret that signs the tenant's callbacks. During a rotation there are two or three.
   */
  signing: v.optional(v.union([Reference, v.pipe(v.array(Reference), v.minLength(1), v.maxLength(3))])),
  /**
   * The way in which opwatch signs callbacks (callback-keys.ts). Without `callbackSigning`, opwatch signs with the
   * secret itself.
   */
  callbackSigning: v.optional(v.picklist(CALLBACK_SIGNINGS)),
  /** The targets of a submission that names no targets. */
  notify: v.optional(v.array(v.string())),
  /** The limits on the tenant's watches and deliveries. */
  limits: v.optional(LimitSettings),
  /**
   * The connections that the tenant may use. Without this list, tenant `default` may use all, and any other tenant may
   * use none.
   */
  connections: v.optional(v.array(v.string())),
  /**
   * The targets that the tenant may name. A callback is listed by its origin. `https://*` means any callback. Without
   * this list, tenant `default` may name all, and any other tenant may name none.
   */
  targets: v.optional(v.array(v.string())),
});

/** A tenant, in the form that the rest of the code uses. */
export type Tenant = {
  readonly signing: readonly string[];
  readonly callbackSigning?: CallbackSigning;
  readonly notify?: readonly string[];
};

/** Makes a tenant from its settings. */
export const tenantOf = ({ signing = [], callbackSigning, notify }: v.InferOutput<typeof TenantSettings>): Tenant => ({
  signing: [signing].flat(),
  ...(callbackSigning && { callbackSigning }),
  ...(notify && { notify }),
});

type Settings = v.InferOutput<typeof TenantSettings>;

export type Bounds = {
  readonly connections?: readonly string[];
  readonly targets?: readonly string[];
};

/** Returns the connections and targets that a tenant may name. A tenant without settings may name none. */
export const boundsOf = (tenant: string, settings: Settings | undefined): Bounds => {
  const fallback = tenant === DEFAULT_TENANT ? undefined : [];
  const { connections = fallback, targets = fallback } = settings ?? {};
  return { ...(connections && { connections }), ...(targets && { targets }) };
};
