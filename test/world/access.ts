/** What IAM lets a function of the world touch of the table: its role's partitions and no others (deploy/partitions.ts). */
import { PARTITIONS, type RoleName } from '../../deploy/partitions.ts';
import type { Key } from '../../lib/core/item.ts';

export type Verb = 'get' | 'query' | 'put' | 'delete';

/** The role of a function as the world names it; undefined where tests themselves are at work. */
const ROLES: Readonly<Record<string, RoleName>> = {
  trigger: 'Trigger',
  'poller-aliyun': 'PollerAliyun',
  'poller-huawei': 'PollerHuawei',
  notifier: 'Notifier',
  sweep: 'Sweep',
  api: 'Api',
  link: 'Link',
  keys: 'Keys',
  openapi: 'Openapi',
  authorizer: 'Authorizer',
};

type Lists = Partial<Record<Verb, readonly string[]>>;

const isAmong = (patterns: readonly string[], pk: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? pk.startsWith(pattern.slice(0, -1)) : pk === pattern));

/** A partition of these keys that the function may not touch so, if there is one. */
export const denied = (name: string, verb: Verb, keys: readonly Pick<Key, 'pk'>[]): string | undefined => {
  const role = ROLES[name];
  if (role === undefined) return undefined;
  const patterns = (PARTITIONS[role] as Lists)[verb] ?? [];
  return keys.find(({ pk }) => !isAmong(patterns, pk))?.pk;
};
