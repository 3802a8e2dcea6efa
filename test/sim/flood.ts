/** A tenant that floods: it asks for all that the API lets it ask for, faster than its limits allow, and its receivers fail. */

import type { Item } from '../../lib/core/item.ts';
import { isNotice } from '../../lib/core/notice.ts';
import type { DeliveryItem, WatchItem } from '../../lib/store/items.ts';
import type { Reply } from '../world/receivers.ts';
import { createRng, type Rng } from '../world/rng.ts';
import type { Script } from '../world/scripts.ts';
import { MINUTE, SECOND } from './time.ts';

export type Flood = {
  readonly from: number;
  readonly until: number;
  /**
   * Nothing else goes wrong, and the run is made once more without the flood: its lateness is compared with that. Troubles are
   * drawn effect by effect, so a run with troubles would meet others without its flood, and the two could not be compared.
   */
  readonly isCompared: boolean;
  readonly operations: readonly { readonly fields: Readonly<Record<string, string>>; readonly script: Script }[];
  readonly acts: readonly FloodAct[];
};

export const FLOOD_DEEDS = [
  'submit many',
  'submit',
  'join one',
  'join what is over',
  'extend',
  'list',
  'read',
  'resend',
  'resend all',
  'dismiss all',
  'disable',
  'enable',
] as const;
/** Each of these makes deliveries. */
const HEAVIEST: readonly FloodDeed[] = ['submit', 'join what is over', 'resend', 'resend'];
export type FloodDeed = (typeof FLOOD_DEEDS)[number];
/** `luck` says with which of those that there are. */
export type FloodAct = { readonly at: number; readonly deed: FloodDeed; readonly luck: number };

/** The tenant, and the connection that only it uses: who shares a connection shares its pace (docs/config.md). */
export const FLOODING = 'flooding';

/** The lowest that the configuration takes, or near it: so a flood that is small enough to be played reaches all of them. */
export const FLOOD_LIMITS = { requestsPerMinute: 120, activeWatches: 25, waitingDeliveries: 100 } as const;

export const FLOODING_TENANT = {
  signing: 'env:SIGNING_FLOODING',
  connections: [FLOODING],
  targets: ['ci', 'chat', 'https://*'],
  limits: FLOOD_LIMITS,
};

/** Half as many as are deployed, for a flood that is as much smaller than a real one. Three of them may hang for one tenant. */
export const FLOODED_NOTIFIERS = 5;

/** Of all runs, the share that has a flood; and of these, the share that is compared. */
const SHARE = 0.006;
const COMPARED = 0.7;
const STREAM = 0x1f1593;

const LENGTH = 6 * MINUTE;
/** Two requests a second are allowed. */
const ACTS_EVERY = 0.3 * SECOND;
const OPERATIONS = 80;
/** They end together, in so many waves: each wave owes more than the notifiers can try at a time. */
const WAVES = 4;
/** One for each callback, for a tenant may name as many as it likes: no one host is known to hang. */
const HOSTS = 300;

/** How its receivers answer while it floods, host by host; then all of them are well. */
const REPLIES: readonly (Reply | undefined)[] = [
  'hang',
  'hang',
  'hang',
  'broken',
  'hang',
  'hang',
  'hang',
  'gone',
  undefined,
];

const hostOf = (i: number): string => `https://f${i % HOSTS}.flood.example.com`;
/** A callback of the flooding tenant. */
export const floodTarget = (i: number): string => `${hostOf(i)}/hook-${i}`;
export const floodOrigin = (luck: number): string => hostOf(Math.floor(luck * HOSTS));

/** How a receiver of the flooding tenant answers: well, where undefined. */
export const floodReply = (url: string, now: number, { until }: Flood): Reply | undefined => {
  const host = /^https:\/\/f(\d+)\.flood\./.exec(url)?.[1];
  return host === undefined || now >= until ? undefined : REPLIES[Number(host) % REPLIES.length];
};

const actsOf = (chance: Rng, from: number): FloodAct[] =>
  Array.from({ length: Math.floor(LENGTH / ACTS_EVERY) }, (_, i) => ({
    at: from + i * ACTS_EVERY,
    deed: i < 4 ? 'submit many' : chance.pick(chance.is(0.5) ? FLOOD_DEEDS : HEAVIEST),
    luck: chance.next(),
  }));

/** The flood of a seed, if it has one, in a run that begins at `start` and has `length` for troubles. */
export const floodOf = (seed: number, start: number, length: number): Flood | undefined => {
  const chance = createRng(seed, STREAM);
  if (!chance.is(SHARE)) return undefined;
  const isCompared = chance.is(COMPARED);
  const from = Math.ceil(start + chance.between(0.1, 0.5) * length);
  const operations = Array.from({ length: OPERATIONS }, (_, i) => ({
    fields: { RegionId: 'cn-hangzhou', ClusterId: 'c-flood', OperationId: `flood-${i}` },
    script: [
      { at: from - MINUTE, state: 'running' as const },
      { at: Math.ceil(from + ((1 + (i % WAVES)) / (WAVES + 1)) * LENGTH), state: 'failed' as const },
    ],
  }));
  return { from, until: from + LENGTH, isCompared, operations, acts: actsOf(chance, from) };
};

/** Whether a cloud is asked about an operation of the flooding tenant. */
export const isFlooded = (id: string | undefined): boolean => id?.startsWith('flood-') ?? false;

/** A watch of the flooding tenant, or a delivery of one: what the others have is judged without them. */
export const isFlooders = (item: Item): item is WatchItem | DeliveryItem => {
  if (item.sk === 'watch') return (item as WatchItem).body.tenant === FLOODING;
  if (!item.sk.startsWith('delivery#')) return false;
  const { tenant, event } = (item as DeliveryItem).body;
  return tenant === FLOODING && !isNotice(event);
};
