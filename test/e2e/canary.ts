/** The canary on the whole stack: its outcome is delivered, and its metric shows which queue is taken from no more. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CANARY_INPUT } from '../../lib/core/canary.ts';
import { CANARY_IN_TIME_MS, SECOND } from '../../lib/core/schedule.ts';
import type { Opwatch } from './kit/opwatch.ts';
import { until } from './kit/until.ts';

type Line = { readonly what: string; readonly queue: string; readonly seconds?: number; readonly canaryInTime: number };

export const canary = (running: () => Opwatch): void => {
  /** What the log says of a queue's canary, from its beginning on: each line is what CloudWatch takes the metric from. */
  const told = (queue: string): Line[] => {
    const { stack } = running();
    return readFileSync(stack.logFile, 'utf8')
      .split('\n')
      .flatMap((line) => (line.includes('"canaryInTime"') ? [JSON.parse(line.slice(line.indexOf('{'))) as Line] : []))
      .filter((line) => line.queue === `${stack.table}-${queue}`);
  };
  const values = (queue: string) => told(queue).map(({ canaryInTime }) => canaryInTime);
  /** On a machine that needs minutes for it, the metric says that it was late. */
  const delivered = (queue: string) => {
    const line = told(queue).find(({ what }) => what === 'canary delivered');
    return line && Number((line.seconds ?? 0) * SECOND <= CANARY_IN_TIME_MS);
  };

  it('is delivered, and its metric stays 0 for the queue whose mapping is off, until it is on again', async () => {
    const { stack, invoke, infra } = running();
    await stack.killFunctions();
    await stack.startFunctions({ OPWATCH_MAPPINGS_OFF: `${stack.table}-poll-huawei` });
    expect(await invoke('trigger', CANARY_INPUT)).toEqual({ operations: 2 });

    const inTime = await until(() => delivered('poll-aliyun'), { sight: () => values('poll-aliyun') });
    expect(values('poll-aliyun')).toEqual([0, inTime]);
    expect(values('poll-huawei')).toEqual([0]);
    expect(await infra.count('poll-huawei')).toBe(1);

    await stack.killFunctions();
    await stack.startFunctions({ OPWATCH_MAPPINGS_OFF: '' });
    await until(() => delivered('poll-huawei') !== undefined, { sight: () => values('poll-huawei') });
    expect(values('poll-huawei')).toEqual([0, delivered('poll-huawei')]);
  });
};
