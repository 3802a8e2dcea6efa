/** Scripts of operations, as courses that the stand-ins of the clouds can play. */
import { APIS } from '../../offline/clouds/apis.ts';
import type { Operation, Phase, Reason, Step } from '../../offline/clouds/operation.ts';
import { type Fields, idOf, type ProviderName } from './asked.ts';
import type { CloudState } from './statements.ts';

export type Verb = 'CREATE' | 'UPDATE' | 'DELETE';

/** From when on an operation is in a state, epoch ms; before the first step the cloud does not know it. */
export type Script = readonly {
  readonly at: number;
  readonly state: CloudState;
  /** Which run of that name it is: 0 or left out for the one that is meant, more for later ones, less for earlier ones. */
  readonly run?: number;
  /** What that run does, where a name stands for several things (a stack is created, updated, deleted). */
  readonly verb?: Verb;
}[];

export const apiOf = (provider: ProviderName) => {
  const api = APIS.find(({ name }) => name === provider);
  if (!api) throw new Error(`nobody plays ${provider}`);
  return api;
};

/** Words no page knows; some look as if they were an end. */
const ODD_WORDS = ['REBALANCING', 'SUCCESS_PENDING', '完成', 'FINISHED'];

const STACK_WORDS: Partial<Record<CloudState, string>> = { succeeded: 'COMPLETE', failed: 'FAILED' };

const phaseIn = (provider: ProviderName, state: CloudState): Phase => {
  // An action that is over is gone; one that failed is found under its failure name.
  if (provider === 'huawei-dws' && state === 'succeeded') return 'absent';
  if (provider === 'huawei-dws' && state === 'failed') return 'renamed';
  if (state === 'odd') return 'unknown';
  return state === 'pending' ? 'waiting' : state;
};

const wordIn = (provider: ProviderName, { at, state, verb }: Script[number]): string | undefined => {
  if (state === 'odd') return provider === 'huawei-dws' ? 'REBALANCING' : ODD_WORDS[at % ODD_WORDS.length];
  const isStack = provider === 'aliyun-ros' && state !== 'absent';
  return isStack ? `${verb ?? 'CREATE'}_${STACK_WORDS[state] ?? 'IN_PROGRESS'}` : undefined;
};

/** Words of one state of one operation: they are found nowhere else. */
const reasonIn = (id: string, { at, state }: Script[number]): Reason | undefined =>
  ['attention', 'odd', 'failed', 'partial', 'canceled'].includes(state)
    ? {
        code: state === 'attention' ? 'OutOfStock' : 'NodeCreateFailed',
        message: `The stock is not enough (${id}, ${new Date(at).toISOString()})`,
      }
    : undefined;

/** The operation that goes by `script`, and which of the script's steps each of its own is. */
export const operationBy = (provider: ProviderName, fields: Fields, script: Script) => {
  const id = idOf(provider, fields);
  const scripted = new Map<Step, Script[number]>();
  for (const step of script) {
    const word = wordIn(provider, step);
    const reason = reasonIn(id, step);
    const { at, state, run = 0 } = step;
    scripted.set({ at, phase: phaseIn(provider, state), run, ...(word && { word }), ...(reason && { reason }) }, step);
  }
  const operation: Operation = {
    api: provider,
    ids: Object.fromEntries(apiOf(provider).fields.map((name) => [name, fields[name] ?? ''])),
    course: [...scripted.keys()],
    beganAt: script.find(({ run = 0 }) => run === 0)?.at ?? 0,
    // Without an end in sight it makes no progress.
    seconds: Number.POSITIVE_INFINITY,
    keptSeconds: Number.POSITIVE_INFINITY,
    times: 0,
    serial: id,
  };
  return { operation, scripted };
};
