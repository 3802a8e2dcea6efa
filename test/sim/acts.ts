/** What callers may do beside submitting, as a plan has it. */
import type { Rng } from '../world/rng.ts';

export const DEEDS = [
  'list',
  'extend',
  'resend',
  'resend all',
  'dismiss',
  'dismiss all',
  'disable',
  'enable',
  'enable target',
] as const;
export type Deed = (typeof DEEDS)[number];

/** Something that a caller does; `luck` says to which of those that there are. */
export type Act = { readonly at: number; readonly deed: Deed; readonly operation: number; readonly luck: number };

export const ORIGINS = ['https://builds.example.com', 'https://ops.example.com'];
export const NAMED = ['chat', 'ci'];

export const actsOf = (chance: Rng, start: number, length: number): readonly Act[] =>
  Array.from({ length: 3 + chance.below(20) }, () => ({
    at: start + chance.next() * length,
    deed: chance.pick(DEEDS),
    operation: chance.below(5),
    luck: chance.next(),
  }));

export const picked = <T>(some: readonly T[], luck: number): T | undefined => some[Math.floor(luck * some.length)];

/** An origin that an act disables or enables. */
export const originOf = ({ luck }: Act): string => picked(ORIGINS, luck) ?? '';
