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
    file: 'lib/core/target-limiter.ts',
    code: 'recent: [], seats: []',
    becomes: ['["Stryker was here"]'],
    why: 'no seat, and so without an end: the next who enters drops it',
  },
  {
    file: 'lib/net/redact.ts',
    code: "const [first = '', ...others]",
    becomes: ['"Stryker was here!"'],
    why: 'never reached: what is split has a first part, and only the compiler cannot know',
  },
  {
    file: 'lib/net/redact.ts',
    code: "const value = scalar.startsWith('\"')",
    becomes: ["scalar.endsWith('\"')"],
    why: 'the same: what begins with a quote ends with one',
  },
  {
    file: 'lib/net/redact.ts',
    code: '} catch {',
    becomes: ['{}'],
    why: 'the same: undefined is no more true than false',
  },
  {
    file: 'lib/net/redact.ts',
    code: 'x-sdk-date`.split(',
    becomes: ['/\\s/'],
    why: 'one more word, the empty one, and no header has that name',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: 'const dotted =',
    becomes: ['/[\\d.]*\\.\\d+/'],
    why: 'the same: dots stand at the end of an address only',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: "const [head = '', tail = '']",
    becomes: ['"Stryker was here!"'],
    why: 'never reached: what is split has a first part, and only the compiler cannot know',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: "const [base = '', length = '']",
    becomes: ['"Stryker was here!"'],
    why: 'never reached: every range has a length',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: 'url.hostname.replace(/^\\[|\\]$/g',
    becomes: ['/\\[|\\]$/g', '/^\\[|\\]/g'],
    why: 'the same: brackets stand around a host only',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: "(error) => callback(error, '')",
    becomes: ['"Stryker was here!"'],
    why: 'nobody reads an address beside an error',
  },
  {
    file: 'lib/core/decide.ts',
    code: 'watch.trouble?.since ?? now',
    becomes: ['watch.trouble.since'],
    why: 'the same: a look without an answer leaves trouble',
  },
  {
    file: 'lib/core/decide.ts',
    code: 'history.at(-1)?.at',
    becomes: ['history.at(-1).at'],
    why: 'the same: a history begins with the submission',
  },
  {
    file: 'lib/core/target-limiter.ts',
    code: 'mergeable = [] } = wish',
    becomes: ['["Stryker was here"]'],
    why: 'the same: one that can share a message asks for no fewer slots than one that cannot',
  },
];
