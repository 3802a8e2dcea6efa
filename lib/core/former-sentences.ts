/**
 * The English of earlier releases for sentences that have other words today. Items of those releases hold it, and a
 * target in another language still gets these items in its language (docs/decisions/0006-kept-sentences.md). Pure.
 *
 * An item is kept for 30 days, and an upgrade passes over no release. A later release may remove a row.
 */
import type { FAULTS } from './fault-sentences.ts';
import type { NOTES } from './note-sentences.ts';
import type { REASONS } from './reason-sentences.ts';
import type { TERMS } from './sentences.ts';

type Former<T> = Readonly<Partial<Record<keyof T, string>>>;

export const FORMER: {
  readonly note: Former<typeof NOTES>;
  readonly reason: Former<typeof REASONS>;
  readonly fault: Former<typeof FAULTS>;
  readonly term: Former<typeof TERMS>;
} = {
  note: {
    bps_late:
      'BPStudio keeps an operation for one hour and shows no Data for this one: it was asked for more than an hour after it was submitted here, and never seen',
    bps_never_seen:
      'BPStudio keeps an operation for one hour and shows no Data for this one: it was never seen, so it ended more than an hour ago or the id is none',
  },
  reason: { of_another: 'Asked about {wanted}, told about {told}' },
  fault: {
    none_allowed: 'this token may use none of {name}',
    tells_nobody:
      'names nobody and the configuration has no default: name targets or https callbacks, or [] to only record',
    unknown_target: 'names no configured target and is no https URL: there is no {name}, but {names}',
    no_such_target: 'names no configured target and is no https URL',
    context_field: 'is missing: the context of its commit status holds {name}',
    may_not_use: 'this token may not use {asked}, only {allowed}: name what it may, or use a token that may more',
    may_not_tell:
      'this token may not have {asked} told, only {allowed}: name what it may, or use a token that may more',
    watch_full: 'watch {watch} tells {count} targets already, of {most} at most',
    watch_stands: 'watch {watch} stands with the fields of its first submission: {needs}',
  },
  term: { default_targets: 'each target that is told by default' },
};
