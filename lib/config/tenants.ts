/** Tenants as the configuration has them, and what bounds a tenant's callers. */
import * as v from 'valibot';
import { LimitSettings } from '../core/allowance.ts';
import { Reference } from '../core/reference.ts';
import { CALLBACK_SIGNINGS, type CallbackSigning } from '../net/callback-keys.ts';

/** Direct invokes, schedules and IAM principals act for this tenant. */
export const DEFAULT_TENANT = 'default';

export const TenantSettings = v.strictObject({
  /** Signs callbacks: a `whsec_` secret, or two during a rotation. */
  signing: v.optional(v.union([Reference, v.pipe(v.array(Reference), v.minLength(1), v.maxLength(3))])),
  /** How it signs them (callback-keys.ts); left out, with the secret as it is. */
  callbackSigning: v.optional(v.picklist(CALLBACK_SIGNINGS)),
  /** Who is told when a submission names nobody. */
  notify: v.optional(v.array(v.string())),
  /** How much it may ask for. */
  limits: v.optional(LimitSettings),
  /** Connections that it may use; left out, all for tenant `default` and none for any other. */
  connections: v.optional(v.array(v.string())),
  /** Targets that it may have told, by name, and for callbacks by origin, `https://*` for any; left out, as for connections. */
  targets: v.optional(v.array(v.string())),
});

/** A tenant as the configuration hands it out. */
export type Tenant = {
  readonly signing: readonly string[];
  readonly callbackSigning?: CallbackSigning;
  readonly notify?: readonly string[];
};

/** A tenant's settings as they were read. */
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

/** What a tenant may use and have told; a tenant that the configuration does not name may nothing. */
export const boundsOf = (tenant: string, settings: Settings | undefined): Bounds => {
  const fallback = tenant === DEFAULT_TENANT ? undefined : [];
  const { connections = fallback, targets = fallback } = settings ?? {};
  return { ...(connections && { connections }), ...(targets && { targets }) };
};
