/** How a target answered, and how often it may be told: what deliveries and targets have in common. */

/** What became of one attempt, named by what happens next. */
export type Verdict =
  | { readonly kind: 'delivered' }
  /** Try again, on the schedule or when the receiver asked for. */
  | {
      readonly kind: 'retry';
      /** Our words, and behind them the receiver's own code and words: bounded, and masked as the answer that was judged. */
      readonly reason: string;
      readonly afterMs?: number;
      /** It is told too often or is overwhelmed: everything for it goes slower. */
      readonly slow?: true;
      /** In its own words this place is gone for good: a person has to act. Attempts go on, for the person may. */
      readonly ended?: true;
    }
  /** The receiver wants nothing more, ever (410). */
  | { readonly kind: 'gone'; readonly reason: string };

/** How often a place may be told; both hold where both are given. */
export type Rate = { readonly perSecond?: number | undefined; readonly perMinute?: number | undefined };
