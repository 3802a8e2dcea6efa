/** Plays the tenant that floods (flood.ts): as a script would that obeys no 429. */
import type { Delivery } from '../../lib/core/delivery.ts';
import { watchId } from '../../lib/store/keys.ts';
import type { Receipt } from '../../lib/submit/receive.ts';
import { START, type World } from '../world/world.ts';
import { type Answer, type Ask, serveOnce } from './callers.ts';
import { FLOODING, type Flood, type FloodAct, floodOrigin, floodTarget } from './flood.ts';
import type { FloodLimits } from './flood-limits.ts';
import { DAY, SECOND } from './time.ts';

const PROVIDER = 'aliyun-emr';
/** As many as one request may hold. */
const MANY = 25;
/** Callbacks of one submission. */
const TARGETS = 5;
/**
 * Targets of the configuration by which others are told, too. A target of one message a second is not among them: who shares
 * it shares its rate (docs/config.md).
 */
const SHARED = ['ci', 'chat'];

export const playFlood = (
  world: World,
  flood: Flood,
  limits: FloodLimits,
  isDown: () => boolean,
  count: (what: string) => void,
): void => {
  const { timeline, clouds } = world;
  for (const { fields, script } of flood.operations) clouds.add(PROVIDER, fields, script);
  let submitted = 0;
  let named = 0;

  const operation = (i: number) => flood.operations[i % flood.operations.length]?.fields ?? {};
  const idOf = (i: number): string =>
    watchId({ tenant: FLOODING, connection: FLOODING, provider: PROVIDER, operation: operation(i) }, 1);
  const submission = (i: number) => {
    const callbacks = Array.from({ length: TARGETS }, () => floodTarget(named++));
    const notify = [...callbacks, ...SHARED];
    return { provider: PROVIDER, connection: FLOODING, operation: operation(i), notify, deadline: 'PT6H' };
  };
  const next = () => submission(submitted++);
  /** One of those that it has submitted. */
  const some = (luck: number): number => Math.floor(luck * Math.max(submitted, 1));

  const submit = async (body: unknown, units: number): Promise<void> => {
    const taken = limits.asked();
    const { status, body: answers }: Receipt = await world.submit(body, FLOODING);
    const each = Array.isArray(answers) ? answers.map((one) => one.status) : [status];
    count(each.includes(429) ? 'flood: answered 429' : 'flood: submitted');
    if (status === 429) return;
    taken({ units, deliveries: each.filter((one) => one === 202).length });
  };
  const api = async (
    routeKey: string,
    more: Ask,
    deliveriesIn: (answer: Answer) => number = () => 0,
  ): Promise<Answer> => {
    const taken = limits.asked();
    const answer = await serveOnce(world, FLOODING, routeKey, more);
    if (answer.status === 429) count('flood: answered 429');
    else taken({ units: 1, deliveries: deliveriesIn(answer) });
    return answer;
  };
  const range = (luck: number) => ({
    target: floodTarget(Math.floor(luck * named)),
    from: new Date(START).toISOString(),
  });

  const deeds: Readonly<Record<FloodAct['deed'], (luck: number) => Promise<unknown>>> = {
    'submit many': () => submit(Array.from({ length: MANY }, next), MANY),
    submit: () => submit(next(), 1),
    'join one': () => submit(submission(0), 1),
    'join what is over': (luck) => submit(submission(some(luck)), 1),
    extend: (luck) =>
      api('PATCH /watches/{id}', {
        pathParameters: { id: idOf(some(luck)) },
        body: { deadline: `PT${Math.floor(3_600 + (luck * DAY) / SECOND)}S` },
      }),
    list: () => api('GET /watches', { rawQueryString: 'limit=100' }),
    read: (luck) => api('GET /watches/{id}', { pathParameters: { id: idOf(some(luck)) } }),
    resend: async (luck) => {
      const id = idOf(some(luck));
      const deliveries = world.table.partition(id).filter(({ sk }) => sk.startsWith('delivery#'));
      const { id: delivery = '' } = (deliveries[Math.floor(luck * deliveries.length)]?.body ?? {}) as Partial<Delivery>;
      return api('POST /watches/{id}/deliveries/{delivery}/resend', { pathParameters: { id, delivery } }, (answer) =>
        answer.status === 202 ? 1 : 0,
      );
    },
    'resend all': (luck) =>
      api('POST /deliveries/resend', { body: range(luck) }, ({ body }) => Number(body.resent ?? 0)),
    'dismiss all': (luck) => api('POST /deliveries/dismiss', { body: range(luck) }),
    disable: (luck) => api('POST /origins/disable', { body: { origin: floodOrigin(luck) } }),
    enable: (luck) => api('POST /origins/enable', { body: { origin: floodOrigin(luck) } }),
  };

  for (const { at, deed, luck } of flood.acts) {
    timeline.at(at, () => {
      if (isDown()) return;
      count(`flood: ${deed}`);
      // The flooding tenant does not wait for an answer.
      void deeds[deed](luck).catch(() => undefined);
    });
  }
};
