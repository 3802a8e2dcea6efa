/**
 * The provider of canary operations: test operations of opwatch, one kind for the pollers of each vendor. Each
 * operation ends by itself soon after its submission. No look asks a cloud.
 */
import * as v from 'valibot';
import type { Vendor } from '../clouds/cloud.ts';
import type { Ask, Observation } from '../core/observation.ts';
import { CANARY_LASTS_MS } from '../core/schedule.ts';
import type { Provider } from './provider.ts';

const Operation = v.strictObject({
  /** The minute in which the operation began. */
  at: v.string(),
  /** The number of the operation within its minute. It decides the queues of the watch. */
  number: v.string(),
});
type CanaryOperation = v.InferOutput<typeof Operation>;

const sightOf = ({ submittedAt }: Ask<CanaryOperation>, now: number): Observation =>
  now < submittedAt + CANARY_LASTS_MS
    ? { kind: 'seen', status: 'running', word: 'RUNNING', known: true }
    : { kind: 'seen', status: 'succeeded', word: 'SUCCEEDED', known: true };

const canaryOf = (vendor: Vendor): Provider<CanaryOperation> => ({
  traits: {
    name: `canary-${vendor}`,
    vendor,
    operation: Operation,
    graceMs: 0,
    missesUntilLost: 1,
    asksNoCloud: true,
    console: () => '',
  },
  look: async (asks, { now }) => asks.map((ask) => sightOf(ask, now)),
});

export const canaries: readonly Provider<CanaryOperation>[] = [canaryOf('aliyun'), canaryOf('huawei')];
