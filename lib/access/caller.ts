/**
 * Tells who a caller is and what the caller may do. Only the authorizer decides both. The words of the request decide
 * nothing.
 */

import { DEFAULT_TENANT } from '../config/tenants.ts';
import { sentence } from '../core/sentences.ts';
import { targetName, tellableBy } from '../core/target-name.ts';
import { type Fault, pointer, Refusal } from './problem.ts';

export type Scope = 'submit' | 'read' | 'operate';
export const SCOPES: readonly Scope[] = ['submit', 'read', 'operate'];

export type Caller = {
  readonly tenant: string;
  readonly scopes: readonly string[];
  /**
   * The connections that the caller may use, and whose watches it may see. A caller without this list may use all
   * connections.
   */
  readonly connections?: readonly string[];
  /**
   * The targets to which the caller may send messages: names, and for callbacks origins such as
   * `https://ci.example.com`. A caller without this list may send to all targets.
   */
  readonly targets?: readonly string[];
  /** True when the limits of the tenant do not apply to this caller. */
  readonly isUnlimited?: boolean;
};

/** The caller for a request that IAM has accepted: tenant `default`, without restrictions. */
export const THE_OPERATOR: Caller = { tenant: DEFAULT_TENANT, scopes: SCOPES };

/** The caller for submissions of the deployment itself. No limit applies, because a schedule cannot try again later. */
export const THE_DEPLOYMENT: Caller = { ...THE_OPERATOR, isUnlimited: true };

type Allowed = Pick<Caller, 'scopes' | 'connections' | 'targets'>;
const LISTS: readonly (keyof Allowed)[] = ['scopes', 'connections', 'targets'];

/**
 * Returns a caller as strings for the context of an authorizer, which carries only strings. A list without restrictions
 * is left out.
 */
export const contextOf = ({ tenant, ...allowed }: Omit<Caller, 'isUnlimited'>): Record<string, string> => ({
  tenant,
  ...Object.fromEntries(LISTS.flatMap((name) => (allowed[name] ? [[name, allowed[name].join(' ')]] : []))),
});

type Authorizer = { readonly lambda?: Readonly<Record<string, unknown>>; readonly iam?: unknown };

/**
 * Returns the caller of an HTTP request. Throws a 403 when no authorizer has confirmed a caller. opwatch has no mode
 * without authorization.
 */
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
  throw new Refusal(403, 'no authorizer has confirmed the caller of this request');
};

/** Returns the name of the caller for the log: the id of a token, or the ARN of the IAM user. */
export const principalOf = (event: { readonly requestContext?: { readonly authorizer?: unknown } }): string => {
  const { lambda, iam } = (event.requestContext?.authorizer ?? {}) as Authorizer;
  const { userArn } = (iam ?? {}) as { readonly userArn?: unknown };
  return lambda ? `token ${lambda.token}` : String(userArn ?? 'unknown');
};

export const mustHave = (caller: Caller, scope: Scope): void => {
  if (!caller.scopes.includes(scope))
    throw new Refusal(403, `this token may not ${scope}: it needs the scope "${scope}"`);
};

/** Answers whether the caller may use this connection and see its watches. */
export const mayUse = ({ connections }: Pick<Caller, 'connections'>, connection: string): boolean =>
  connections === undefined || connections.includes(connection);

/** Answers whether the caller may send messages to this target. */
export const mayTell = ({ targets }: Pick<Caller, 'targets'>, target: string): boolean =>
  targets === undefined || tellableBy(targets, target);

const listed = (allowed: readonly string[] = []): string => allowed.join(', ') || sentence('none');

/** The connection and the targets of a submission, with the defaults of the configuration. */
export type AskedFor = {
  readonly connection?: string;
  readonly notify: readonly string[];
  /**
   * The fields that the configuration has filled in. A refusal of such a field does not name its value, because the
   * caller may not be allowed to know it.
   */
  readonly byDefault: readonly ('connection' | 'notify')[];
};

/**
 * Returns the faults of a submission that goes beyond the rights of its caller. `base` is the place of the submission
 * in the body.
 */
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

/** Throws a 403 if the caller may not send messages to this target. */
export const mustTell = (caller: Caller, target: string): void => {
  if (!mayTell(caller, target))
    throw new Refusal(403, `this token may not send to ${targetName(target)}, only to ${listed(caller.targets)}`);
};
