/**
 * The Lambda request authorizer (payload 2.0, simple response). It finds the caller and the tenant of a bearer token.
 */
import middy from '@middy/core';
import { contextOf } from '../lib/access/caller.ts';
import { bearerOf, isValid, parseBearer, type Token, tokenKey } from '../lib/access/token.ts';
import { theRuntime } from '../lib/compose.ts';
import type { Item } from '../lib/core/item.ts';

type Event = { readonly headers?: Readonly<Record<string, string | undefined>> };
type Result = { readonly isAuthorized: boolean; readonly context?: Readonly<Record<string, string>> };

export const handler = middy<Event, Result>().handler(async ({ headers = {} }) => {
  const { table, now } = theRuntime();
  const given = parseBearer(headers.authorization ?? headers.Authorization);
  const [item] = given ? await table.get([tokenKey(given.id)]) : [];
  const token = (item as Item<Token> | undefined)?.body;
  if (!given || !token || !isValid(token, given.secret, now())) return { isAuthorized: false };
  return { isAuthorized: true, context: { ...contextOf(bearerOf(token)), token: token.id } };
});
