/** Time and chance. Functions get them as parameters, so that a test or a simulation can give them others. */
export type Clock = {
  /** Now, epoch ms. */
  readonly now: () => number;
  /** Chance, in [0, 1). */
  readonly chance: () => number;
  readonly uniqueId: () => string;
  readonly pause: (ms: number) => Promise<void>;
};
