/** A run that is over, as the rules see it: what was planned, what was seen, and what the clouds really said. */
import type { Watch } from '../../lib/core/watch.ts';
import { groupOf, idOf, type ProviderName } from '../world/asked.ts';
import { isUnderWay, type Statement, type Telling, tells } from '../world/statements.ts';
import type { World } from '../world/world.ts';
import { offMsOf } from './clocks.ts';
import type { Operation, Plan } from './plan.ts';
import type { Evidence } from './recorder.ts';
import { HOUR } from './time.ts';

export type Case = {
  readonly evidence: Evidence;
  readonly plan: Plan;
  readonly world: World;
  /** How often something happened that makes a watch be looked at, or a message received, once more than usual. */
  readonly disturbances: number;
};

/** What must hold of a run. Tells the evidence what does not. */
export type Rule = (run: Case) => void;

/** What only a cloud can say of an operation that is over. */
export const CLOUD_WORDS: readonly string[] = ['succeeded', 'partial', 'failed', 'canceled'];

/** Whose operations have no id of their own: a name stands for one thing after another. */
export const NAMED: ReadonlySet<string> = new Set(['huawei-dws', 'aliyun-ros']);

export const providerOf = ({ provider }: Pick<Watch, 'provider'>) => provider as ProviderName;

type Subject = Pick<Watch, 'provider' | 'operation'>;

export const operationKey = ({ provider, operation }: Subject): string =>
  `${provider} ${idOf(provider as ProviderName, operation)}`;

/** What was planned of the operation that a watch is about. */
export const operationOf = ({ operations }: Plan, subject: Subject): Operation => {
  const key = operationKey(subject);
  const found = operations.find(({ provider, fields }) => operationKey({ provider, operation: fields }) === key);
  if (!found) throw new Error(`nobody planned ${key}`);
  return found;
};

/** Everything that reached a function about an operation, in the order it was said. */
export const heardOf = ({ world }: Case, { provider, operation }: Subject): readonly Statement[] =>
  world.clouds.statements(provider as ProviderName, operation).filter(({ heardAt }) => heardAt !== undefined);

/** The same, of what tells of its state. */
export const toldOf = (run: Case, subject: Subject): readonly Telling[] => heardOf(run, subject).filter(tells);

/**
 * Whether an answer named something that was under way. A word that nobody knows may be of anything that the name stands for.
 */
export const isNamedUnderWay = ({ told: { state } }: Telling): boolean => isUnderWay(state) && state !== 'odd';

/** How far the clock of a function may be off, ms. */
export const clockSlack = ({ clockSkewMs, rare }: Plan): number => clockSkewMs + offMsOf(rare.clock) + 1_000;

/** What is written further ahead than this is not believed, and not waited for: the pause of a lane, a look after a trouble. */
const BELIEVED_MS = HOUR;

/** How much later something may happen because a function's clock is off. */
export const lateBy = ({ clockSkewMs, rare }: Plan): number =>
  clockSkewMs + Math.min(offMsOf(rare.clock), BELIEVED_MS) + 1_000;

/** When functions asked about an operation, alone or together with others. */
export const asksAbout = ({ evidence: { asks } }: Case, subject: Subject): readonly number[] => {
  const group = groupOf(subject.provider as ProviderName, subject.operation);
  const alone = asks.get(operationKey(subject)) ?? [];
  return group === undefined ? alone : [...alone, ...(asks.get(`${subject.provider} ${group}`) ?? [])];
};
