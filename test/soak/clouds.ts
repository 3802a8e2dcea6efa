/** The stand-in clouds under control, and what they are asked. */
import type { CallRecord } from '../../offline/clouds/ledger.ts';
import type { Key } from '../../offline/clouds/state.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';

export const controlClouds = ({ stack }: Opwatch) => {
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${stack.urls.clouds}/_control/${path}`, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const { environment } = stack.endpoints;
  const keyOf = (vendor: 'ALIYUN' | 'HUAWEI'): Key => ({
    accessKeyId: environment[`STAND_IN_${vendor}_KEY`] ?? '',
    secretAccessKey: environment[`STAND_IN_${vendor}_SECRET`] ?? '',
  });
  return {
    keys: { aliyun: keyOf('ALIYUN'), huawei: keyOf('HUAWEI') },
    begin: (operations: readonly object[]) => control('operations', operations),
    set: (settings: object) => control('settings', settings),
    /** Answers what has come since. */
    listen: async (): Promise<() => Promise<readonly CallRecord[]>> => {
      const { total } = (await control('calls?limit=0')) as { total: number };
      return async () => {
        const { calls } = (await control(`calls?since=${total}&limit=100000`)) as { calls: readonly CallRecord[] };
        return calls;
      };
    },
  };
};
