/** Who acts in a run beside opwatch: those who call it, and the world that goes its own way. */

import { resend } from '../../lib/api/resend.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { stop, type Watch } from '../../lib/core/watch.ts';
import type { WatchItem } from '../../lib/store/items.ts';
import { changeWatch } from '../../lib/submit/submit.ts';
import { KEYS } from '../world/settings.ts';
import { QUEUES, START, type World } from '../world/world.ts';
import { isLetIn } from './callers.ts';
import { type Operation, type Plan, REST_MS, RUN_MS } from './plan.ts';
import type { Recorder } from './recorder.ts';
import { HOUR, SECOND } from './time.ts';

/** What happens to the world whatever opwatch does. */
export const prepare = (world: World, plan: Plan, recorder: Recorder): void => {
  const { timeline, clouds, sqs, environment } = world;
  for (const { provider, fields, script } of plan.operations) clouds.add(provider, fields, script);
  for (const vendor of ['aliyun', 'huawei'] as const) clouds.keys.set(vendor, KEYS[vendor]);
  for (const [vendor, ms] of Object.entries(plan.cloudSkews)) clouds.skews.set(vendor as 'aliyun' | 'huawei', ms);
  for (const { vendor, at, toldAt } of plan.rotations) {
    const key = `${KEYS[vendor]}-${at}`;
    timeline.at(at, () => void clouds.keys.set(vendor, key));
    timeline.at(toldAt, () => {
      environment[`${vendor.toUpperCase()}_KEY`] = key;
    });
  }
  if (plan.denial) {
    const { vendor, project, from, until } = plan.denial;
    timeline.at(from, () => clouds.permit(vendor, project, false));
    timeline.at(until, () => clouds.permit(vendor, project, true));
  }
  for (const at of plan.purges) timeline.at(at, () => QUEUES.forEach(sqs.purge));
  for (const { at, body } of plan.strays) {
    timeline.at(at, () => {
      const failed = sqs.send(world.chance.pick(QUEUES), [{ Id: '0', MessageBody: body }]);
      if (failed.length === 0) recorder.onStray(at, body);
    });
  }
  const inspect = () => {
    recorder.onHour(world);
    if (timeline.now() < START + RUN_MS) timeline.at(timeline.now() + HOUR, inspect);
  };
  timeline.at(START + HOUR, inspect);
  const expire = () => {
    world.table.deleteExpired();
    if (timeline.now() < START + RUN_MS + REST_MS) timeline.at(timeline.now() + 6 * HOUR, expire);
  };
  timeline.at(START + HOUR, expire);
};

/** A caller: submits, tries again when it gets no answer, and gives up at last; submits again; stops. */
export const play = (
  world: World,
  operation: Operation,
  recorder: Recorder,
  isDown: () => boolean,
  hasTokens: boolean,
): void => {
  const { timeline } = world;
  let id: string | undefined;

  const insistently = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    for (let tries = 0; tries < 6; tries += 1) {
      try {
        if (!isDown()) return await work();
      } catch {
        // Whoever gets no answer asks again.
      }
      await timeline.pause(SECOND * 2 ** tries);
    }
    return undefined;
  };

  const submit = async (notify: readonly string[]): Promise<void> => {
    const deadline = `PT${operation.deadlineMs / SECOND}S`;
    const body = {
      provider: operation.provider,
      operation: operation.fields,
      notify,
      deadline,
      labels: operation.labels,
    };
    const receipt = await insistently(async () => {
      if (hasTokens && !(await isLetIn(world, operation.tenant))) return undefined;
      const answer = await world.submit(body, operation.tenant);
      if (answer.status === 503) throw new Error('not taken');
      return answer;
    });
    if (!receipt || !('url' in receipt.body)) return;
    const watch = receipt.body as WatchView;
    id ??= watch.id;
    recorder.promised(watch.id, notify);
  };

  const halt = async (): Promise<void> => {
    await insistently(() =>
      world.as('api', async (runtime) => {
        const [item] = id === undefined ? [] : await runtime.table.get([{ pk: id, sk: 'watch' }]);
        if (item) await changeWatch(item as WatchItem, (watch: Watch) => stop(watch, runtime.now()), runtime);
      }),
    );
  };

  const sendAgain = async (which: number): Promise<void> => {
    const deliveries = world.table.partition(id ?? '').filter(({ sk }) => sk.startsWith('delivery#'));
    const delivery = deliveries[Math.floor(which * deliveries.length)];
    if (!delivery || isDown()) return;
    recorder.onResend(delivery);
    // Whoever is not answered may ask again, or not.
    await world.as('api', (runtime) => resend(delivery, runtime)).catch(() => undefined);
  };

  timeline.at(operation.submittedAt, () => void submit(operation.notify));
  for (const { at, notify } of operation.again) timeline.at(at, () => void submit(notify));
  for (const { at, which } of operation.resends ?? []) timeline.at(at, () => void sendAgain(which));
  if (operation.stoppedAt !== undefined) timeline.at(operation.stoppedAt, () => void halt());
};
