/** What becomes of an operation, as its cloud tells it. */

import type { ProviderName } from '../world/asked.ts';
import type { Rng } from '../world/rng.ts';
import type { Script } from '../world/scripts.ts';
import type { CloudState } from '../world/statements.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

export type Story = {
  readonly script: Script;
  /** How the cloud takes back what it has said. */
  readonly twist?: Twist;
};

type Step = Script[number];

/** The states an API has words for: an operation of it is only ever in these. */
const END_STATES: Readonly<Record<ProviderName, readonly CloudState[]>> = {
  'aliyun-emr': ['succeeded', 'partial', 'failed', 'canceled'],
  'aliyun-ehpc': ['succeeded', 'partial', 'failed'],
  'aliyun-bpstudio': ['succeeded', 'failed'],
  'aliyun-ros': ['succeeded', 'failed'],
  'huawei-modelarts': ['succeeded', 'failed'],
  'huawei-dws': ['succeeded', 'failed'],
  'huawei-job': ['succeeded', 'failed'],
};

/** What it has words for beside "it runs". */
const MIDDLE_STATES: Readonly<Record<ProviderName, readonly CloudState[]>> = {
  'aliyun-emr': ['attention', 'attention'],
  'aliyun-ehpc': [],
  'aliyun-bpstudio': ['pending'],
  'aliyun-ros': [],
  'huawei-modelarts': ['pending'],
  'huawei-dws': [],
  'huawei-job': ['pending', 'attention'],
};

/** `pause` draws how long one thing takes. */
type TargetLimiter = (script: Script, end: Step, pause: () => number) => Script;

const TWISTS = {
  'is never there': () => [],
  vanishes: (script, end) => [...script.filter(({ at }) => at < end.at), { ...end, state: 'absent' }],
  /** Out of sight for a while, as behind a replica that lags. */
  flickers: (script, end, pause) => {
    const [first = end] = script;
    const back = Math.min(Math.round(first.at + pause()), end.at);
    const later = script.filter(({ at }) => at >= end.at);
    return [
      first,
      { at: Math.floor((first.at + back) / 2), state: 'absent' },
      { at: back, state: 'running' },
      ...later,
    ];
  },
  /** Is over, and then is not, and then is over in another way. */
  relapses: (script, end, pause) => {
    const again = Math.round(end.at + pause());
    const other = end.state === 'failed' ? 'succeeded' : 'failed';
    const known = script.filter(({ at }) => at <= end.at);
    return [...known, { at: again, state: 'running' }, { at: Math.round(again + pause()), state: other }];
  },
  /** Something else is done with the same name after it, mostly before the next look. */
  'is followed': (script, end, pause) => {
    const begin = Math.round(end.at + pause() / 60);
    const other = end.state === 'failed' ? 'succeeded' : 'failed';
    const next = { run: 1, verb: 'UPDATE' } as const;
    return [
      ...script.filter(({ at }) => at <= end.at),
      { ...next, at: begin, state: 'running' },
      { ...next, at: Math.round(begin + pause()), state: other },
    ];
  },
} as const satisfies Readonly<Record<string, TargetLimiter>>;

export type Twist = keyof typeof TWISTS;

/**
 * Where a name stands for one thing after another, others follow. An action of DWS that is out of sight is over, by all that
 * DWS shows: it can only come back.
 */
const twistsOf = (provider: ProviderName): readonly Twist[] => {
  if (provider === 'huawei-dws') return ['relapses', 'is followed'];
  const all = Object.keys(TWISTS) as Twist[];
  return provider === 'aliyun-ros' ? all : all.filter((twist) => twist !== 'is followed');
};

/** A stack is created before it is updated. */
const ofStack = (script: Script, begin: number): Script => [
  { at: begin - 2 * DAY, state: 'succeeded', run: -1, verb: 'CREATE' },
  ...script.map((step) => ({ verb: 'UPDATE' as const, ...step })),
];

/** `isBrief`: it is over within minutes of its submission, so that one state is soon overtaken by the next. */
type Pace = { readonly isQuiet: boolean; readonly isBrief: boolean };

/** From a while before or after the submission on. Where all is quiet, nothing is taken back. */
export const storyOf = (
  provider: ProviderName,
  submittedAt: number,
  chance: Rng,
  { isQuiet, isBrief }: Pace,
): Story => {
  const begin = Math.round(
    submittedAt + (chance.is(0.2) ? chance.between(0, 50 * SECOND) : -chance.spread(SECOND, isBrief ? MINUTE : HOUR)),
  );
  const usual = () => (chance.is(0.95) ? chance.spread(SECOND, HOUR) : chance.spread(HOUR, 1.5 * DAY));
  const length = isBrief ? chance.spread(20 * SECOND, 3 * MINUTE) : usual();
  const middle: CloudState[] = ['running', 'running', 'odd', ...MIDDLE_STATES[provider]];
  const steps = Array.from({ length: chance.below(4) }, () => ({
    at: Math.round(begin + chance.next() * length),
    state: chance.pick(middle),
  }));
  const end = { at: Math.round(begin + length), state: chance.pick(END_STATES[provider]) };
  // BPStudio forgets an operation an hour after its end.
  const forgotten = provider === 'aliyun-bpstudio' ? [{ at: end.at + HOUR, state: 'absent' as const }] : [];
  const script = [{ at: begin, state: 'running' as const }, ...steps.sort((a, b) => a.at - b.at), end, ...forgotten];
  const told = (what: Script): Script => (provider === 'aliyun-ros' ? ofStack(what, begin) : what);
  if (isQuiet || chance.is(0.7)) return { script: told(script) };
  const twist = chance.pick(twistsOf(provider));
  return { script: told(TWISTS[twist](script, end, () => chance.spread(SECOND, HOUR))), twist };
};
