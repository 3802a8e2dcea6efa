/** Who asks, and what that caller may: as the authorizer found out, never from anything in the request's own words. */

import { DEFAULT_TENANT } from '../config/tenants.ts';
import { sentence } from '../core/sentences.ts';
import { targetName, tellableBy } from '../core/target-name.ts';
import { type Fault, pointer, Refusal } from './problem.ts';

export type Scope = 'submit' | 'read' | 'operate';
export const SCOPES: readonly Scope[] = ['submit', 'read', 'operate'];

export type Caller = {
  readonly tenant: string;
  readonly scopes: readonly string[];
  /** Connections it may use, and see the watches of; left out, all. */
  readonly connections?: readonly string[];
  /** Targets it may have told: names, and for callbacks origins such as `https://ci.example.com`; left out, all. */
  readonly targets?: readonly string[];
  /** No limit of its tenant's holds for it. */
  readonly isUnlimited?: boolean;
};

/** Whoever IAM lets in: tenant `default`, unbounded. */
export const THE_OPERATOR: Caller = { tenant: DEFAULT_TENANT, scopes: SCOPES };

/** What the deployment asks of itself: a schedule cannot come back later, so no limit holds it up. */
export const THE_DEPLOYMENT: Caller = { ...THE_OPERATOR, isUnlimited: true };

type Allowed = Pick<Caller, 'scopes' | 'connections' | 'targets'>;
const LISTS: readonly (keyof Allowed)[] = ['scopes', 'connections', 'targets'];

/** A caller as text, for an authorizer's context: it carries strings only. What is not bounded is left out. */
export const contextOf = ({ tenant, ...allowed }: Omit<Caller, 'isUnlimited'>): Record<string, string> => ({
  tenant,
  ...Object.fromEntries(LISTS.flatMap((name) => (allowed[name] ? [[name, allowed[name].join(' ')]] : []))),
});

type Authorizer = { readonly lambda?: Readonly<Record<string, unknown>>; readonly iam?: unknown };

/** The caller of an HTTP request. Throws a 403 where no authorizer has vouched for anybody: there is no open mode. */
export const callerOf = (event: { readonly requestContext?: { readonly authorizer?: unknown } }): Caller => {
  const authorizer = event.requestContext?.authorizer as Authorizer | undefined;
  const { tenant, ...context } = authorizer?.lambda ?? {};
  if (typeof tenant === 'string' && tenant !== '') {
    const lists = LISTS.flatMap((name) => {
      const text = context[name];
      return text === undefined ? [] : [[name, String(text).split(' ').filter(Boolean)] as const];
    });
    return { tenant, scopes: [], ...Object.fromEntries(lists) };
  }
  if (authorizer?.iam) return THE_OPERATOR;
  throw new Refusal(403, 'nobody has vouched for this request');
};

/** Who asks, for the log: the id of a token, or what IAM calls its principal. */
export const principalOf = (event: { readonly requestContext?: { readonly authorizer?: unknown } }): string => {
  const { lambda, iam } = (event.requestContext?.authorizer ?? {}) as Authorizer;
  const { userArn } = (iam ?? {}) as { readonly userArn?: unknown };
  return lambda ? `token ${lambda.token}` : String(userArn ?? 'unknown');
};

export const mustHave = (caller: Caller, scope: Scope): void => {
  if (!caller.scopes.includes(scope))
    throw new Refusal(403, `this token may not ${scope}: it needs the scope "${scope}"`);
};

/** Whether the caller may use this connection, and see what is watched with it. */
export const mayUse = ({ connections }: Pick<Caller, 'connections'>, connection: string): boolean =>
  connections === undefined || connections.includes(connection);

/** Whether the caller may have this target told. */
export const mayTell = ({ targets }: Pick<Caller, 'targets'>, target: string): boolean =>
  targets === undefined || tellableBy(targets, target);

const listed = (allowed: readonly string[] = []): string => allowed.join(', ') || sentence('none');

/** What a submission asks for, defaults filled in. */
export type AskedFor = {
  readonly connection?: string;
  readonly notify: readonly string[];
  /** What the configuration has filled in: it is refused without its name, which the caller may not know. */
  readonly byDefault: readonly ('connection' | 'notify')[];
};

/** Where a submission goes beyond what its caller may; `base` is its place in the body. */
export const oversteps = (
  caller: Pick<Caller, 'connections' | 'targets'>,
  { connection, notify, byDefault }: AskedFor,
  base = '',
): Fault[] => {
  const { connections, targets } = caller;
  const named = (field: 'connection' | 'notify', name: string, unnamed: string) =>
    byDefault.includes(field) ? unnamed : name;
  const places = notify
    .filter((target) => !mayTell(caller, target))
    .map((target) => named('notify', targetName(target), sentence('default_targets')));
  return [
    ...(connection === undefined || mayUse(caller, connection)
      ? []
      : [
          {
            field: 'connection',
            code: 'may_not_use' as const,
            asked: named('connection', connection, sentence('default_connection')),
            all: connections,
          },
        ]),
    ...[...new Set(places)].map((asked) => ({ field: 'notify', code: 'may_not_tell' as const, asked, all: targets })),
  ].map(({ field, code, asked, all }) => ({
    pointer: pointer(base, field),
    detail: sentence(code, { asked, allowed: listed(all) }),
  }));
};

/** Throws a 403 unless the caller may have this target told. */
export const mustTell = (caller: Caller, target: string): void => {
  if (!mayTell(caller, target))
    throw new Refusal(403, `this token may not have ${targetName(target)} told, only ${listed(caller.targets)}`);
};
