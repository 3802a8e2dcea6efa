/** Targets that hang, with a backlog each, and others: how long these wait. Lambda's own limit of notifiers holds. */
import { SECOND } from '../samples.ts';
import { owed, pass } from './scenes.ts';
import { configWith } from './settings.ts';
import { createWorld } from './world.ts';

/** As serverless.yml has it: `notifierConcurrency`, for batches of ten. */
export const NOTIFIERS = 10;

export type Hanging = {
  /** Who hangs: targets that are configured here, or callbacks of a tenant. */
  readonly hang: readonly { readonly to: string; readonly tenant?: string }[];
  /** What each of them is owed. */
  readonly backlog: number;
  /** Whom to tell meanwhile, and for which tenant. */
  readonly tell: { readonly to: string; readonly tenant?: string };
  /** How often, one after the other. */
  readonly times: number;
  readonly seed?: number;
};

const webhook = (name: string) =>
  ({ type: 'webhook', url: `https://${name}.example.com/`, secrets: 'env:SIGNING' }) as const;

/** How long each of the others waited until it was told, ms; those never told are missing. */
export const waitsBeside = async ({ hang, backlog, tell, times, seed = 1 }: Hanging): Promise<number[]> => {
  const named = [...hang, tell].map(({ to }) => to).filter((to) => !to.includes(':'));
  const world = createWorld({
    seed,
    notifiers: NOTIFIERS,
    config: configWith({
      targets: Object.fromEntries(named.map((name) => [name, webhook(name)])),
      defaults: {},
      tenants: { default: { signing: 'env:SIGNING' }, other: { signing: 'env:SIGNING' } },
    }),
    reply: (url) =>
      hang.some(({ to }) => url.startsWith(to) || url.startsWith(`https://${to}.`)) ? 'hang' : undefined,
  });
  for (const each of hang) owed(world, { ...each, count: backlog });
  world.start();
  const sent = new Map<string, number>();
  for (let i = 0; i < times; i += 1) {
    await pass(world, 3 * SECOND);
    for (const id of owed(world, { ...tell, count: 1 })) sent.set(id, world.timeline.now());
  }
  await pass(world, 40 * SECOND);
  return world.receivers.received.flatMap(({ id, at }) => {
    const since = sent.get(id);
    return since === undefined ? [] : [at - since];
  });
};
