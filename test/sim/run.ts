/** One run of the whole system under everything its plan has in store, from the first submission until all is at rest. */

import type { Config } from '../../lib/config/config.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';
import type { Item } from '../../lib/core/item.ts';
import { createLog } from '../../lib/core/log.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import type { Runtime } from '../../lib/runtime.ts';
import type { Table } from '../../lib/store/store.ts';
import { type Counts, countStanding } from '../../lib/sweep/count-standing.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { askedIn } from '../world/asked.ts';
import { CLOUD_FAULTS, type CloudFault } from '../world/cloud-faults.ts';
import { thingIn } from '../world/holders.ts';
import { FAULTS, type Fault, type Faults, type Process } from '../world/process.ts';
import type { Reply } from '../world/receivers.ts';
import { createRng, type Rng } from '../world/rng.ts';
import { configWith, inputWith, operatorsCalled } from '../world/settings.ts';
import {
  createWorld,
  ENV,
  FUNCTIONS_OF_TODAY,
  type Functions,
  type Oddity,
  QUEUES,
  START,
  type World,
  type WorldOptions,
} from '../world/world.ts';
import { play, prepare } from './actors.ts';
import { act, giveTokens } from './callers.ts';
import { offBy, sweepAhead } from './clocks.ts';
import { FLOODED_NOTIFIERS, FLOODING, FLOODING_TENANT, floodReply } from './flood.ts';
import { createFloodLimits } from './flood-limits.ts';
import { playFlood } from './flooder.ts';
import { COMMIT, INCIDENT } from './holders.ts';
import { createLatenessClock, type LatenessClock, latenessFaults, TELL_MS } from './lateness.ts';
import { OPERATORS } from './notices.ts';
import { isLater, type Part, type Plan, planOf, REST_MS, RUN_MS, troublesIn } from './plan.ts';
import { isRare, RARE_ODDITIES, type Span } from './rare.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { type Rolling, rollingOf } from './releases.ts';
import { deployed } from './rollouts.ts';
import { createSweepRule } from './sweeps.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

export type Report = {
  readonly seed: number;
  /** What must not have happened. */
  readonly wrong: readonly string[];
  readonly watches: number;
  readonly effects: number;
  readonly webhooks: number;
  /** Everything that went wrong, by kind. */
  readonly troubles: Readonly<Record<string, number>>;
};

/** A fault of design, put between the code and the world. */
export type DesignFault = Pick<WorldOptions, 'bend' | 'functions'> & {
  readonly noSweep?: boolean;
  /** Gives each run the rare trouble in which the fault shows: a run without the fault is clean all the same. */
  readonly plan?: (plan: Plan) => Plan;
};

/** What makes watches looked at more often than their schedule has it. */
const DISTURBING: readonly string[] = [
  ...FAULTS,
  ...CLOUD_FAULTS.map((fault) => `cloud: ${fault}`),
  'duplicated message',
  'refused entry',
  'lost ack',
  'throttled call',
  'out of time',
  'frozen',
  ...RARE_ODDITIES,
];

export type RunOptions = {
  readonly design?: DesignFault;
  /** In place of the plan's own. */
  readonly faults?: Faults;
  readonly happens?: (what: Oddity) => boolean;
  /** Functions of the previous release take part. */
  readonly rolling?: Rolling;
  /** Called before the first submission. */
  readonly prepare?: (world: World) => void;
  readonly trace?: (line: string) => void;
  /** Told of every write. */
  readonly clock?: LatenessClock;
};

export const simulate = async (seed: number, options: RunOptions = {}): Promise<Report> => {
  const drawn = planOf(seed, START);
  // A flood is trouble enough.
  const { flood, ...plan } = (drawn.flood ? undefined : options.design?.plan?.(drawn)) ?? drawn;
  // The previous release is not told of a tenant that its configuration has not.
  if (!flood || options.rolling) return follow(plan, options);
  if (!flood.isCompared) return follow({ ...plan, flood }, options);
  const { trace: _, ...untraced } = options;
  const [flooded, calm] = [createLatenessClock(), createLatenessClock()];
  const report = await follow({ ...plan, flood }, { ...options, clock: flooded });
  const { wrong } = await follow(plan, { ...untraced, clock: calm });
  return {
    ...report,
    wrong: [...new Set([...report.wrong, ...wrong]), ...latenessFaults(flooded.lateness(), calm.lateness())],
  };
};

/** What goes wrong is drawn apart from the plan. */
const FAULTS_STREAM = 0x5bd1e995;
const RARE_STREAM = 0x3c6ef372;

/** Runs a plan. */
export const follow = async (plan: Plan, options: RunOptions = {}): Promise<Report> => {
  const { seed } = plan;
  const { rolling, trace } = options;
  const { flood } = plan;
  const { config, input } = configFor(plan.callsPerSecond, flood !== undefined);
  const design: DesignFault = options.design ?? (rolling ? rollingOf(rolling, seed, input) : {});
  const chance = createRng(seed, FAULTS_STREAM);
  const rareChance = createRng(seed, RARE_STREAM);
  const troubles: Record<string, number> = {};
  const count = (what: string) => {
    troubles[what] = (troubles[what] ?? 0) + 1;
  };
  for (const kind of troublesIn(plan)) count(kind);
  const recorder: Recorder = createRecorder(plan, () => world.timeline.now());
  const sweeps = createSweepRule(recorder.expect);
  /** Each function makes up its ids by itself, and is known by that. */
  const processes = new WeakMap<Runtime['uniqueId'], Process>();
  const trouble = (what: string, process: Process | undefined) => {
    count(what);
    sweeps.onTrouble(what, process);
    recorder.onTrouble(what, process);
  };
  const now = () => world.timeline.now();
  // Where clocks are off or a sweep is skipped, a tenant may get somewhat more for a while.
  const mayNot = flood?.isCompared ? recorder.expect : () => {};
  const floodLimits = flood && createFloodLimits(flood, now, mayNot);
  const end = START + RUN_MS;
  const isStormy = () => world.timeline.now() < end;
  const isDown = (part: Part) =>
    plan.outages.some(
      ({ part: down, from, until }) => down === part && from <= world.timeline.now() && world.timeline.now() < until,
    );

  /** At most one kind of trouble at a time, by its rate. */
  const drawn = <K extends string>(who: string, rates: Partial<Record<K, number>>, process: Process): K | undefined => {
    if (!isStormy()) return undefined;
    let left = chance.next();
    for (const kind in rates) {
      left -= rates[kind] ?? 0;
      if (left < 0) {
        trouble(`${who}: ${kind}`, process);
        return kind;
      }
    }
    return undefined;
  };

  const faults: Faults = ({ what }) => {
    if (isDown('table') && /^(get|insert|replace|query)/.test(what)) return 'throttled';
    if (isDown('queues') && what.endsWith('messages')) return 'throttled';
    if (!isStormy()) return undefined;
    let left = chance.next();
    for (const kind in plan.faults) {
      left -= plan.faults[kind as Fault];
      if (left < 0) return kind as Fault;
    }
    return rareChance.is(plan.rare.freezes) ? 'frozen' : undefined;
  };

  const happens = (what: Oddity): boolean => {
    if (!isStormy()) return false;
    return isRare(what) ? rareChance.is(plan.rare.oddities[what]) : chance.is(plan.oddities[what]);
  };

  const isIn = (span: Span | undefined): boolean =>
    span !== undefined && span.from <= world.timeline.now() && world.timeline.now() < span.until;

  const lagOf = (each: Rng): number => {
    const usual = each.next() * plan.indexLagMs;
    const { stuckIndex } = plan.rare;
    return stuckIndex && isIn(stuckIndex) ? stuckIndex.until - world.timeline.now() + usual : usual;
  };

  const world: World = createWorld({
    seed,
    config,
    faults: (effect) => {
      const fault = (options.faults ?? faults)(effect);
      if (fault) sweeps.onFault(effect, fault);
      return fault;
    },
    happens: options.happens ?? happens,
    inFlightMax: () => (isIn(plan.rare.inFlight) ? plan.rare.inFlight?.most : undefined),
    onTrouble: trouble,
    lagMs: (each) => (isStormy() ? lagOf(each) : 100),
    skewMs: (each, name) =>
      each.between(-1, 1) * plan.clockSkewMs + offBy(plan.rare.clock, name, world.timeline.now(), each),
    sweepAheadMs: () => sweepAhead(plan.rare.clock, world.timeline.now()),
    ...(plan.rare.pages && { pages: plan.rare.pages }),
    cloudFault: (url, process): CloudFault | undefined => {
      if (isDown(url.includes('aliyuncs') ? 'aliyun' : 'huawei')) return 'unavailable';
      return drawn('cloud', plan.cloudFaults, process);
    },
    reply: (url, process): Reply | undefined => {
      if (isDown('receivers')) return 'reset';
      const drowned = flood && floodReply(url, world.timeline.now(), flood);
      if (drowned) return drowned;
      const { deadTarget } = plan;
      if (isStormy() && deadTarget && url.startsWith(`https://${deadTarget.host}.`)) return deadTarget.reply;
      return drawn('receiver', plan.replies, process);
    },
    downUntil: (name) => {
      const now = world.timeline.now();
      const part = name.startsWith('poller') ? 'pollers' : name;
      const down = plan.outages.filter(
        (outage) => (outage.part === part || outage.part === 'functions') && outage.from <= now,
      );
      const until = Math.max(0, ...down.map((outage) => outage.until));
      return design.noSweep && name === 'sweep' ? Number.POSITIVE_INFINITY : until;
    },
    ...(flood && { notifiers: FLOODED_NOTIFIERS, counts: flood }),
    // What is compared is how late opwatch is, not how long a receiver takes.
    ...(options.clock && { tellMs: TELL_MS }),
    onWrite: (after, before, process) => {
      recorder.onWrite(after, before, process);
      sweeps.onWrite(after, before, process);
      options.clock?.onWrite(after, world.timeline.now());
      floodLimits?.onWrite(after);
    },
    onSent: sweeps.onSent,
    onLook: recorder.onLook,
    functions: watched(
      { ...FUNCTIONS_OF_TODAY, ...paged(plan), ...design.functions },
      recorder,
      () => world,
      ({ uniqueId }) => {
        const process = processes.get(uniqueId);
        if (process) sweeps.onEnd(process, world.table);
      },
    ),
    bend: (runtime, process) => {
      processes.set(runtime.uniqueId, process);
      const isLaterVersion = plan.isMixed && process.number % 2 === 1;
      const configured = deployed(runtime, process, input, plan.rare.rollout);
      const later = isLaterVersion ? { ...configured, table: writingMore(configured.table) } : configured;
      const { keepMs } = plan.rare;
      const own = keepMs === undefined ? later : { ...later, table: keepingFor(keepMs, later) };
      const bent = design.bend?.(own, process) ?? own;
      return {
        ...bent,
        sendToCloud: (request) => {
          recorder.onAsk(askedIn(request));
          return bent.sendToCloud(request);
        },
        sendToTarget: async (request) => {
          const thing = thingIn(request);
          const what = thing ? `${thing.place} ${thing.about}` : request.headers['webhook-id'];
          const done = what === undefined ? () => {} : recorder.onAttempt(what, process);
          return bent.sendToTarget(request).finally(done);
        },
      };
    },
    ...(trace && { trace }),
  });

  prepare(world, plan, recorder);
  options.prepare?.(world);
  const areDown = () => isDown('functions');
  const { acts } = plan.rare;
  if (acts) giveTokens(world, plan);
  for (const operation of plan.operations) play(world, operation, recorder, areDown, acts !== undefined);
  for (const each of acts ?? []) world.timeline.at(each.at, () => void act(world, plan, each, recorder, areDown));
  if (flood && floodLimits) playFlood(world, flood, floodLimits, areDown, count);
  world.start();

  await world.timeline.runUntil(end);
  world.clouds.skews.clear();
  // The deployment is done: what only a later version can read is read.
  for (const url of QUEUES)
    for (const { id, body, receives } of world.sqs.messages(url))
      if (isLater(body)) world.sqs.remove(url, [`${id}#${receives}`]);
  // Some come back with an operation after the last fault, and are told as well.
  await world.timeline.runUntil(Math.max(end, ...plan.operations.flatMap(({ again }) => again.map(({ at }) => at))));
  // Who comes back days later is taken first.
  if (plan.rare.keepMs !== undefined) await world.timeline.runUntil(world.timeline.now() + HOUR);
  await rest(world, end + REST_MS);
  recorder.onCounted(await countedIn(world), world);

  const disturbances = DISTURBING.reduce((sum, kind) => sum + (troubles[kind] ?? 0), 0);
  const wrong = [...recorder.verdict(world, disturbances + world.swept()), ...world.denied];
  const watches = [...world.table.items()].filter(({ sk }) => sk === 'watch').length;
  return { seed, wrong, watches, effects: world.effects.count(), webhooks: world.receivers.received.length, troubles };
};

type Read = { readonly config: Config; readonly input: ConfigInput };
const configs = new Map<string, Read>();

const configFor = (callsPerSecond: number, hasFlood: boolean): Read => {
  const key = `${callsPerSecond} ${hasFlood}`;
  const known = configs.get(key);
  if (known) return known;
  const aliyun = {
    vendor: 'aliyun',
    credentials: {
      accessKeyId: 'env:ALIYUN_KEY',
      secretAccessKey: 'env:ALIYUN_SECRET',
      securityToken: 'env:ALIYUN_TOKEN',
    },
    callsPerSecond,
  } as const;
  const huawei = {
    vendor: 'huawei',
    credentials: { accessKeyId: 'env:HUAWEI_KEY', secretAccessKey: 'env:HUAWEI_SECRET' },
    callsPerSecond,
  } as const;
  const { targets, ...operators } = operatorsCalled(OPERATORS);
  const commit = { type: 'github-status', repository: 'acme/infra', token: 'env:CHANNEL_TOKEN' } as const;
  const incident = { type: 'pagerduty', routingKey: 'env:CHANNEL_TOKEN' } as const;
  const more = {
    connections: { aliyun, huawei, ...(hasFlood && { [FLOODING]: aliyun }) },
    ...(hasFlood && { tenants: { ...inputWith().tenants, [FLOODING]: FLOODING_TENANT } }),
    targets: { ...targets, [COMMIT]: commit, [INCIDENT]: incident },
    ...operators,
  };
  const read = { config: configWith(more), input: inputWith(more) };
  configs.set(key, read);
  return read;
};

/** A table as a later version would write it: with fields in item and body of which this version knows nothing. */
const writingMore = (table: Table): Table => {
  const more = (item: Item): Item =>
    ({ ...item, later: 'kept', body: { ...(item.body as object), later: { kept: true } } }) as Item;
  return { ...table, insert: (item) => table.insert(more(item)), replace: (item) => table.replace(more(item)) };
};

/** A table in which watches and deliveries that are over are kept for another time than KEEP_MS. */
const keepingFor = (keepMs: number, { table, now }: Runtime): Table => {
  const kept = (item: Item): Item =>
    item.expiresAt !== undefined && (item.sk === 'watch' || /^(delivery|attempt)#/.test(item.sk))
      ? { ...item, expiresAt: Math.ceil((now() + keepMs) / SECOND) }
      : item;
  return { ...table, insert: (item) => table.insert(kept(item)), replace: (item) => table.replace(kept(item)) };
};

/** A sweep that reads the indexes in small pages, where the plan has such. */
const paged = ({ rare: { pages } }: Plan): Partial<Functions> =>
  pages ? { sweep: (runtime, mayGoOn) => sweep(runtime, mayGoOn, pages.size) } : {};

/** The functions, with the recorder beside each batch. */
const watched = (
  functions: Functions,
  recorder: Recorder,
  world: () => World,
  onSwept: (runtime: Runtime) => void,
): Functions => {
  const beside =
    (handle: Functions['poll']): Functions['poll'] =>
    async (records, urls, runtime) => {
      const done = recorder.onBatch(records, world());
      const staying = await handle(records, urls, runtime).catch((error: unknown) => {
        done(undefined);
        throw error;
      });
      done(staying);
      return staying;
    };
  const swept: Functions['sweep'] = async (runtime, mayGoOn) => {
    const done = recorder.onSweep();
    const result = await functions.sweep(runtime, mayGoOn);
    // The world hands it all of the runtime.
    onSwept(runtime as Runtime);
    if (mayGoOn()) done(world());
    return result;
  };
  return { ...functions, poll: beside(functions.poll), deliver: beside(functions.deliver), sweep: swept };
};

const isAtRest = ({ table, sqs }: World): boolean => {
  for (const { sk, body, aliveUntil } of table.items()) {
    if (aliveUntil !== undefined || (sk === 'watch' && !isOver((body as Watch).status))) return false;
  }
  return QUEUES.every((url) => sqs.messages(url).length === 0);
};

/** What the sweep counts. Nothing goes wrong with that here: a sweep that cannot count says so, and counts a minute later. */
const countedIn = ({ table, timeline }: World): Promise<Counts> =>
  countStanding({
    table: table as unknown as Table,
    queue: { send: async (_, wakeUps) => [...wakeUps], hide: async () => {}, deadLetter: async () => {} },
    env: ENV,
    log: createLog(() => {}),
    now: timeline.now,
  });

/** A submission that was on its way may begin anew what was at rest. */
const rest = async (world: World, until: number): Promise<void> => {
  do {
    while (!isAtRest(world) && world.timeline.now() < until) await world.timeline.runUntil(world.timeline.now() + HOUR);
    await world.timeline.runUntil(world.timeline.now() + 10 * MINUTE);
  } while (!isAtRest(world) && world.timeline.now() < until);
};
