/** How many runs it takes to catch a fault of design. */
import { DESIGN_FAULTS } from './design-faults.ts';
import { simulate } from './run.ts';

export const SEEDS_MAX = 50;

/** The first seed, from 1 on, in which the fault of that name is seen, and as what; undefined when it is not. */
export const caught = async (name: string): Promise<{ readonly seed: number; readonly as: string } | undefined> => {
  const design = DESIGN_FAULTS[name];
  if (!design) throw new Error(`there is no design fault "${name}"`);
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const fault = design();
    const { wrong } = await simulate(seed, { design: fault });
    if (wrong[0] === undefined) continue;
    const { plan } = fault;
    const without = plan ? (await simulate(seed, { design: { plan } })).wrong : [];
    if (without.length > 0) throw new Error(`seed ${seed} is not clean without "${name}": ${without[0]}`);
    return { seed, as: wrong[0] };
  }
  return undefined;
};
