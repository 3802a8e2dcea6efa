/**
 * The whole system in memory: table, queues, Lambda with its queue triggers and schedule, clouds, receivers and time.
 * The code that runs in it is the project's own; only what lies behind the ports is not.
 */
import { SCOPES } from '../../lib/access/caller.ts';
import type { Config } from '../../lib/config/config.ts';
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import type { TargetLimiter } from '../../lib/core/target-limiter.ts';
import { deliver } from '../../lib/deliver/deliver.ts';
import { poll } from '../../lib/look/poll.ts';
import type { Runtime } from '../../lib/runtime.ts';
import type { SqsRecord } from '../../lib/store/queue.ts';
import type { Environment } from '../../lib/store/stores.ts';
import { type Receipt, receive } from '../../lib/submit/receive.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import type { Asked } from './asked.ts';
import type { CloudFault } from './cloud-faults.ts';
import { type Clouds, createClouds } from './clouds.ts';
import { createMemorySqs, type MemorySqs, type Oddity as QueueOddity } from './memory-sqs.ts';
import { createMemoryTable, type MemoryTable } from './memory-table.ts';
import { createEffects, type Effects, type Faults, type Process } from './process.ts';
import { createReceivers, type Receivers, type Reply } from './receivers.ts';
import { createRng, type Rng } from './rng.ts';
import { createRuntimes, rebuilt } from './runtimes.ts';
import { CANARY, configWith, environment, SIGNING_SECRET, TARGETS_SIGNER, TENANT_SECRETS } from './settings.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { attachTriggers } from './triggers.ts';

/** What AWS may do at any time. */
export type Oddity =
  | QueueOddity
  /** Lambda does not get to delete what a function has acknowledged. */
  | 'lost ack'
  /** A batch is received and its function not called, for want of concurrency. */
  | 'throttled call'
  | 'skipped sweep'
  | 'doubled sweep';

export type { RareOddity } from './memory-sqs.ts';

/** What the functions run: the project's own, or one with a fault built in. */
export type Functions = {
  readonly poll: typeof poll;
  readonly deliver: typeof deliver;
  readonly sweep: typeof sweep;
  readonly receive: typeof receive;
};

export const FUNCTIONS_OF_TODAY: Functions = { poll, deliver, sweep, receive };

export type WorldOptions = {
  readonly seed?: number;
  readonly config?: Config;
  /** Which queues there are. */
  readonly env?: Environment;
  readonly faults?: Faults;
  /** When the sweep is called every minute, whether or not there is a message to send: to count. */
  readonly counts?: { readonly from: number; readonly until: number };
  /** Whether something odd happens this time; left out, nothing ever does. */
  readonly happens?: (what: Oddity) => boolean;
  /** How many messages of a queue may be hidden at a time; as many as SQS allows while it is left out. */
  readonly inFlightMax?: () => number | undefined;
  /** Told of everything that goes wrong, and who meets it, as far as a function does. */
  readonly onTrouble?: (what: string, process: Process | undefined) => void;
  /** How long an index takes to learn of a write, ms. */
  readonly lagMs?: (chance: Rng) => number;
  /** How far the clock of a function's instance is ahead, ms. */
  readonly skewMs?: (chance: Rng, name: string) => number;
  /** How far the sweep's clock may be ahead now, ms: so much earlier it finds something to do. */
  readonly sweepAheadMs?: () => number;
  /** How many entries a page has at most: of a listing of the table, of a list of a cloud. */
  readonly pages?: { readonly size: number; readonly listed: number };
  /** What a cloud does instead of answering a request to this URL. */
  readonly cloudFault?: (url: string, process: Process) => CloudFault | undefined;
  readonly reply?: (url: string, process: Process) => Reply | undefined;
  /** How long a receiver that is well takes over its answer, ms; between 20 and 400 while it is left out. */
  readonly tellMs?: number;
  /** Until when a function is not called at all, or not for this queue. */
  readonly downUntil?: (name: string, queueUrl?: string) => number;
  readonly functions?: Partial<Functions>;
  /** How many notifiers there are at a time; any number while it is left out. */
  readonly notifiers?: number;
  /** Puts a fault between a function and the world. */
  readonly bend?: (runtime: Runtime, process: Process) => Runtime;
  readonly onWrite?: (after: Item, before: Item | undefined, process: Process | undefined) => void;
  readonly onLook?: (asked: Asked, process: Process | undefined) => void;
  /** A queue takes a message. */
  readonly onSent?: (body: string, process: Process | undefined) => void;
  readonly trace?: (line: string) => void;
};

export type World = {
  readonly timeline: Timeline;
  readonly chance: Rng;
  readonly table: MemoryTable;
  readonly sqs: MemorySqs;
  readonly clouds: Clouds;
  readonly receivers: Receivers;
  readonly effects: Effects;
  readonly config: Config;
  /** What secret references stand for; changing it rotates them. */
  readonly environment: Record<string, string>;
  /** Every line that was logged. */
  readonly lines: readonly string[];
  /** Where the canary was seen. */
  readonly leaks: readonly string[];
  /** Requests to the table that a function's role does not allow. */
  readonly denied: readonly string[];
  /** How many batches Lambda refused because their chain of causes was too long. */
  readonly cutChains: () => number;
  /** How many wake-ups the sweep sent, by its own account. */
  readonly swept: () => number;
  /** The same for what slept until then. */
  readonly woken: () => number;
  /** How many of its wake-ups the queues took. */
  readonly taken: () => number;
  /** Runs `work` as a function of that name would run, at once, and answers what it answers. */
  readonly as: <T>(name: string, work: (runtime: Runtime) => Promise<T>, timeoutMs?: number) => Promise<T>;
  /** The same, with time going on until it is done. */
  readonly call: <T>(name: string, work: (runtime: Runtime) => Promise<T>) => Promise<T>;
  /** Submits as a caller does. */
  readonly submit: (body: unknown, tenant?: string) => Promise<Receipt>;
  /** From now on messages and minutes call functions by themselves. */
  readonly start: () => void;
  /** Deploys with other queues: those that are left out are gone, with all that was in them. */
  readonly redeploy: (env: Environment) => void;
};

/** When every world begins. */
export const START = Date.UTC(2026, 0, 5, 8);

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/';
export const NOTIFY_QUEUE = `${QUEUE}notify`;
export const ENV: Environment = {
  pollQueues: { aliyun: [`${QUEUE}poll-aliyun-1`, `${QUEUE}poll-aliyun-2`], huawei: [`${QUEUE}poll-huawei`] },
  notifyQueues: [NOTIFY_QUEUE],
  deadLetterQueue: `${QUEUE}dead`,
  publicUrl: 'https://watch.example.com',
};
const queuesOf = ({ pollQueues, notifyQueues }: Environment): readonly string[] => [
  ...Object.values(pollQueues).flat(),
  ...notifyQueues,
];
export const QUEUES = queuesOf(ENV);
/** The same, with so many poll queues of each vendor and so many notify queues. */
export const envWith = (pollQueues: number, notifyQueues: number): Environment => {
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${QUEUE}${name}-${i + 1}`);
  return {
    ...ENV,
    pollQueues: { aliyun: numbered('poll-aliyun', pollQueues), huawei: numbered('poll-huawei', pollQueues) },
    notifyQueues: numbered('notify', notifyQueues),
  };
};

const VISIBILITY_SECONDS = 180;
const MAX_RECEIVE_COUNT = 1_000;
export const FUNCTION_TIMEOUT_MS = 30_000;

/** What the sweep acts on though no lease has lapsed: an origin is enabled, or something falls asleep that waits for that. */
const isOfEnabling = (after: Item, before: Item | undefined): boolean => {
  const wasDisabled = (before?.body as TargetLimiter | undefined)?.disabled !== undefined;
  if (after.sk === 'turn') return wasDisabled && (after.body as TargetLimiter).disabled === undefined;
  return after.sk.startsWith('delivery#') && (after.body as Delivery).waitingFor?.cause === 'disabled';
};

export const createWorld = (options: WorldOptions = {}): World => {
  const { faults = () => undefined, onTrouble = () => {}, bend = (runtime) => runtime, trace } = options;
  const config = options.config ?? configWith();
  const chance = createRng(options.seed ?? 1);
  const timeline = createTimeline(START);
  const { now } = timeline;
  const effects = createEffects({
    timeline,
    chance,
    faults: (effect) => {
      const fault = faults(effect);
      if (fault) onTrouble(fault, effect.process);
      return fault;
    },
    onDeath: onTrouble,
    ...(options.skewMs && { skewMs: (name: string) => options.skewMs?.(chance, name) ?? 0 }),
    ...(trace && { trace: (line: string) => trace(`${new Date(now()).toISOString()} ${line}`) }),
  });

  /** Whose effect is being done right now. */
  let actor: Process | undefined;

  const happens = (what: Oddity): boolean => {
    const does = options.happens?.(what) ?? false;
    if (does) onTrouble(what, actor);
    return does;
  };

  const lines: string[] = [];
  const leaks: string[] = [];
  const denied: string[] = [];
  const inspect = (where: string) => (text: string) => {
    if (text.includes(CANARY)) leaks.push(`${where}: ${text}`);
  };

  let swept = 0;
  let woken = 0;
  let taken = 0;
  let planSweep: (at: number) => void = () => {};
  /** Since when the sweep has something to do though no lease has lapsed. */
  let enabledAt = Number.POSITIVE_INFINITY;
  const table = createMemoryTable({
    now,
    lag: () => options.lagMs?.(chance) ?? 0,
    ...(options.pages && { pageSize: options.pages.size }),
    inspect: inspect('table'),
    onWrite: (after, before) => {
      options.onWrite?.(after, before, actor);
      if (after.aliveUntil !== undefined) planSweep(after.aliveUntil - (options.sweepAheadMs?.() ?? 0));
      if (isOfEnabling(after, before)) {
        enabledAt = Math.min(enabledAt, now() - 1);
        planSweep(now());
      }
    },
  });
  const triggers = attachTriggers({
    timeline,
    chance,
    effects,
    happens,
    downUntil: options.downUntil ?? (() => 0),
    ...(trace && { trace }),
  });
  const sqs = createMemorySqs({
    now,
    chance,
    happens,
    onVisible: triggers.onVisible,
    ...(options.inFlightMax && { inFlightMax: options.inFlightMax }),
    inspect: (text) => {
      inspect('queue')(text);
      options.onSent?.(text, actor);
      if (actor?.name === 'sweep') taken += 1;
    },
  });
  sqs.create(ENV.deadLetterQueue, { visibilitySeconds: VISIBILITY_SECONDS });
  let env = options.env ?? ENV;
  const createQueues = (urls: readonly string[]): void => {
    for (const url of urls) {
      sqs.create(url, {
        visibilitySeconds: VISIBILITY_SECONDS,
        maxReceiveCount: MAX_RECEIVE_COUNT,
        deadLetters: ENV.deadLetterQueue,
      });
    }
  };
  createQueues(queuesOf(env));
  const clouds = createClouds(now, (asked) => options.onLook?.(asked, actor), options.pages?.listed);
  const receivers = createReceivers(now, { [TARGETS_SIGNER]: SIGNING_SECRET, ...TENANT_SECRETS });
  const variables = environment();
  const functions: Functions = { ...FUNCTIONS_OF_TODAY, ...options.functions };
  const runtimes = createRuntimes({
    config,
    timeline,
    chance,
    effects,
    table,
    sqs,
    clouds,
    receivers,
    variables,
    env: () => env,
    cloudFault: options.cloudFault ?? (() => undefined),
    reply: options.reply ?? (() => undefined),
    ...(options.tellMs !== undefined && { tellMs: options.tellMs }),
    onAct: (process) => {
      actor = process;
    },
    onDenied: (what) => denied.push(what),
    onLine: (line, { name, number }) => {
      lines.push(line);
      inspect('log')(line);
      trace?.(`${new Date(now()).toISOString()} ${name}/${number} ${line}`);
    },
  });
  const runtimeOf = (process: Process): Runtime => {
    const plain = runtimes.of(process);
    return rebuilt(plain, bend(plain, process));
  };

  const as: World['as'] = (name, work, timeoutMs = FUNCTION_TIMEOUT_MS) =>
    effects
      .run(name, timeoutMs, (process) => work(runtimeOf(process)))
      .catch((error: unknown) => {
        inspect('error')(String(error));
        runtimes.forget(name);
        throw error;
      });

  const consumeAll = (urls: readonly string[]): void => {
    const consume = (
      url: string,
      name: string,
      handle: (records: readonly SqsRecord[], runtime: Runtime) => Promise<string[]>,
      concurrency?: number,
    ) =>
      urls.includes(url) &&
      triggers.consume({
        url,
        name,
        sqs,
        handle: (records, process) => handle(records, runtimeOf(process)),
        onDeath: (error) => {
          inspect('error')(String(error));
          runtimes.forget(name);
        },
        ...(concurrency !== undefined && { concurrency }),
      });
    for (const [vendor, own] of Object.entries(env.pollQueues)) {
      for (const url of own)
        consume(url, `poller-${vendor}`, (records, runtime) =>
          functions.poll(records, runtime.env.pollQueues[vendor] ?? [], runtime),
        );
    }
    for (const url of env.notifyQueues) {
      consume(
        url,
        'notifier',
        (records, runtime) => functions.deliver(records, runtime.env.notifyQueues, runtime),
        options.notifiers,
      );
    }
  };

  const redeploy = (next: Environment): void => {
    const [before, after] = [queuesOf(env), queuesOf(next)];
    const added = after.filter((url) => !before.includes(url));
    env = next;
    createQueues(added);
    consumeAll(added);
    for (const url of before.filter((each) => !after.includes(each))) {
      triggers.release(url);
      sqs.drop(url);
    }
  };

  const isCounting = (): boolean => {
    const { from, until } = options.counts ?? { from: 0, until: 0 };
    return from <= now() && now() < until;
  };

  const start = (): void => {
    if (options.counts) timeline.at(options.counts.from, () => planSweep(now()));
    consumeAll(queuesOf(env));
    planSweep = triggers.everyMinute(
      'sweep',
      () => (isCounting() ? now() - 1 : Math.min(table.firstLapse() - (options.sweepAheadMs?.() ?? 0), enabledAt)),
      async () => {
        const begunAt = now();
        const until = now() + 40_000;
        const done = await as('sweep', (runtime) => functions.sweep(runtime, () => now() < until), 50_000);
        swept += done.sent;
        woken += done.woken;
        if (done.undone === 0 && enabledAt < begunAt) enabledAt = Number.POSITIVE_INFINITY;
      },
    );
  };

  return {
    timeline,
    chance,
    table,
    sqs,
    clouds,
    receivers,
    effects,
    config,
    environment: variables,
    lines,
    leaks,
    denied,
    cutChains: triggers.cutChains,
    swept: () => swept,
    woken: () => woken,
    taken: () => taken,
    as,
    call: (name, work) => timeline.finish(as(name, work)),
    submit: async (body, tenant = 'default') => {
      const receipt = await as(
        'trigger',
        (runtime) => functions.receive(body, { tenant, scopes: SCOPES }, runtime),
        15_000,
      );
      inspect('answer')(JSON.stringify(receipt));
      return receipt;
    },
    start,
    redeploy,
  };
};
