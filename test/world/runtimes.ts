/** What the functions of the world are handed: the project's own parts, over ports whose every call is an effect. */
import type { Config } from '../../lib/config/config.ts';
import { createSecrets } from '../../lib/config/secrets.ts';
import { RetryLater } from '../../lib/core/errors.ts';
import type { Key } from '../../lib/core/item.ts';
import { createLog } from '../../lib/core/log.ts';
import { createLanes } from '../../lib/limits/lanes.ts';
import { createLimits } from '../../lib/limits/quotas.ts';
import { createTargetLimiters } from '../../lib/limits/target-limiters.ts';
import type { HttpAnswer } from '../../lib/net/http.ts';
import { createSharedAnswers } from '../../lib/net/shared-answers.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { createQueue } from '../../lib/store/queue.ts';
import type { Table } from '../../lib/store/store.ts';
import type { Environment } from '../../lib/store/stores.ts';
import { denied, type Verb } from './access.ts';
import { type CloudFault, isEndless } from './cloud-faults.ts';
import type { Clouds } from './clouds.ts';
import type { MemorySqs } from './memory-sqs.ts';
import type { MemoryTable } from './memory-table.ts';
import type { Effects, Process } from './process.ts';
import { type Receivers, type Reply, tookOf } from './receivers.ts';
import type { Rng } from './rng.ts';
import { clientOf } from './sqs-client.ts';
import type { Timeline } from './timeline.ts';

type Parts = {
  readonly config: Config;
  readonly timeline: Timeline;
  readonly chance: Rng;
  readonly effects: Effects;
  readonly table: MemoryTable;
  readonly sqs: MemorySqs;
  readonly clouds: Clouds;
  readonly receivers: Receivers;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly env: () => Environment;
  /** What a cloud does instead of answering a request to this URL, how a receiver answers: well, where undefined. */
  readonly cloudFault: (url: string, process: Process) => CloudFault | undefined;
  readonly reply: (url: string, process: Process) => Reply | undefined;
  /** How long a receiver that is well takes over its answer, ms. */
  readonly tellMs?: number;
  /** Told whose effect is being done, and when it is done (undefined). */
  readonly onAct: (process: Process | undefined) => void;
  readonly onLine: (line: string, process: Process) => void;
  /** Told of every request to the table that the function's role does not allow. */
  readonly onDenied: (what: string) => void;
};

export type Runtimes = {
  readonly of: (process: Process) => Runtime;
  /** The container of that function is gone, with what it had kept. */
  readonly forget: (name: string) => void;
};

/** How long after it was sent a request may arrive that a gateway hands on late. */
const LATE_MS = [10_000, 60_000] as const;

export const createRuntimes = (parts: Parts): Runtimes => {
  const {
    config,
    timeline,
    chance,
    effects,
    sqs,
    clouds,
    receivers,
    variables,
    env,
    cloudFault,
    reply,
    onAct,
    onLine,
  } = parts;
  /** What a function keeps from one call to the next. */
  const containers = new Map<string, Pick<Runtime, 'secrets' | 'answers'>>();

  const containerOf = (name: string): Pick<Runtime, 'secrets' | 'answers'> => {
    const container = containers.get(name) ?? {
      secrets: createSecrets(noSsm, variables, timeline.now),
      answers: createSharedAnswers(timeline.now),
    };
    containers.set(name, container);
    return container;
  };

  const of = (process: Process): Runtime => {
    const request: Request = (what, act, tookMs) =>
      effects.request(
        process,
        what,
        () => {
          onAct(process);
          try {
            return act();
          } finally {
            onAct(undefined);
          }
        },
        tookMs,
      );
    /** A network fault as lib/net/http.ts tells it. */
    const exchange = (what: string, tookMs: number, act: () => HttpAnswer) =>
      request(what, act, tookMs).catch((error: unknown) => {
        throw error instanceof RetryLater ? error : new RetryLater({ code: 'reset', message: String(error) });
      });
    const now = () => timeline.now() + process.skewMs;
    const pause = (ms: number) => effects.pause(process, ms);
    const table = portOf(parts.table, request, guardOf(process, parts.onDenied));
    const tools = { table, now, chance: chance.next, pause };
    const log = createLog((line) => onLine(line, process));
    let ids = 0;

    return {
      ...tools,
      ...containerOf(process.name),
      config,
      env: env(),
      queue: createQueue(clientOf(sqs, request, process.lineage)),
      lanes: createLanes(tools),
      targetLimiters: createTargetLimiters(tools),
      limits: createLimits({ ...tools, config, log }),
      sendToCloud: (asked) => {
        const fault = cloudFault(asked.url, process);
        return exchange('ask cloud', isEndless(fault) ? 10_000 : chance.between(20, 400), () =>
          clouds.answer(asked, fault, process),
        ).then((answer) => {
          clouds.heard(answer);
          return answer;
        });
      },
      sendToTarget: (event) => {
        const how = reply(event.url, process);
        const sentAt = timeline.now();
        return exchange('tell target', tookOf(how) ?? parts.tellMs ?? chance.between(20, 400), () => {
          if (how === 'late') timeline.at(sentAt + chance.between(...LATE_MS), () => void receivers.answer(event));
          return receivers.answer(event, how);
        });
      },
      log,
      uniqueId: () => {
        ids += 1;
        return `${process.name}-${process.number}-${ids}`;
      },
    };
  };

  return { of, forget: (name) => containers.delete(name) };
};

/**
 * A runtime that was bent: its lanes, target limiters and limits are built anew over what was bent beneath them. Those that were bent
 * themselves stay.
 */
export const rebuilt = (plain: Runtime, bent: Runtime): Runtime => {
  const { table, now, chance, pause } = bent;
  const isBentBeneath = table !== plain.table || now !== plain.now || chance !== plain.chance || pause !== plain.pause;
  if (!isBentBeneath) return bent;
  return {
    ...bent,
    lanes: bent.lanes === plain.lanes ? createLanes(bent) : bent.lanes,
    targetLimiters: bent.targetLimiters === plain.targetLimiters ? createTargetLimiters(bent) : bent.targetLimiters,
    limits: bent.limits === plain.limits ? createLimits(bent) : bent.limits,
  };
};

type Request = <T>(what: string, act: () => T, tookMs?: number) => Promise<T>;

type Guard = (verb: Verb, keys: readonly Pick<Key, 'pk'>[]) => void;

/** Throws what the SDK throws where IAM denies a request. `onDenied` is told who was denied what. */
const guardOf =
  ({ name }: Process, onDenied: (what: string) => void): Guard =>
  (verb, keys) => {
    const pk = denied(name, verb, keys);
    if (pk === undefined) return;
    onDenied(`${name} may not ${verb} ${pk}`);
    throw Object.assign(new Error(`${name} is not authorized to ${verb} ${pk}`), { name: 'AccessDeniedException' });
  };

/** The table as a function has it: within its role, and every call an effect. */
const portOf = (table: MemoryTable, request: Request, guard: Guard): Table => ({
  get: async (keys) => {
    guard('get', keys);
    return keys.length === 0 ? [] : request('get items', () => table.get(keys));
  },
  insert: async (item) => {
    guard('put', [item]);
    return request(`insert ${item.sk.split('#')[0]}`, () => table.insert(item));
  },
  replace: async (item) => {
    guard('put', [item]);
    return request(`replace ${item.sk.split('#')[0]}`, () => table.replace(item));
  },
  remove: async (item) => {
    guard('delete', [item]);
    return request(`remove ${item.sk.split('#')[0]}`, () => table.remove(item));
  },
  beginning: async (...asked) => {
    guard('query', [{ pk: asked[0] }]);
    return request('query partition', () => table.beginning(...asked));
  },
  partition: async (pk) => {
    guard('query', [{ pk }]);
    return request('query partition', () => table.partition(pk));
  },
  lapsed: (...asked) => request('query leases', () => table.lapsed(...asked)),
  owing: (shard) => request('query leases', () => table.owing(shard)),
  listed: (day, limit, after) => request('query listing', () => table.listed(day, limit, after)),
});

/** Every reference in the world's configuration is to an environment variable. */
const noSsm = {
  send: () => {
    throw new Error('nothing here is kept in SSM');
  },
};
