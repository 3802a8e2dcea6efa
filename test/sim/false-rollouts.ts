/** Faults of design that show while functions have two configurations. */
import { START } from '../world/world.ts';
import { isDelivery, writesBent } from './bends.ts';
import { type Plan, RUN_MS } from './plan.ts';
import type { Rollout } from './rollouts.ts';
import type { DesignFault } from './run.ts';

/** The plan with a deployment that takes all the time, and changes a target. */
const withTarget =
  (change: Rollout['change']) =>
  (plan: Plan): Plan => {
    const rollout: Rollout = { change, of: 'ci', from: START, until: START + RUN_MS };
    return plan.isQuiet ? plan : { ...plan, rare: { ...plan.rare, rollout } };
  };

export const FALSE_ROLLOUTS: Readonly<Record<string, () => DesignFault>> = {
  'a delivery to a target that the configuration does not name is given up at once': () => ({
    plan: withTarget('no target'),
    bend: writesBent((item, { config }) => {
      if (!isDelivery(item) || item.body.state !== 'waiting' || item.body.claim || item.body.attempts === 0)
        return item;
      const { target } = item.body;
      if (config.targets.has(target) || target.startsWith('https://')) return item;
      const { aliveUntil: _a, leaseShard: _l, ...rest } = item;
      return { ...rest, body: { ...item.body, state: 'parked' } };
    }),
  }),

  'a notice to a target that is renamed gets its webhook-id anew': () => ({
    plan: withTarget('target renamed'),
    bend: writesBent((item, _, { number }) => {
      if (!isDelivery(item) || !item.pk.startsWith('n_') || item.version !== 1) return item;
      if (item.body.target !== 'ci' && item.body.target !== 'new-ci') return item;
      return { ...item, sk: `${item.sk}${number}`, body: { ...item.body, id: `${item.body.id}${number}` } };
    }),
  }),
};
