/**
 * Which partitions of the table each function touches, by the beginnings of their keys (lib/store/items.ts). A role grants no others:
 * `dynamodb:LeadingKeys` holds the partition keys of a request.
 *
 * Poller, notifier and API share the partitions of watches, so partition keys cannot separate them there.
 * Source: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control".
 */

import { TOKEN_ENDS, TOKENS } from '../lib/access/token.ts';
import { TENANTS } from '../lib/limits/quotas.ts';
import type { Statement } from './template.ts';

const WATCHES = 'w_*';
const NOTICES = 'n_*';
const HEADS = 'head#*';
const LANES = 'lane#*';
const TARGETS = 'turn#*';
const HELD = 'held#*';
const STANDING = 'standing#*';

type Access = {
  readonly get?: readonly string[];
  readonly query?: readonly string[];
  readonly put?: readonly string[];
  readonly delete?: readonly string[];
};

const ACTIONS: Readonly<Record<keyof Access, string>> = {
  get: 'dynamodb:BatchGetItem',
  query: 'dynamodb:Query',
  put: 'dynamodb:PutItem',
  delete: 'dynamodb:DeleteItem',
};

const poller: Access = {
  get: [WATCHES, NOTICES, LANES, STANDING],
  put: [WATCHES, NOTICES, LANES, STANDING],
};

/** By the role's name. */
export const PARTITIONS = {
  Trigger: { get: [WATCHES, NOTICES, HEADS, LANES, TENANTS], put: [WATCHES, NOTICES, HEADS, TENANTS] },
  PollerAliyun: poller,
  PollerHuawei: poller,
  Notifier: {
    get: [WATCHES, NOTICES, TARGETS, HELD, STANDING],
    put: [WATCHES, NOTICES, TARGETS, HELD, STANDING],
  },
  Sweep: {
    // The sweep compares each entry of a trouble with the item that has it.
    get: [WATCHES, NOTICES, LANES, TARGETS, TENANTS],
    // Deliveries that sleep for a target are listed in its partition.
    query: [TENANTS, STANDING, TARGETS, TOKEN_ENDS],
    put: [WATCHES, NOTICES, TENANTS],
    // It removes the entries of troubles that have ended, and of deliveries that sleep no more.
    delete: [STANDING, TARGETS],
  },
  Api: {
    // To disable an origin raises a trouble, and the function that does it writes the entry.
    get: [WATCHES, HEADS, LANES, TARGETS, TENANTS, STANDING],
    query: [WATCHES, TARGETS],
    put: [WATCHES, HEADS, TARGETS, TENANTS, STANDING],
  },
  Link: { get: [WATCHES] },
  // It reads the private keys of tenants, and nothing of the table.
  Keys: {},
  // The description of the API is in its code.
  Openapi: {},
  Authorizer: { get: [TOKENS] },
} as const satisfies Readonly<Record<string, Access>>;

export type RoleName = keyof typeof PARTITIONS;

/** What a role may do to the items of `table`: a statement for each list of partitions. */
export const itemsOf = (role: RoleName, table: unknown): Statement[] => {
  const access: Access = PARTITIONS[role];
  const actions = (Object.keys(ACTIONS) as (keyof Access)[]).filter((kind) => access[kind]);
  return [...Map.groupBy(actions, (kind) => access[kind]?.join(' '))].map(([, kinds]) => ({
    Effect: 'Allow',
    Action: kinds.map((kind) => ACTIONS[kind]),
    Resource: table,
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': access[kinds[0] ?? 'get'] } },
  }));
};
