/** Watches that are submitted together, whose operations end at known times, and what is told of them. */
import { randomUUID } from 'node:crypto';
import type { WatchView } from '../../lib/core/view.ts';
import { seconds } from '../bench/report.ts';
import type { Opwatch, Submission } from '../e2e/kit/opwatch.ts';
import { until } from '../e2e/kit/until.ts';

export type Tally = {
  readonly watches: number;
  readonly told: number;
  /** Watches nobody was told of. */
  readonly lost: readonly string[];
  /** Watches of which somebody was told under two ids. */
  readonly twice: readonly string[];
  /** From the end of an operation in its cloud, or from the 202, to the first word of it, at the most, ms. */
  readonly slowestMs: number;
};

export type Party = {
  /** Submits `count` more, each over in its cloud after `seconds`. What fails is submitted again until it is taken. */
  readonly join: (count: number, seconds: (i: number) => number) => Promise<readonly WatchView[]>;
  readonly tally: () => Tally;
  /** Waits until all are told of, or nobody has been told for minutes; `nudge` as kit/until.ts has it. */
  readonly settled: (nudge?: () => Promise<unknown>) => Promise<Tally>;
};

type Guests = {
  /** The name they are told to. */
  readonly name: string;
  /** Through the connections of stored.ts; left out, through those a submission means by itself. */
  readonly isStored?: boolean;
  readonly token?: string;
  /** Left out, of both clouds in turn. */
  readonly vendor?: 'aliyun' | 'huawei';
};

const SUBMISSIONS_MAX = 25;

const operationOf = (vendor: 'aliyun' | 'huawei'): Submission =>
  vendor === 'aliyun'
    ? {
        provider: 'aliyun-emr',
        operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe6a4c', OperationId: `op-${randomUUID()}` },
      }
    : {
        provider: 'huawei-job',
        operation: { service: 'ecs', region: 'cn-north-4', project_id: 'p1', job_id: randomUUID() },
      };

type Member = { readonly submission: Submission; readonly seconds: number; readonly endsAt: number };

export const gather = (opwatch: Opwatch, { name, isStored, token, vendor }: Guests): Party => {
  const endsAt = new Map<string, number>();

  const post = (body: readonly Submission[]): Promise<readonly WatchView[]> =>
    until(
      async () => {
        // Whatever was killed or refused: to submit again is safe.
        const answer = await opwatch.ask('/watches', { body, ...(token && { token }) }).catch(() => undefined);
        const each = answer?.status === 207 ? (answer.body as { watch?: WatchView }[]) : [];
        const watches = each.flatMap(({ watch }) => watch ?? []);
        return watches.length === body.length && watches;
      },
      { sight: () => endsAt.size },
    );

  const joinSome = async (members: readonly Member[]): Promise<readonly WatchView[]> => {
    await Promise.all(members.map((member) => opwatch.begin(member.submission, { seconds: member.seconds })));
    const watches = await post(members.map(({ submission }) => submission));
    const acceptedAt = Date.now();
    for (const [i, { id }] of watches.entries()) endsAt.set(id, Math.max(members[i]?.endsAt ?? 0, acceptedAt));
    return watches;
  };

  const tally = (): Tally => {
    const ids = new Map<string, Set<string>>();
    const lateness = new Map<string, number>();
    for (const { id, at, event } of opwatch.receiver.received(name)) {
      const watch = event.data.watch.id;
      ids.set(watch, (ids.get(watch) ?? new Set()).add(id));
      if (!lateness.has(watch)) lateness.set(watch, at - (endsAt.get(watch) ?? at));
    }
    const watches = [...endsAt.keys()];
    return {
      watches: watches.length,
      told: watches.filter((watch) => ids.has(watch)).length,
      lost: watches.filter((watch) => !ids.has(watch)),
      twice: watches.filter((watch) => (ids.get(watch)?.size ?? 0) > 1),
      slowestMs: Math.max(0, ...lateness.values()),
    };
  };

  return {
    join: async (count, secondsOf) => {
      const now = Date.now();
      const members = Array.from({ length: count }, (_, i): Member => {
        const whose = vendor ?? (i % 2 === 0 ? 'aliyun' : 'huawei');
        const connection = isStored ? { connection: `${whose}-stored` } : {};
        const told = { ...operationOf(whose), ...connection, notify: [opwatch.receiver.urlOf(name)] };
        return { submission: told, seconds: secondsOf(i), endsAt: now + secondsOf(i) * 1_000 };
      });
      const posts = Array.from({ length: Math.ceil(count / SUBMISSIONS_MAX) }, (_, i) =>
        members.slice(i * SUBMISSIONS_MAX, (i + 1) * SUBMISSIONS_MAX),
      );
      return (await Promise.all(posts.map(joinSome))).flat();
    },
    tally,
    settled: async (nudge) => {
      const patience = { sight: () => opwatch.receiver.received(name).length, everyMs: 500, ...(nudge && { nudge }) };
      // What was never told is in the tally.
      await until(() => tally().lost.length === 0, patience).catch(() => undefined);
      return tally();
    },
  };
};

/** What a tally breaks of the promise; the slowest may take `withinMs`, where that is asked. */
export const breaches = (tally: Tally, withinMs = Number.POSITIVE_INFINITY): string[] => [
  ...(tally.lost.length > 0 ? [`${tally.lost.length} nobody was told of, such as ${tally.lost[0]}`] : []),
  ...(tally.twice.length > 0 ? [`${tally.twice.length} told under two ids, such as ${tally.twice[0]}`] : []),
  ...(tally.slowestMs > withinMs ? [`told ${seconds(tally.slowestMs)} late, ${seconds(withinMs)} allowed`] : []),
];

export const inWords = ({ watches, told, twice, slowestMs }: Tally): string =>
  `${watches} watches, ${told} told, ${twice.length} under two ids, slowest ${seconds(slowestMs)} late`;
