/** The whole of opwatch as its users have it before them: an API, clouds where operations begin, webhooks that come. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { Delivery } from '../../../lib/core/delivery.ts';
import type { Item } from '../../../lib/core/item.ts';
import type { deliveryViews, WatchView } from '../../../lib/core/view.ts';
import type { Watch } from '../../../lib/core/watch.ts';
import { watchKey } from '../../../lib/store/keys.ts';
import { type Stack, type StackOptions, startStack } from '../../../offline/stack.ts';
import { createLocalToken } from '../../../offline/token.ts';
import { mustBeDescribed, routeOf } from '../../helpers/answers.ts';
import { type Infra, lookBeneath, QUEUES } from './infra.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { until } from './until.ts';
import type { StackNote } from './warm-stack.ts';

export type Answer = {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: unknown;
};

/** A watch as GET /watches/{id} shows it. */
export type WholeWatch = WatchView & {
  readonly deliveries: ReturnType<typeof deliveryViews>;
  readonly paused?: object;
};

export type Submission = {
  readonly provider: string;
  readonly operation: Readonly<Record<string, string>>;
  readonly notify?: readonly string[];
  readonly deadline?: string;
  readonly labels?: Readonly<Record<string, string>>;
};

/** What becomes of an operation in its cloud: offline/clouds/create.ts. */
export type Course = Readonly<Record<string, string | number>>;

/** Over before anybody asked. */
export const OVER: Course = { seconds: 30, agoSeconds: 60 };
/** Over when it is looked at for the second time, five seconds after the first. */
export const OVER_SOON: Course = { seconds: 4 };

export type Asked = {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A stack that may be another process's: it can be used, not killed. */
export type Reached = StackNote & Pick<Stack, 'createToken'>;

export type Opwatch<S extends Reached = Stack> = {
  readonly stack: S;
  readonly receiver: Receiver;
  readonly infra: Infra;
  /** The text of a token of tenant `default`, with every scope. */
  readonly token: string;
  /** Lets an operation begin in its stand-in cloud. */
  readonly begin: (submission: Submission, course?: Course) => Promise<void>;
  /** Asks the HTTP API; a body that is text is sent as it stands. */
  readonly ask: (path: string, asked?: Asked) => Promise<Answer>;
  /** Submits one and answers its watch. Throws when it was refused. */
  readonly submit: (submission: Submission) => Promise<WatchView>;
  readonly read: (id: string) => Promise<WholeWatch>;
  /** Waits until a watch is as wanted, for as long as it or its deliveries move. */
  readonly readUntil: (id: string, isWanted: (watch: WholeWatch) => boolean) => Promise<WholeWatch>;
  /** Runs a function by Lambda's Invoke API and answers what it returned. */
  readonly invoke: (name: string, event: unknown) => Promise<unknown>;
  /** Lets whatever owes work (in the watches named, or in all) look long abandoned, and sweeps. */
  readonly sweepUp: (...ids: readonly string[]) => Promise<void>;
  /** As if `ms` more had passed since a watch was submitted: it is due at once. */
  readonly letPass: (id: string, ms: number) => Promise<void>;
  /** As if the wait for the next attempt at these watches' deliveries were over. */
  readonly tellAgain: (...ids: readonly string[]) => Promise<void>;
  /** Every answer the API gave, as text. */
  readonly answers: readonly string[];
  readonly stop: () => Promise<void>;
};

/** Without what the API works out from the time of day. */
const movingIn = ({ looks: _, nextLookAt: __, ...watch }: WholeWatch) => watch;

/** Starts a local stack of its own: about four seconds. */
export const startOpwatch = async (options: StackOptions = {}): Promise<Opwatch> => {
  const stack = await startStack(options);
  const opwatch = await reach(stack);
  return { ...opwatch, stop: () => stack.stop().then(opwatch.stop) };
};

/** Joins the stack that files share: warm-stack.ts. */
export const joinOpwatch = async (): Promise<Opwatch<Reached>> => {
  const answer = await fetch(inject('warmStack'));
  if (!answer.ok) throw new Error(await answer.text());
  const note = (await answer.json()) as StackNote;
  const { endpoints, table } = note;
  return reach({ ...note, createToken: (tenant) => createLocalToken(endpoints.dynamodb, table, tenant) });
};

const reach = async <S extends Reached>(stack: S): Promise<Opwatch<S>> => {
  const { urls, table } = stack;
  const receiver = await startReceiver(stack.endpoints.environment.STAND_IN_SIGNING_SECRET ?? '');
  const infra = lookBeneath(stack);
  const token = await stack.createToken();
  const answers: string[] = [];

  const ask = async (
    path: string,
    { method, body, token: bearer = token, headers: more }: Asked = {},
  ): Promise<Answer> => {
    const response = await fetch(`${urls.api}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(bearer !== '' && { authorization: `Bearer ${bearer}` }),
        'content-type': 'application/json',
        ...more,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    answers.push(text);
    const { status, headers } = response;
    const answer = {
      status,
      type: headers.get('content-type') ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    };
    const route = routeOf(method ?? (body === undefined ? 'GET' : 'POST'), path);
    if (route !== undefined) mustBeDescribed(route, answer);
    return { ...answer, headers };
  };

  /** A function that ran out of time on a busy machine is asked again: an answer of its gateway is no watch. */
  const askUntilAnswered = (path: string, asked?: Asked): Promise<Answer> => {
    const answered = async () => {
      const answer = await ask(path, asked);
      return answer.status < 500 && answer;
    };
    return until(answered);
  };

  const read = async (id: string): Promise<WholeWatch> => {
    const { status, body } = await askUntilAnswered(`/watches/${id}`);
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body as WholeWatch;
  };

  const invoke = async (name: string, event: unknown): Promise<unknown> => {
    const response = await fetch(`${urls.lambda}/2015-03-31/functions/${table}-${name}/invocations`, {
      method: 'POST',
      body: JSON.stringify(event),
    });
    return response.json();
  };

  const sweepUp = async (...ids: readonly string[]): Promise<void> => {
    const isMeant = ({ pk, aliveUntil }: Item) => aliveUntil !== undefined && (ids.length === 0 || ids.includes(pk));
    const owing = (await infra.items()).filter(isMeant);
    // What has been settled meanwhile has no lease any more, and must not get one.
    const abandoned = (item: Item) => (item.aliveUntil === undefined ? item : { ...item, aliveUntil: 1 });
    await Promise.all(owing.map((item) => infra.edit(item, abandoned)));
    await invoke('sweep', {});
  };

  return {
    stack,
    receiver,
    infra,
    token,
    answers,
    ask,
    read,
    invoke,
    begin: async ({ provider, operation }, course = OVER) => {
      const response = await fetch(`${urls.clouds}/_control/operations`, {
        method: 'POST',
        body: JSON.stringify({ api: provider, operation, ...course }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    submit: async (submission) => {
      // Submitting again is safe.
      const { status, body } = await askUntilAnswered('/watches', { body: submission });
      if (status !== 202 && status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
      return body as WatchView;
    },
    readUntil: async (id, isWanted) => {
      let last: WholeWatch | undefined;
      return until(
        async () => {
          last = await read(id);
          return isWanted(last) && last;
        },
        { sight: () => last && movingIn(last) },
      );
    },
    sweepUp,
    letPass: async (id, ms) => {
      await infra.edit(watchKey(id), (item) => {
        const watch = item.body as Watch;
        const { submittedAt, deadline } = watch;
        const earlier = { ...watch, submittedAt: submittedAt - ms, deadline: deadline - ms, nextLookAt: 1 };
        return { ...item, body: earlier };
      });
      await sweepUp(id);
    },
    tellAgain: async (...ids) => {
      const items = await Promise.all(ids.map((id) => infra.table.partition(id)));
      const deliveries = items.flat().filter(({ sk }) => sk.startsWith('delivery#'));
      const due = (item: Item) => {
        const { claim: _, ...delivery } = item.body as Delivery;
        return { ...item, body: { ...delivery, nextAttemptAt: 1 } };
      };
      await Promise.all(deliveries.map((item) => infra.edit(item, due)));
      await sweepUp(...ids);
    },
    stop: async () => {
      infra.close();
      await receiver.close();
    },
  };
};

/** An EMR operation that nobody has watched before. */
export const anOperation = (): Submission => ({
  provider: 'aliyun-emr',
  operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe6a4c', OperationId: `op-${randomUUID()}` },
});

/** Messages in the three queues, hidden ones included. */
export const countMessages = async ({ infra }: Opwatch): Promise<number> =>
  (await Promise.all(QUEUES.map((queue) => infra.count(queue)))).reduce((sum, count) => sum + count);
