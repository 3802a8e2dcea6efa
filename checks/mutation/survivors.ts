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
    why: 'The result is the same, because no two headers have one name.',
  },
  {
    file: 'lib/clouds/encoding.ts',
    code: "encode(pairs[name] ?? '')",
    becomes: ['"Stryker was here!"'],
    why: 'No run reaches this value, because each name is one of the pairs. The compiler cannot know this.',
  },
  {
    file: 'lib/targets/kit/sigv4.ts',
    code: '.sort(([a], [b]) => (a < b ? -1 : 1))',
    becomes: ['a <= b'],
    why: 'The result is the same, because no two headers have one name.',
  },
  {
    file: 'lib/core/target-limiter.ts',
    code: 'recent: [], seats: []',
    becomes: ['["Stryker was here"]'],
    why: 'This text is no permit and has no end, so the next caller drops it.',
  },
  {
    file: 'lib/net/redact.ts',
    code: "const [first = '', ...others]",
    becomes: ['"Stryker was here!"'],
    why: 'No run reaches this value, because a split text has a first part. The compiler cannot know this.',
  },
  {
    file: 'lib/net/redact.ts',
    code: "const value = scalar.startsWith('\"')",
    becomes: ["scalar.endsWith('\"')"],
    why: 'The result is the same, because a text that begins with a quote ends with one.',
  },
  {
    file: 'lib/net/redact.ts',
    code: '} catch {',
    becomes: ['{}'],
    why: 'The result is the same, because JavaScript treats undefined like false here.',
  },
  {
    file: 'lib/net/redact.ts',
    code: 'x-sdk-date`.split(',
    becomes: ['/\\s/'],
    why: 'The list gets one more word, the empty one, and no header has that name.',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: 'const dotted =',
    becomes: ['/[\\d.]*\\.\\d+/'],
    why: 'The result is the same, because dots stand only at the end of an address.',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: "const [head = '', tail = '']",
    becomes: ['"Stryker was here!"'],
    why: 'No run reaches this value, because a split text has a first part. The compiler cannot know this.',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: "const [base = '', length = '']",
    becomes: ['"Stryker was here!"'],
    why: 'No run reaches this value, because every range has a length.',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: 'url.hostname.replace(/^\\[|\\]$/g',
    becomes: ['/\\[|\\]$/g', '/^\\[|\\]/g'],
    why: 'The result is the same, because brackets stand only around a host.',
  },
  {
    file: 'lib/net/address-guard.ts',
    code: "(error) => callback(error, '')",
    becomes: ['"Stryker was here!"'],
    why: 'No caller reads an address beside an error.',
  },
  {
    file: 'lib/core/decide.ts',
    code: 'watch.trouble?.since ?? now',
    becomes: ['watch.trouble.since'],
    why: 'The result is the same, because a look without an answer leaves trouble.',
  },
  {
    file: 'lib/core/decide.ts',
    code: 'history.at(-1)?.at',
    becomes: ['history.at(-1).at'],
    why: 'The result is the same, because a history begins with the submission.',
  },
  {
    file: 'lib/core/target-limiter.ts',
    code: 'mergeable = [] } = wish',
    becomes: ['["Stryker was here"]'],
    why: 'The result is the same. A delivery that can share a message asks for at least as many slots as one that cannot.',
  },
];
