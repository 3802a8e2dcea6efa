/**
 * npm run token -- create | list | revoke: manages the bearer tokens of a deployment.
 *
 *   create [--tenant default] [--scopes submit,read] [--days 90] [--note "who has it"]
 *          [--connections aliyun-prod] [--targets ops,https://ci.example.com]
 *   list
 *   revoke <id>
 *
 * It works with your AWS credentials on the table in --table or TABLE_NAME. It shows a token once, when it makes it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SCOPES, type Scope } from '../access/caller.ts';
import { endOf, newToken, TOKENS, type Token, tokenEndKey, tokenKey } from '../access/token.ts';
import { readConfig } from '../config/config.ts';
import { DEFAULT_TENANT } from '../config/tenants.ts';
import { isCanary } from '../core/canary.ts';
import type { Item } from '../core/item.ts';
import { instead } from '../core/near.ts';
import { DAY } from '../core/schedule.ts';
import { isOrigin } from '../core/target-name.ts';
import { createTable, type Table } from '../store/store.ts';
import { awsCure } from './aws-cure.ts';

const USAGE = `usage:
  npm run token -- create [--tenant default] [--scopes submit,read,operate] [--days 90] [--note "who has it"]
                             [--connections aliyun-prod,...] [--targets ops,https://ci.example.com,...]
  npm run token -- list
  npm run token -- revoke <id>
--table or TABLE_NAME names the table: opwatch-<stage>. Tenants, connections and targets must be in opwatch.config.ts.`;

class Usage extends Error {}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** A list may have this many entries, because the context between the authorizer and the functions has little room. */
const LIST_MAX = 50;

const readList = (option: string, text: string, isGood: (entry: string) => boolean, what: string): string[] => {
  const entries = [...new Set(text.split(',').map((entry) => entry.trim()))];
  const bad = entries.filter((entry) => !isGood(entry));
  if (bad.length > 0) throw new Usage(`${option}: ${bad.map((entry) => `"${entry}"`).join(', ')} must be ${what}`);
  if (entries.length > LIST_MAX) throw new Usage(`${option} may hold ${LIST_MAX} at most`);
  return entries;
};

const boundsOf = ({
  connections,
  targets,
}: Record<string, string | undefined>): Pick<Token, 'connections' | 'targets'> => ({
  ...(connections !== undefined && {
    connections: readList('--connections', connections, (entry) => NAME.test(entry), 'the name of a connection'),
  }),
  ...(targets !== undefined && {
    targets: readList(
      '--targets',
      targets,
      (entry) => NAME.test(entry) || isOrigin(entry),
      'the name of a target, or for callbacks an origin such as https://ci.example.com',
    ),
  }),
});

/**
 * Throws for names that the configuration does not have. The API would accept a token with such names, but the token
 * could do nothing.
 */
const mustBeConfigured = async (tenant: string, { connections, targets }: Pick<Token, 'connections' | 'targets'>) => {
  const { default: settings } = await import('#config');
  const config = readConfig(settings);
  const mustBe = (option: string, what: string, names: readonly string[], known: readonly string[]) => {
    const [stranger] = names.filter((name) => !known.includes(name));
    if (stranger !== undefined)
      throw new Usage(`${option}: the configuration names no ${what} ${stranger}: ${instead(stranger, known)}`);
  };
  mustBe('--tenant', 'tenant', [tenant], [...new Set([DEFAULT_TENANT, ...config.tenants.keys()])]);
  mustBe('--connections', 'connection', connections ?? [], [...config.connections.keys()]);
  const named = (targets ?? []).filter((each) => !isOrigin(each));
  mustBe('--targets', 'target', named, [...config.targets.keys()]);
};

const create = async (table: Table, options: Record<string, string | undefined>): Promise<string> => {
  const { tenant = DEFAULT_TENANT } = options;
  if (!NAME.test(tenant)) throw new Usage('--tenant must be 1 to 63 of a-z, 0-9 and "-"');
  if (isCanary(tenant)) throw new Usage(`--tenant ${tenant}: only opwatch itself uses this tenant`);
  const scopes = (options.scopes ?? SCOPES.join(',')).split(',').map((scope) => scope.trim()) as Scope[];
  const unknown = scopes.filter((scope) => !SCOPES.includes(scope));
  if (unknown.length > 0) throw new Usage(`unknown scope ${unknown.join(', ')}: there are ${SCOPES.join(', ')}`);
  const days = options.days === undefined ? undefined : Number(options.days);
  if (days !== undefined && !(days > 0)) throw new Usage('--days must be a number above 0');

  const bounds = boundsOf(options);
  await mustBeConfigured(tenant, bounds);
  const { text, item } = newToken(
    {
      tenant,
      scopes,
      ...bounds,
      ...(days !== undefined && { expiresAt: Date.now() + days * DAY }),
      ...(options.note !== undefined && { note: options.note }),
    },
    Date.now(),
  );
  await table.insert(item);
  await noteEnds([item.body], table);
  return text;
};

/**
 * Writes the end times of tokens that are not yet in the table. The sweep warns from these entries and reads no token.
 */
const noteEnds = async (tokens: readonly Token[], table: Table): Promise<void> => {
  const ends = tokens.flatMap((token) => endOf(token) ?? []).filter(({ body }) => body.expiresAt > Date.now());
  await Promise.all(ends.map(table.insert));
};

const date = (at: number | undefined): string => (at === undefined ? '-' : new Date(at).toISOString().slice(0, 10));

const list = async (table: Table): Promise<string> => {
  const tokens = (await table.partition(TOKENS)).map(({ body }) => body as Token);
  // An earlier release made tokens without an entry for their end.
  await noteEnds(tokens, table);
  const lines = tokens.map(({ id, tenant, scopes, connections, targets, createdAt, expiresAt, revokedAt, note }) =>
    [
      id,
      tenant,
      ...[scopes, connections ?? ['all'], targets ?? ['all']].map((each) => each.join(',')),
      ...[createdAt, expiresAt, revokedAt].map(date),
      note ?? '',
    ].join('\t'),
  );
  return ['id\ttenant\tscopes\tconnections\ttargets\tcreated\texpires\trevoked\tnote', ...lines].join('\n');
};

const revoke = async (table: Table, id: string | undefined): Promise<string> => {
  if (id === undefined) throw new Usage('name the token by its id (the part after "opw_")');
  const [item] = (await table.get([tokenKey(id)])) as Item<Token>[];
  if (!item) throw new Usage(`there is no token ${id}`);
  const next = { ...item, version: item.version + 1, body: { ...item.body, revokedAt: Date.now() } };
  if (!(await table.replace(next))) throw new Error('somebody changed the token at the same moment: try again');
  const [end] = await table.get([tokenEndKey(id)]);
  if (end) await table.remove(end);
  return `${id} is revoked; API Gateway may still accept it for up to 30 seconds`;
};

const OPTIONS = {
  tenant: { type: 'string' },
  scopes: { type: 'string' },
  connections: { type: 'string' },
  targets: { type: 'string' },
  days: { type: 'string' },
  note: { type: 'string' },
  table: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const readArguments = () => {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new Usage((error as Error).message);
  }
};

const main = async (): Promise<string> => {
  const { positionals, values } = readArguments();
  const { help, table: named = process.env.TABLE_NAME, ...options } = values;
  if (help) return USAGE;
  const commands: Record<string, (table: Table) => Promise<string>> = {
    create: (table) => create(table, options),
    list,
    revoke: (table) => revoke(table, positionals[1]),
  };
  const command = Object.hasOwn(commands, positionals[0] ?? '') ? commands[positionals[0] ?? ''] : undefined;
  if (!command) throw new Usage('name a command');
  if (!named) throw new Usage('which table?');
  return command(createTable(new DynamoDBClient({}), named, (ms) => sleep(ms).then(() => undefined)));
};

await main().then(console.log, (error: Error) => {
  console.error(error instanceof Usage ? `${error.message}\n${USAGE}` : awsCure(error));
  process.exitCode = 1;
});
