/** Time and chance. Functions are handed them, so that a test or a simulation can hand others. */
export type Clock = {
  /** Now, epoch ms. */
  readonly now: () => number;
  /** Chance, in [0, 1). */
  readonly chance: () => number;
  readonly uniqueId: () => string;
  readonly pause: (ms: number) => Promise<void>;
};
