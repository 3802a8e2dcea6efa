/** Callers who do more than submit: they list, read, extend, send again, dismiss, disable and enable, and lose their tokens. */

import { createHash } from 'node:crypto';
import { serve } from '../../functions/api.ts';
import type { HttpEvent } from '../../lib/access/http-event.ts';
import { Refusal } from '../../lib/access/problem.ts';
import { isValid, type Token, tokenKey } from '../../lib/access/token.ts';
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import { limiterKey, type TargetLimiter } from '../../lib/core/target-limiter.ts';
import type { WatchView } from '../../lib/core/view.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { watchId, watchKey } from '../../lib/store/keys.ts';
import { mustBeDescribed } from '../helpers/answers.ts';
import { START, type World } from '../world/world.ts';
import { type Act, NAMED, ORIGINS, originOf, picked } from './acts.ts';
import type { Operation, Plan } from './plan.ts';
import type { Recorder } from './recorder.ts';
import { mayHide } from './rollouts.ts';
import { MINUTE, SECOND } from './time.ts';

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

const SECRET = 'a'.repeat(43);
const idOf = (tenant: string): string => createHash('sha256').update(tenant).digest('hex').slice(0, 12);

/** Gives each tenant a token, and takes one away where the plan says so. */
export const giveTokens = ({ table, timeline }: World, { rare }: Plan): void => {
  const hash = createHash('sha256').update(SECRET).digest('hex');
  for (const tenant of ['default', 'other']) {
    const id = idOf(tenant);
    const body: Token = { id, hash, tenant, scopes: ['submit', 'read', 'operate'], createdAt: START };
    table.insert({ ...tokenKey(id), version: 1, body });
  }
  const { revoked } = rare;
  if (!revoked) return;
  timeline.at(revoked.at, () => {
    const [item] = table.get([tokenKey(idOf(revoked.tenant))]) as Item<Token>[];
    if (item) table.replace({ ...item, version: 2, body: { ...item.body, revokedAt: revoked.at } });
  });
};

/** What the authorizer says of a tenant's token. Throws where the table gives no answer. */
export const isLetIn = (world: World, tenant: string): Promise<boolean> =>
  world.as('authorizer', async ({ table, now }) => {
    const [item] = (await table.get([tokenKey(idOf(tenant))])) as Item<Token>[];
    return item !== undefined && isValid(item.body, SECRET, now());
  });

export type Ask = Partial<Pick<HttpEvent, 'pathParameters' | 'rawQueryString'>> & { readonly body?: unknown };

/** Asks once. Throws where nobody answers. */
export const serveOnce = (world: World, tenant: string, routeKey: string, { body, ...more }: Ask): Promise<Answer> => {
  const event: HttpEvent = {
    routeKey,
    headers: {},
    requestContext: {
      http: { method: '', path: '' },
      authorizer: { lambda: { tenant, scopes: 'submit read operate' } },
    },
    ...more,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  return world.as('api', (runtime) =>
    serve(event, runtime).then(
      ({ statusCode, body: text }) => ({ status: statusCode, body: JSON.parse(text) }),
      (error: unknown) => {
        if (error instanceof Refusal) return { status: error.problem.status, body: { ...error.problem } };
        throw error;
      },
    ),
  );
};

/** Asks until somebody answers; undefined when nobody does, or the token is good no more. The answer is one of those that are published. */
const ask = async (...asked: Parameters<typeof askUntilAnswered>): Promise<Answer | undefined> => {
  const answer = await askUntilAnswered(...asked);
  const type = answer && 'title' in answer.body ? 'application/problem+json' : 'application/json';
  if (answer) mustBeDescribed(asked[2], { ...answer, type });
  return answer;
};

const askUntilAnswered = async (
  world: World,
  tenant: string,
  routeKey: string,
  what: Ask,
  isDown: () => boolean,
): Promise<Answer | undefined> => {
  for (let tries = 0; tries < 6; tries += 1) {
    try {
      if (!isDown()) {
        if (!(await isLetIn(world, tenant))) return undefined;
        return await serveOnce(world, tenant, routeKey, what);
      }
    } catch {
      // Whoever gets no answer asks again.
    }
    await world.timeline.pause(SECOND * 2 ** tries);
  }
  return undefined;
};

/** What a caller does, and whether what was answered is so. */
export const act = async (
  world: World,
  plan: Plan,
  what: Act,
  recorder: Recorder,
  isDown: () => boolean,
): Promise<void> => {
  const operation = plan.operations[what.operation % plan.operations.length] as Operation;
  const { provider, fields, tenant } = operation;
  const connection = provider.split('-')[0] ?? '';
  const id = watchId({ tenant, connection, provider, operation: fields }, 1);
  const asked = (routeKey: string, more: Ask) => ask(world, tenant, routeKey, more, isDown);
  const since = new Date(START).toISOString();

  const delivery = async (deed: 'resend' | 'dismiss'): Promise<void> => {
    const seen = await asked('GET /watches/{id}', { pathParameters: { id } });
    const deliveries = (seen?.body.deliveries ?? []) as readonly { readonly id: string; readonly state: string }[];
    const wanted = deed === 'dismiss' ? deliveries.filter(({ state }) => state === 'parked') : deliveries;
    const one = picked(wanted, what.luck);
    if (!one) return;
    const route = `POST /watches/{id}/deliveries/{delivery}/${deed}`;
    await asked(route, { pathParameters: { id, delivery: one.id } });
  };
  const all = async (deed: 'resend' | 'dismiss'): Promise<void> => {
    const target = picked([...NAMED, ...ORIGINS.map((origin) => `${origin}/done`)], what.luck) ?? '';
    const beganAt = world.timeline.now();
    const wanted = parkedIn(world, tenant, target, recorder.indexedBy(beganAt));
    let cursor: unknown;
    do {
      const answer = await asked(`POST /deliveries/${deed}`, {
        body: { target, from: since, ...(typeof cursor === 'string' && { cursor }) },
      });
      if (answer === undefined || answer.status >= 300) return;
      cursor = answer.body.cursor;
    } while (cursor !== undefined);
    const isHidden = ({ pk }: Item): boolean => {
      const [watch] = world.table.get([watchKey(pk)]) as Item<Watch>[];
      return watch !== undefined && mayHide(plan.rare.rollout, watch.body, beganAt, world.timeline.now());
    };
    const left = wanted.filter((item) => !isHidden(item) && world.table.get([item])[0]?.version === item.version);
    recorder.expect(left.length === 0, () => `${deed} all leaves out ${left.map(({ sk }) => sk).join(' ')}`);
  };

  switch (what.deed) {
    case 'list':
      return listAll(world, plan, tenant, 1 + Math.floor(what.luck * 4), asked, recorder);
    case 'extend': {
      const body = { deadline: `PT${Math.floor(60 + what.luck * 4 * 86_400)}S` };
      const answer = await asked('PATCH /watches/{id}', { pathParameters: { id }, body });
      const rivals =
        plan.rare.acts?.filter(({ deed, operation: of }) => deed === 'extend' && of === what.operation) ?? [];
      // A watch that is deleted later may begin anew under its id.
      const isKept = plan.rare.keepMs === undefined;
      if (answer?.status === 200 && rivals.length === 1 && isKept)
        recorder.extended(id, Date.parse(String(answer.body.deadline)));
      return;
    }
    case 'resend':
    case 'dismiss':
      return delivery(what.deed);
    case 'resend all':
      return all('resend');
    case 'dismiss all':
      return all('dismiss');
    case 'disable':
    case 'enable': {
      const origin = originOf(what);
      const answer = await asked(`POST /origins/${what.deed}`, { body: { origin } });
      if (answer?.status !== 200) return;
      const [turn] = world.table.get([limiterKey(`${tenant} ${origin}`)]) as Item<TargetLimiter>[];
      const isDisabled = turn?.body.disabled !== undefined;
      recorder.expect(what.deed === 'enable' || isDisabled, () => `answered that ${origin} is disabled, and it is not`);
      return;
    }
    case 'enable target':
      await asked('POST /targets/{name}/enable', { pathParameters: { name: picked(NAMED, what.luck) ?? '' } });
  }
};

/** What is parked for a target, and neither dismissed nor beneath a watch that the index may not know yet. */
const parkedIn = ({ table }: World, tenant: string, target: string, knownBy: number): Item[] => {
  const items = [...table.items()];
  const known = items.filter(({ sk, body }) => sk === 'watch' && (body as Watch).submittedAt + MINUTE < knownBy);
  const ids = new Set(known.map(({ pk }) => pk));
  return items.filter(({ pk, sk, body }) => {
    const { state, dismissedAt, tenant: whose, target: whom, last } = body as Delivery;
    const isParked = sk.startsWith('delivery#') && state === 'parked' && dismissedAt === undefined;
    return isParked && ids.has(pk) && whose === tenant && whom === target && (last?.at ?? 0) >= START;
  });
};

/** Reads all pages: each watch that the index can know of stands in them, and none twice. */
const listAll = async (
  world: World,
  plan: Plan,
  tenant: string,
  limit: number,
  asked: (routeKey: string, more: Ask) => Promise<Answer | undefined>,
  recorder: Recorder,
): Promise<void> => {
  const beganAt = world.timeline.now();
  const knownBy = recorder.indexedBy(beganAt);
  const isTheirs = ({ sk, body }: Item): boolean => {
    const watch = body as { readonly tenant?: string; readonly submittedAt?: number };
    return sk === 'watch' && watch.tenant === tenant && (watch.submittedAt ?? 0) + MINUTE < knownBy;
  };
  const wanted = [...world.table.items()].filter(isTheirs).map(({ pk }) => pk);
  const listed: string[] = [];
  let cursor: unknown;
  do {
    const query = { limit: `${limit}`, ...(typeof cursor === 'string' && { cursor }) };
    const page = await asked('GET /watches', { rawQueryString: `${new URLSearchParams(query)}` });
    if (page?.status !== 200) return;
    listed.push(...(page.body.watches as readonly WatchView[]).map((watch) => watch.id));
    cursor = page.body.cursor;
  } while (cursor !== undefined);
  const isLeftOut = (id: string): boolean => {
    const [item] = world.table.get([watchKey(id)]) as Item<Watch>[];
    const isHidden = item && mayHide(plan.rare.rollout, item.body, beganAt, world.timeline.now());
    return item !== undefined && !isHidden && !listed.includes(id);
  };
  const missing = wanted.filter(isLeftOut);
  recorder.expect(missing.length === 0, () => `a list leaves out ${missing.join(' ')}`);
  // One that is extended is listed anew, and may be met a second time on an older page.
  const isMoved =
    plan.rare.acts?.some(({ deed }) => deed !== 'list' && deed !== 'disable' && deed !== 'enable') ?? false;
  recorder.expect(isMoved || new Set(listed).size === listed.length, () => `a list has one twice: ${listed.join(' ')}`);
};
