/** Faults of design by which one failure stops the rest, or nobody hears of it. */
import type { Leased } from '../../lib/store/items.ts';
import type { Standing } from '../../lib/store/standing.ts';
import { tableBent } from './bends.ts';
import type { DesignFault } from './run.ts';
import { HOUR } from './time.ts';

const isEntry = ({ pk }: { readonly pk: string }): boolean => pk.startsWith('standing#');

export const STANDING_FAULTS: Readonly<Record<string, () => DesignFault>> = {
  'what is parked has no entry': () => ({
    bend: tableBent((table) => ({
      insert: async (item) => (isEntry(item) && item.sk.startsWith('parked#') ? true : table.insert(item)),
    })),
  }),

  'what sleeps is woken by nobody': () => ({
    bend: tableBent((table, _, { name }) => ({
      get: async (keys) => {
        const items = await table.get(keys);
        return name === 'sweep' ? items.filter((item) => !(item as Leased<unknown>).isAsleep) : items;
      },
    })),
  }),

  'an entry goes an hour after it came, whatever it stands for': () => ({
    bend: tableBent((table, { now }, { name }) => ({
      beginning: async (pk, prefix, limit) => {
        const items = await table.beginning(pk, prefix, limit);
        const old = items.filter(
          (item) => name === 'sweep' && isEntry(item) && (item.body as Standing).at < now() - HOUR,
        );
        for (const entry of old) await table.remove(entry);
        return items;
      },
    })),
  }),

  'a refusal of one project rests the connection': () => ({
    bend: (runtime) => ({
      ...runtime,
      sendToCloud: async (request) => {
        const answer = await runtime.sendToCloud(request);
        if (answer.status !== 403) return answer;
        const code = request.headers['x-acs-action'] === undefined ? 'APIGW.0301' : 'InvalidAccessKeyId.NotFound';
        const body = JSON.stringify({ Code: code, Message: 'no', error_code: code, error_msg: 'no' });
        return { ...answer, status: 401, body };
      },
    }),
  }),

  'a function reads the clock once': () => ({
    bend: (runtime) => {
      const at = runtime.now();
      return { ...runtime, now: () => at };
    },
  }),
};
