/**
 * Makes the looks at the canary's operations. They ask no cloud, so they need no connection, no credentials and no
 * lane.
 */

import type { Cloud } from '../clouds/cloud.ts';
import { askOf } from '../config/look-policy.ts';
import type { Watch } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import type { Runtime } from '../runtime.ts';
import type { DueWatch, Outcome } from './outcome.ts';

const NO_CLOUD: Omit<Cloud, 'now'> = {
  credentials: { accessKeyId: '', secretAccessKey: '' },
  endpoints: {},
  send: () => Promise.reject(new Error('an operation of our own has no cloud')),
  skewMs: 0,
  nonce: () => '',
};

/** Returns opwatch's own provider for an operation of the canary. Returns undefined for an operation of a cloud. */
export const ownProviderOf = ({ provider }: Pick<Watch, 'provider'>): Provider | undefined => {
  const named = providerNamed(provider);
  return named?.traits.asksNoCloud ? named : undefined;
};

export const lookWithin = async (
  { watch }: DueWatch,
  provider: Provider,
  { now }: Pick<Runtime, 'now'>,
): Promise<Outcome> => {
  const [observation] = await provider.look([askOf(watch)], { ...NO_CLOUD, now: now() });
  if (!observation) throw new Error('the adapter left out an observation');
  return { observation };
};
