/** opwatch's own functions at work: schedule, index, queue, mapping, roles, authorizer and metrics together. */
import { randomUUID } from 'node:crypto';
import { newToken } from '../../../lib/access/token.ts';
import { MINUTE } from '../../../lib/core/schedule.ts';
import type { Watch } from '../../../lib/core/watch.ts';
import { newWatchItem, type WatchItem } from '../../../lib/store/items.ts';
import { watchId } from '../../../lib/store/keys.ts';
import { type Check, verdict } from '../check.ts';
import { type AwsSite, askUntil, type Site } from '../site.ts';

/** Of a provider that no deployment has: no cloud is asked, and past its deadline any poller ends it. It tells nobody. */
const lapsedWatch = (now: number): WatchItem => {
  const identity = { tenant: 'check', connection: 'none', provider: 'retired', operation: { id: randomUUID() } };
  const watch: Watch = {
    ...identity,
    id: watchId(identity, 1),
    generation: 1,
    labels: {},
    notify: [],
    submittedAt: now - 60 * MINUTE,
    deadline: now - 30 * MINUTE,
    status: 'running',
    facts: {},
    memo: {},
    misses: 0,
    history: [],
    looks: 0,
    nextLookAt: now - 40 * MINUTE,
    owed: [],
  };
  return newWatchItem(watch, now - 35 * MINUTE);
};

/** The schedule fires every minute; a first function, and a first receive, take some seconds. */
const SWEEP_SECONDS = 180;

const ask = async ({ api }: Site, path: string, authorization?: string) => {
  const answer = await fetch(`${api}${path}`, { headers: authorization === undefined ? {} : { authorization } });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};

/** The authorizer's answers are kept for 30 s. */
const REVOKED_SECONDS = 60;

const METRIC_SECONDS = 300;

export const flowChecks: readonly Check[] = [
  {
    name: 'authorizer-context-arrives',
    run: async (site) => {
      const { text, item } = newToken({ tenant: `check-${randomUUID()}`, scopes: ['read'] }, site.now());
      await site.table.insert(item);
      const mine = await ask(site, '/watches', `Bearer ${text}`);
      const foreign = await ask(site, '/watches', `Bearer ${newToken({ tenant: 'check' }, site.now()).text}`);
      const nobody = await ask(site, '/watches');
      const none = await ask(site, `/watches/w_${'a'.repeat(26)}`, `Bearer ${text}`);
      const wrong = [
        // Without tenant and scopes in requestContext.authorizer.lambda the handler itself would answer 403.
        ...(mine.status === 200 ? [] : [`a good token was answered ${mine.status}: ${mine.text.slice(0, 200)}`]),
        ...(foreign.status === 403 ? [] : [`a token nobody made was answered ${foreign.status}`]),
        ...(nobody.status === 401 ? [] : [`no token was answered ${nobody.status}`]),
        ...(none.status === 404 &&
        none.type.startsWith('application/problem+json') &&
        none.text.includes('no such watch')
          ? []
          : [`a watch that is not there was answered ${none.status}: ${none.text.slice(0, 200)}`]),
      ];
      return verdict(wrong, 'a good token 200, a made-up one 403, none 401; routeKey and path parameters as expected');
    },
  },
  {
    name: 'revoked-tokens-stop',
    run: async (site) => {
      const { text, item } = newToken({ tenant: `check-${randomUUID()}`, scopes: ['read'] }, site.now());
      await site.table.insert(item);
      const read = async () => (await ask(site, '/watches', `Bearer ${text}`)).status;
      const before = await read();
      const began = site.now();
      await site.table.replace({ ...item, version: 2, body: { ...item.body, revokedAt: began } });
      const after = await askUntil(site, REVOKED_SECONDS, read, (status) => status === 403);
      const told = `a token was answered ${before}, and ${after} ${Math.round((site.now() - began) / 1_000)} s after it was revoked`;
      return verdict(before === 200 && after === 403 ? [] : [told], told);
    },
  },
  {
    name: 'sweep-finds-what-lapsed',
    run: async (site) => {
      const item = lapsedWatch(site.now());
      const began = site.now();
      await site.table.insert(item);
      // No provider can look at it: the poller writes that down, and nothing else would.
      const read = async () => ((await site.table.get([item])) as WatchItem[])[0]?.body.trouble?.code;
      const trouble = await askUntil(site, SWEEP_SECONDS, read, (found) => found !== undefined);
      const seconds = Math.round((site.now() - began) / 1_000);
      const told = `a lapsed watch past its deadline: ${trouble ?? 'not looked at'} after ${seconds} s`;
      return verdict(trouble === undefined ? [told] : [], `${told}, by schedule, index, queue and mapping`);
    },
  },
  {
    name: 'log-lines-become-metrics',
    notOffline: 'the embedded stack has no CloudWatch',
    runOnAws: async (site: AwsSite) => {
      // What the sweep of the check before wrote into its log.
      const metric = { namespace: 'opwatch', name: 'swept', dimensions: { deployment: site.tableName } };
      const sum = await askUntil(
        site,
        METRIC_SECONDS,
        () => site.metric(metric),
        (found = 0) => found > 0,
      );
      const told = `opwatch/swept of ${site.tableName}: ${sum ?? 'nothing'}`;
      return verdict((sum ?? 0) > 0 ? [] : [`${told} within 5 minutes`], told);
    },
  },
  {
    name: 'failed-submissions-are-kept',
    never: 'nothing from outside makes the trigger fail three times; the template’s destination is tested',
  },
];
