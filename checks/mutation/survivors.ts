export type Survivor = {
  readonly file: string;
  /** Part of the line it is in. */
  readonly code: string;
  /** What stands in place of a part of it. */
  readonly becomes: readonly string[];
  readonly why: string;
};

/** Mutants that no test can or should kill. One that is not listed fails the check, and so does one that is killed by now. */
export const SURVIVORS: readonly Survivor[] = [
  {
    file: 'lib/clouds/signing.ts',
    code: '.sort(([a], [b]) => (a < b ? -1 : 1))',
    becomes: ['a <= b'],
    why: 'the same: no two headers have one name',
  },
  {
    file: 'lib/clouds/encoding.ts',
    code: "encode(pairs[name] ?? '')",
    becomes: ['"Stryker was here!"'],
    why: 'never reached: each name is one of the pairs, and only the compiler cannot know',
  },
  {
    file: 'lib/targets/kit/sigv4.ts',
    code: '.sort(([a], [b]) => (a < b ? -1 : 1))',
    becomes: ['a <= b'],
    why: 'the same: no two headers have one name',
  },
  {
    file: 'lib/turn.ts',
    code: 'recent: [], seats: []',
    becomes: ['["Stryker was here"]'],
    why: 'no seat, and so without an end: the next who enters drops it',
  },
];
