/** Faults of design that take something else for the end of the watched operation. */

import type { Watch } from '../../lib/core/watch.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { type Bend, isWatch, tableBent, writesBent } from './bends.ts';
import type { DesignFault } from './run.ts';

/** Every answer of a cloud goes through `change`. */
const answersBent =
  (change: (body: string, url: string, asked: string) => string): Bend =>
  (runtime) => ({
    ...runtime,
    sendToCloud: async (request) => {
      const answer = await runtime.sendToCloud(request);
      return { ...answer, body: change(answer.body, request.url, request.body ?? '') };
    },
  });

/** The poller reads every watch as `change` makes it. */
const readsBent = (change: (watch: Watch, runtime: Runtime) => Watch): Bend =>
  tableBent((table, runtime, { name }) => ({
    get: async (keys) => {
      const items = await table.get(keys);
      if (!name.startsWith('poller')) return items;
      return items.map((item) => (isWatch(item) ? { ...item, body: change(item.body, runtime) } : item));
    },
  }));

/** The id in answers about an operation that nobody asked about (`of-another`). */
const OTHER_ID = /"(op[-_])?0{8}[-\da-f]*"/i;

/** What an operation is called in the request for it. */
const idIn = (url: string, asked: string): string =>
  /(?:OperationId|TaskId|StackId)=([^&]+)/.exec(`${url}&${asked}`)?.[1] ?? url.split('/').at(-1) ?? '';

export const FALSE_ENDS: Readonly<Record<string, () => DesignFault>> = {
  'any run of a name ends its watch': () => ({
    bend: readsBent(({ run: _, earlierRuns: _e, memo, ...watch }) => {
      // What tells one run of an action from the next, and nothing of what else was seen.
      const { at: _a, run: _r, submitTime: _s, ...kept } = memo;
      return { ...watch, memo: kept };
    }),
  }),

  'a word that nobody knows and that sounds good means success': () => ({
    bend: answersBent((body) =>
      body.replace(/"(OperationState|Status|operation_status|status)":"(SUCCESS_PENDING|完成|FINISHED)"/, (_, name) => {
        const word = name === 'OperationState' ? 'COMPLETED' : 'success';
        return `"${name}":"${word}"`;
      }),
    ),
  }),

  'the id in an answer is not compared': () => ({
    bend: answersBent((body, url, asked) => body.replace(OTHER_ID, `"${idIn(url, asked)}"`)),
  }),

  'an operation that one answer leaves out is lost': () => ({
    bend: readsBent((watch) => (watch.seenAt === undefined ? watch : { ...watch, misses: 9 })),
  }),

  'facts outlive the state they were told with': () => {
    const known = new Map<string, Watch['facts']>();
    return {
      bend: writesBent((item) => {
        if (!isWatch(item)) return item;
        const { id, facts } = item.body;
        const { requestId: _, endedAt: _e, ...kept } = { ...facts, ...known.get(id) };
        known.set(id, kept);
        return { ...item, body: { ...item.body, facts: { ...facts, ...kept } } };
      }),
    };
  },
};
