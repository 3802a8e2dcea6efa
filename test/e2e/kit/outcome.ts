import type { ScenarioResult } from '../../soak/scenario.ts';

/** Prints how a scenario went, and answers what did not hold. */
export const outcomeOf = async (played: Promise<ScenarioResult>): Promise<readonly string[]> => {
  const { figure, broken } = await played;
  console.log(figure);
  return broken;
};
