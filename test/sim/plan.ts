/** What a run holds, all of it from its seed: operations and what becomes of them, callers, and everything that goes wrong. */

import type { ProviderName } from '../world/asked.ts';
import { CLOUD_FAULTS, type CloudFault } from '../world/cloud-faults.ts';
import { FAULTS, type Fault } from '../world/process.ts';
import type { Reply } from '../world/receivers.ts';
import { createRng, type Rng } from '../world/rng.ts';
import type { Script } from '../world/scripts.ts';
import type { Oddity, RareOddity } from '../world/world.ts';
import { type Flood, floodOf } from './flood.ts';
import { FOLLOWER } from './holders.ts';
import { holdsIn, withHolders } from './holding.ts';
import { withTasks } from './pages.ts';
import { NOTHING_RARE, type Rare, rareIn, rareOf } from './rare.ts';
import { storyOf, type Twist } from './story.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** Faults end after this; then everything has to come to its end. */
export const RUN_MS = 3 * DAY;

/** Everything has to be at rest this long after the faults have stopped: the longest deadline, and a delivery's attempts. */
export const REST_MS = 14 * DAY;

export type Operation = {
  readonly provider: ProviderName;
  readonly fields: Readonly<Record<string, string>>;
  readonly tenant: string;
  readonly submittedAt: number;
  readonly notify: readonly string[];
  readonly deadlineMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly script: Script;
  /** Submitted again, with other targets. */
  readonly again: readonly { readonly at: number; readonly notify: readonly string[] }[];
  readonly stoppedAt?: number;
  /** When somebody sends a delivery again, and which of those that there are then, in [0, 1). */
  readonly resends?: readonly { readonly at: number; readonly which: number }[];
  /** How its cloud takes back what it has said. */
  readonly twist?: Twist;
};

export const PARTS = [
  'functions',
  'pollers',
  'notifier',
  'sweep',
  'table',
  'queues',
  'aliyun',
  'huawei',
  'receivers',
] as const;
export type Part = (typeof PARTS)[number];

export type Outage = { readonly part: Part; readonly from: number; readonly until: number };

export type Plan = {
  readonly seed: number;
  /** Nothing at all goes wrong. */
  readonly isQuiet: boolean;
  readonly operations: readonly Operation[];
  readonly faults: Readonly<Record<Fault, number>>;
  readonly oddities: Readonly<Record<Exclude<Oddity, RareOddity>, number>>;
  readonly cloudFaults: Partial<Record<CloudFault, number>>;
  readonly replies: Partial<Record<Reply, number>>;
  /** A receiver that fails until the faults end, and how. */
  readonly deadTarget?: { readonly host: string; readonly reply: Reply };
  readonly outages: readonly Outage[];
  readonly purges: readonly number[];
  /** When a vendor's key is replaced in the cloud, and when opwatch is told. */
  readonly rotations: readonly { readonly vendor: 'aliyun' | 'huawei'; readonly at: number; readonly toldAt: number }[];
  /** A project of a vendor's account that the key has no permission for, for a while or for longer than most deadlines. */
  readonly denial?: {
    readonly vendor: 'aliyun' | 'huawei';
    readonly project: string;
    readonly from: number;
    readonly until: number;
  };
  readonly cloudSkews: Partial<Record<'aliyun' | 'huawei', number>>;
  readonly clockSkewMs: number;
  readonly indexLagMs: number;
  readonly callsPerSecond: number;
  /** Some functions are of a later version, and write more into each item than this one knows. */
  readonly isMixed: boolean;
  /** Messages that are not ours. */
  readonly strays: readonly { readonly at: number; readonly body: string }[];
  readonly rare: Rare;
  readonly flood?: Flood;
};

export const ODDITIES: readonly Exclude<Oddity, RareOddity>[] = [
  'duplicated message',
  'refused entry',
  'lost ack',
  'throttled call',
  'skipped sweep',
  'doubled sweep',
];
export const REPLIES: readonly Reply[] = [
  'broken',
  'busy',
  'busy for long',
  'gone',
  'refused',
  'moved',
  'elsewhere',
  'echo',
  'reset',
  'taken and reset',
  'hang',
  'taken and hang',
  'slow',
  'huge',
];
const PROVIDERS: readonly ProviderName[] = [
  'aliyun-emr',
  'aliyun-ehpc',
  'aliyun-ehpc',
  'aliyun-bpstudio',
  'aliyun-ros',
  'huawei-modelarts',
  'huawei-dws',
  'huawei-job',
];
/** Whether an address was named by a tenant, not by the configuration. */
export const isCallback = (url: string): boolean => /^https:\/\/(builds|ops)\./.test(url);

const TARGETS = ['chat', 'ci', FOLLOWER, 'https://builds.example.com/done', 'https://ops.example.com/hook'];

/** Each kind of trouble is rare, frequent, or left out altogether: so every mixture of them comes up. */
const rates = <K extends string>(kinds: readonly K[], chance: Rng, isQuiet: boolean, most: number): Record<K, number> =>
  Object.fromEntries(
    kinds.map((kind) => [kind, isQuiet || chance.is(0.5) ? 0 : chance.spread(most / 50, most)]),
  ) as Record<K, number>;

const some = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const fieldsOf = (provider: ProviderName, i: number, chance: Rng): Record<string, string> => {
  const project = (vendor: keyof typeof PROJECTS) => PROJECTS[vendor][chance.is(0.3) ? 1 : 0];
  const region = { region: 'cn-north-4', project_id: project('huawei') };
  switch (provider) {
    case 'aliyun-emr':
      return { RegionId: project('aliyun'), ClusterId: `c-${i}`, OperationId: `op-${i}` };
    case 'aliyun-ehpc':
      return { RegionId: project('aliyun'), ClusterId: chance.pick(['ehpc-a', 'ehpc-b']), TaskId: `t-${i}` };
    case 'aliyun-bpstudio':
      return { OperationId: `bp-${i}` };
    case 'aliyun-ros':
      return { RegionId: project('aliyun'), StackId: `stack-${i}`, ...(chance.is(0.5) && { Action: 'UPDATE' }) };
    case 'huawei-modelarts':
      return { ...region, id: `server-${i}`, operation_id: `ma-${i}` };
    case 'huawei-dws':
      return { ...region, cluster_id: `dws-${i}`, action_name: 'SNAPSHOTTING' };
    case 'huawei-job':
      return { service: 'ecs', ...region, job_id: `job-${i}` };
  }
};

/** What permissions are given by, usually and now and then. */
const PROJECTS = { aliyun: ['cn-hangzhou', 'cn-shanghai'], huawei: ['89cd04f1', '5e2b90aa'] } as const;

/** About when one of the operations is submitted its project is refused. */
const denialOf = (operations: readonly Operation[], end: number, chance: Rng): NonNullable<Plan['denial']> => {
  const { provider, fields, submittedAt } = chance.pick(operations);
  const vendor = provider.startsWith('aliyun') ? 'aliyun' : 'huawei';
  const from = submittedAt + chance.between(-HOUR, HOUR);
  // More than a day of refusals brings nothing new: most deadlines are over by then.
  const length = chance.is(0.8) ? chance.spread(MINUTE, DAY) : 1.1 * DAY;
  const project = fields.RegionId ?? fields.project_id ?? PROJECTS[vendor][1];
  return { vendor, project, from, until: Math.min(from + length, end) };
};

const operationOf = (
  i: number,
  submittedAt: number,
  chance: Rng,
  { isQuiet, holds, isBrief }: { readonly isQuiet: boolean; readonly holds: boolean; readonly isBrief: boolean },
): Operation => {
  const provider = chance.pick(PROVIDERS);
  const targets = () => TARGETS.filter(() => chance.is(0.4));
  return {
    provider,
    fields: fieldsOf(provider, i, chance),
    tenant: chance.pick(['default', 'default', 'other']),
    submittedAt,
    notify: [chance.pick(TARGETS), ...targets()],
    deadlineMs: chance.pick([HOUR, DAY, DAY, 2 * DAY, 7 * DAY]),
    labels: { team: 'data', order: `${i}` },
    ...storyOf(provider, submittedAt, chance, { isQuiet, isBrief: isBrief || (holds && chance.is(0.7)) }),
    again: some(chance.is(0.5) ? 1 + chance.below(2) : 0, () => ({
      at: submittedAt + chance.spread(1, RUN_MS / 2),
      notify: targets(),
    })),
    ...(chance.is(0.1) && { stoppedAt: submittedAt + chance.spread(SECOND, DAY) }),
  };
};

/** Enough that their median means something. */
const OPERATIONS_IN_FLOOD = 15;

/** The part of a plan in which the surroundings do nothing wrong. */
export const CALM = {
  cloudFaults: {},
  replies: {},
  outages: [],
  purges: [],
  rotations: [],
  cloudSkews: {},
  clockSkewMs: 0,
  isMixed: false,
  indexLagMs: 100,
  strays: [],
  rare: NOTHING_RARE,
} as const satisfies Partial<Plan>;

/** The same plan, in which only the operations themselves fail. */
export const calmed = (plan: Plan): Plan => {
  const { deadTarget: _d, denial: _n, ...rest } = plan;
  const nothing = createRng(0);
  return {
    ...rest,
    faults: rates(FAULTS, nothing, true, 0),
    oddities: rates(ODDITIES, nothing, true, 0),
    ...CALM,
  };
};

const STRAYS = [
  '',
  'hello',
  '{"v":1,"pk":"w_x"}',
  '{"v":1,"pk":"w_none","sk":"watch","ticket":1}',
  '{"v":2,"item":"w_x","ticket":1}',
];

/** What must be found among the dead letters, with the reason. */
export const isPoison = (body: string): boolean => body === 'hello' || body === '{"v":1,"pk":"w_x"}';

/** What goes wrong by itself and not at some effect, by kind. */
export const troublesIn = (plan: Plan): string[] => [
  ...plan.outages.map(
    ({ part, from, until }) => `${Math.round(until - from) === DAY ? 'a day' : 'a while'} without ${part}`,
  ),
  ...plan.purges.map(() => 'queues purged'),
  ...plan.rotations.map(() => 'key rotated'),
  ...plan.strays.map(() => 'stray message'),
  ...Object.keys(plan.cloudSkews).map(() => 'cloud clock off'),
  ...(plan.clockSkewMs > 0 ? ['function clocks off'] : []),
  ...(plan.isMixed ? ['versions mixed'] : []),
  ...(plan.denial ? ['project denied'] : []),
  ...(plan.deadTarget ? ['dead receiver'] : []),
  ...rareIn(plan.rare),
  ...(plan.flood ? [plan.flood.isCompared ? 'flood compared' : 'flood amid troubles'] : []),
  ...plan.operations.flatMap(({ resends = [] }) => resends.map(() => 'sent again')),
  ...plan.operations.flatMap(({ twist }) => (twist === undefined ? [] : [`operation ${twist}`])),
];

/** What only a later version can read: it has to go back to its queue until that is there. */
export const isLater = (body: string): boolean => body.startsWith('{"v":2,');

const AGAIN_STREAM = 0x1f83d9ab;

/** Each operation once more, about when its watch is deleted. */
export const submittedAgain = (operations: readonly Operation[], keepMs: number, seed: number): Operation[] => {
  const chance = createRng(seed, AGAIN_STREAM);
  return operations.map((operation) => {
    const endsAt = Math.max(operation.submittedAt, operation.script.at(-1)?.at ?? 0);
    const at = endsAt + keepMs + chance.between(-HOUR, 12 * HOUR);
    return { ...operation, again: [...operation.again, { at, notify: TARGETS.filter(() => chance.is(0.5)) }] };
  });
};

export const planOf = (seed: number, start: number): Plan => {
  const chance = createRng(seed);
  const isQuiet = chance.is(0.15);
  const often = (n: number) => (isQuiet ? 0 : chance.below(n));
  const sometime = () => start + chance.next() * RUN_MS;
  const burstAt = chance.is(0.3) ? start + chance.next() * 0.5 * RUN_MS : undefined;
  const holds = holdsIn(seed);
  const flood = floodOf(seed, start, RUN_MS);
  const submittedAt = () => {
    // What others wait for comes to its end in the flood.
    if (flood) return flood.from + chance.between(0.2, 0.9) * (flood.until - flood.from);
    return burstAt === undefined ? start + chance.next() * 0.6 * RUN_MS : burstAt + chance.next() * MINUTE;
  };
  const count = flood ? OPERATIONS_IN_FLOOD : 5 + chance.below(3);
  const usual = some(count, (i) =>
    operationOf(i, submittedAt(), chance, { isQuiet, holds, isBrief: flood !== undefined }),
  );
  const all = rareOf(seed, isQuiet, start, RUN_MS);
  // A flood is trouble enough.
  const { clock: _c, pages: _p, rollout: _r, ...rest } = all;
  const rare: Rare = flood ? rest : all;
  const drawn = rare.pages ? withTasks(usual, seed) : usual;
  const operations = rare.keepMs === undefined ? drawn : submittedAgain(drawn, rare.keepMs, seed);
  const plan: Plan = {
    seed,
    isQuiet,
    operations,
    faults: rates(FAULTS, chance, isQuiet, 0.01),
    oddities: rates(ODDITIES, chance, isQuiet, 0.1),
    cloudFaults: rates(CLOUD_FAULTS, chance, isQuiet, 0.05),
    replies: rates(REPLIES, chance, isQuiet, 0.1),
    ...(!isQuiet &&
      chance.is(0.3) && {
        deadTarget: {
          host: chance.pick(['chat', 'ci', 'builds', 'ops']),
          reply: chance.pick(['broken', 'moved', 'reset'] as const),
        },
      }),
    outages: some(often(4), () => {
      const length = chance.is(0.2) ? DAY : chance.spread(MINUTE, DAY);
      const from = start + chance.next() * (RUN_MS - length);
      const part = chance.pick(PARTS);
      // Without table or queues every minute is like the one before it: nothing moves on, and no lease grows.
      const isStill = part === 'table' || part === 'queues';
      return { part, from, until: from + (isStill ? Math.min(length, 3 * HOUR) : length) };
    }),
    purges: some(often(4), sometime),
    rotations: some(often(2), () => {
      const at = sometime();
      return {
        vendor: chance.pick(['aliyun', 'huawei'] as const),
        at,
        toldAt: Math.min(at + chance.spread(SECOND, 4 * HOUR), start + RUN_MS),
      };
    }),
    cloudSkews:
      isQuiet || chance.is(0.7) ? {} : { [chance.pick(['aliyun', 'huawei'])]: chance.pick([-20, 20]) * MINUTE },
    clockSkewMs: isQuiet || chance.is(0.7) ? 0 : chance.spread(SECOND, 10 * SECOND),
    isMixed: !isQuiet && chance.is(0.3),
    indexLagMs: isQuiet ? 100 : chance.spread(10, 5 * MINUTE),
    callsPerSecond: chance.pick([10, 0.1]),
    ...(!isQuiet && chance.is(0.3) && { denial: denialOf(operations, start + RUN_MS, chance) }),
    strays: some(often(4), () => ({ at: sometime(), body: chance.pick(STRAYS) })).filter(({ body }) => body !== ''),
    rare,
  };
  const told = holds ? withHolders(plan, start + RUN_MS) : plan;
  if (!flood) return told;
  const flooded = { ...told, isQuiet: false, callsPerSecond: 10, flood };
  return flood.isCompared ? calmed(flooded) : flooded;
};
