/**
 * From submission to webhook on the embedded stack: operations already over, operations that end between two looks, and
 * five hundred at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_GAP, gapAt, SECOND } from '../../lib/core/schedule.ts';
import { type Stack, startStack } from '../../offline/stack.ts';
import { number, type Print, quantile, seconds } from './report.ts';

const ALREADY_OVER = 20;
const BETWEEN_LOOKS = [12, 25, 40];
const AT_ONCE = 500;
const BATCH = 25;
const WAIT_MS = 20;
const PATIENCE_MS = 5 * 60 * SECOND;

type Desk = {
  readonly stack: Stack;
  /** Begins operations in the stand-in cloud. */
  readonly begin: (numbers: readonly number[], course: object) => Promise<void>;
  /** Submits them in one request; answers the ids of their watches. */
  readonly submit: (numbers: readonly number[]) => Promise<readonly string[]>;
  /** When the first webhook about each watch came, epoch ms, in their order. Waits until all have come. */
  readonly arrivals: (watchIds: readonly string[]) => Promise<readonly number[]>;
};

const operationOf = (n: number) => ({
  region: 'cn-north-4',
  project_id: '89cd04f168b84af6be287f71730fdb4b',
  id: '28d1dcb4-6d35-4c0f-a3a5-4a4c9a1d0b4c',
  operation_id: `6e1fe2a1-0000-4000-8000-${String(n).padStart(12, '0')}`,
});

const post = async (url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
  const json = { 'content-type': 'application/json', ...headers };
  const response = await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
};

const watchIdIn = (body: unknown): string =>
  (body as { readonly data?: { readonly watch?: { readonly id?: string } } }).data?.watch?.id ?? '';

const createDesk = async (stack: Stack): Promise<Desk> => {
  const headers = { authorization: `Bearer ${await stack.createToken()}` };
  return {
    stack,
    begin: async (numbers, course) => {
      const operations = numbers.map((n) => ({ api: 'huawei-modelarts', operation: operationOf(n), ...course }));
      await post(`${stack.urls.clouds}/_control/operations`, operations);
    },
    submit: async (numbers) => {
      const bodies = numbers.map((n) => ({ provider: 'huawei-modelarts', operation: operationOf(n) }));
      const answers = (await post(`${stack.urls.api}/watches`, bodies, headers)) as { watch?: { id?: string } }[];
      return answers.map(({ watch }) => watch?.id ?? '');
    },
    arrivals: async (watchIds) => {
      const giveUpAt = Date.now() + PATIENCE_MS;
      for (;;) {
        const cameAt = new Map(stack.inbox.received().map(({ body, attempts }) => [watchIdIn(body), attempts[0]?.at]));
        const all = watchIds.map((id) => cameAt.get(id));
        if (all.every((at) => at !== undefined)) return all;
        if (Date.now() > giveUpAt) throw new Error(`no webhook of some watches within ${seconds(PATIENCE_MS)}`);
        await sleep(WAIT_MS);
      }
    },
  };
};

const alreadyOver = async ({ begin, submit, arrivals }: Desk, print: Print): Promise<void> => {
  const numbers = Array.from({ length: ALREADY_OVER }, (_, i) => 1_000 + i);
  await begin(numbers, { scenario: 'success', seconds: 5, agoSeconds: 60 });
  const took: number[] = [];
  for (const n of numbers) {
    const began = Date.now();
    took.push(Math.max(...(await arrivals(await submit([n])))) - began);
  }
  print(
    `already over, ${ALREADY_OVER} one after another: submission to webhook p50 ${seconds(quantile(took, 0.5))}, ` +
      `max ${seconds(Math.max(...took))} (wanted: at most 2 s)`,
  );
};

const betweenLooks = async ({ begin, submit, arrivals }: Desk, print: Print): Promise<void> => {
  for (const [i, length] of BETWEEN_LOOKS.entries()) {
    const n = 2_000 + i;
    const endsAt = Date.now() + length * SECOND;
    await begin([n], { scenario: 'success', seconds: length });
    const lateMs = Math.max(...(await arrivals(await submit([n])))) - endsAt;
    const gapMs = gapAt(length * SECOND, DEFAULT_GAP);
    print(
      `one of ${length} s: webhook ${seconds(lateMs)} after its end ` +
        `(looks are ${seconds(gapMs)} apart by then; wanted: at most ${seconds(gapMs + 2 * SECOND)})`,
    );
  }
};

const manyAtOnce = async ({ stack, begin, submit, arrivals }: Desk, print: Print): Promise<void> => {
  const numbers = Array.from({ length: AT_ONCE }, (_, i) => 3_000 + i);
  await begin(numbers, { scenario: 'success', seconds: 5, agoSeconds: 60 });
  const began = Date.now();
  const posts = Array.from({ length: AT_ONCE / BATCH }, (_, i) => submit(numbers.slice(i * BATCH, (i + 1) * BATCH)));
  const ids = (await Promise.all(posts)).flat();
  const acceptedMs = Date.now() - began;
  const endedMs = Math.max(...(await arrivals(ids))) - began;
  const ofWatch = Map.groupBy(stack.inbox.received(), ({ body }) => watchIdIn(body));
  const once = ids.filter((id) => ofWatch.get(id)?.length === 1).length;
  print(
    `${AT_ONCE} at once: accepted within ${seconds(acceptedMs)}, the last webhook after ${seconds(endedMs)} ` +
      `(${number((AT_ONCE * 1_000) / endedMs)} watches a second); ${once} of ${AT_ONCE} with exactly one webhook-id`,
  );
};

export const latency = async (print: Print): Promise<void> => {
  const stack = await startStack();
  try {
    const desk = await createDesk(stack);
    await alreadyOver(desk, print);
    await betweenLooks(desk, print);
    await manyAtOnce(desk, print);
  } finally {
    await stack.stop();
  }
};
