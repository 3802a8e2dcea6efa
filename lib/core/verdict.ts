/** Verdicts and rates: the part that deliveries and targets have in common. */

/** The meaning of an answer. The kind says what happens next. */
export type Verdict =
  | { readonly kind: 'delivered' }
  /** Try again, by the schedule or at the time that the receiver asked for. */
  | {
      readonly kind: 'retry';
      /** Our words, then the receiver's own code and words. The text is bounded and masked. */
      readonly reason: string;
      readonly afterMs?: number;
      /** The receiver asks for fewer messages, or it is overloaded. opwatch slows down for this target. */
      readonly slow?: true;
      /**
       * The receiver says that it is gone for good, so a person has to act. Attempts go on, because the person may act
       * in time.
       */
      readonly ended?: true;
    }
  /** The receiver wants nothing more, ever (410). */
  | { readonly kind: 'gone'; readonly reason: string };

/** The number of messages that a target may get. Both limits hold if both are given. */
export type Rate = { readonly perSecond?: number | undefined; readonly perMinute?: number | undefined };
