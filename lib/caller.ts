/** Who asks: the tenant and scopes that the authorizer found out, never anything from the request's own words. */
import { Refusal } from './problem.ts';

export type Scope = 'submit' | 'read' | 'operate';
export const SCOPES: readonly Scope[] = ['submit', 'read', 'operate'];

export type Caller = { readonly tenant: string; readonly scopes: readonly string[] };

/** Direct invokes, schedules and IAM principals act for this tenant. */
export const DEFAULT_TENANT = 'default';

type Authorizer = {
  readonly lambda?: { readonly tenant?: unknown; readonly scopes?: unknown };
  readonly iam?: unknown;
};

/** The caller of an HTTP request. Throws a 403 where no authorizer has vouched for anybody: there is no open mode. */
export const callerOf = (event: { readonly requestContext?: { readonly authorizer?: unknown } }): Caller => {
  const authorizer = event.requestContext?.authorizer as Authorizer | undefined;
  const { tenant, scopes } = authorizer?.lambda ?? {};
  if (typeof tenant === 'string' && tenant !== '')
    return {
      tenant,
      scopes: String(scopes ?? '')
        .split(' ')
        .filter(Boolean),
    };
  if (authorizer?.iam) return { tenant: DEFAULT_TENANT, scopes: SCOPES };
  throw new Refusal(403, 'nobody has vouched for this request');
};

export const mustHave = (caller: Caller, scope: Scope): void => {
  if (!caller.scopes.includes(scope))
    throw new Refusal(403, `this token may not ${scope}: it needs the scope "${scope}"`);
};
