/**
 * Lists the partitions of the table that each function uses, by the beginnings of their keys (lib/store/items.ts). A
 * role allows no other partitions: the IAM condition `dynamodb:LeadingKeys` holds the partition keys of a request.
 *
 * The poller, the notifier and the API share the partitions of watches. So partition keys cannot separate these three
 * functions. Source: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control".
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

/** The partitions of each role, by the role's name. */
export const PARTITIONS = {
  Trigger: { get: [WATCHES, NOTICES, HEADS, LANES, TENANTS], put: [WATCHES, NOTICES, HEADS, TENANTS] },
  PollerAliyun: poller,
  PollerHuawei: poller,
  Notifier: {
    get: [WATCHES, NOTICES, TARGETS, HELD, STANDING],
    put: [WATCHES, NOTICES, TARGETS, HELD, STANDING],
  },
  Sweep: {
    // The sweep compares each entry of a standing trouble with the item of that trouble.
    get: [WATCHES, NOTICES, LANES, TARGETS, TENANTS],
    // The partition of a target lists the deliveries that sleep for it.
    query: [TENANTS, STANDING, TARGETS, TOKEN_ENDS],
    put: [WATCHES, NOTICES, TENANTS],
    // The sweep removes two kinds of entries: those of troubles that have ended, and those of deliveries that no longer
    // sleep.
    delete: [STANDING, TARGETS],
  },
  Api: {
    // A function that disables an origin also writes the entry of this trouble.
    get: [WATCHES, HEADS, LANES, TARGETS, TENANTS, STANDING],
    query: [WATCHES, TARGETS],
    put: [WATCHES, HEADS, TARGETS, TENANTS, STANDING],
  },
  Link: { get: [WATCHES] },
  // The function that answers GET /keys reads the private keys of tenants. It does not read the table.
  Keys: {},
  // The code of the function that answers GET /openapi.json contains the description of the API. It does not read the
  // table.
  Openapi: {},
  Authorizer: { get: [TOKENS] },
} as const satisfies Readonly<Record<string, Access>>;

export type RoleName = keyof typeof PARTITIONS;

/** Returns the statements that let a role use its items of `table`. Each list of partitions has one statement. */
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
