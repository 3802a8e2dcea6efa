/** Stories of an API that is asked by the operation's own id: each answer tells of that operation, or of another one. */
import fc from 'fast-check';
import type { Reply } from './scripted.ts';
import type { Story } from './truth.ts';

type Ids = Readonly<Record<string, string>>;

export type ById = {
  readonly operation: Ids;
  /** The ids that an answer repeats. */
  readonly ids: readonly string[];
  /** Whether the cloud writes these ids in one case only, so that the other case names the same. */
  readonly inAnyCase: readonly string[];
  /** Ids without which an answer names nothing: those of the lines of a list. */
  readonly needed?: readonly string[];
  /** The words that the API documents. */
  readonly words: readonly string[];
  readonly success: string;
  /** An answer of these ids and this word. `noise` is anything else that the API tells: times, reasons, outputs. */
  readonly answer: (ids: Partial<Ids>, word: string, noise: Noise) => object;
};

export type Noise = { readonly at: number; readonly text: string; readonly number: number };

const noise: fc.Arbitrary<Noise> = fc.record({
  // Seconds, milliseconds and microseconds, from long ago until far ahead.
  at: fc.constantFrom(0, 1_600_000_000, 1_767_322_800, 1_767_322_800_000, 1_767_322_800_000_000, 4_000_000_000_000),
  text: fc.constantFrom('', '[]', 'success', 'SUCCESS', 'COMPLETED', 'Sold out.', '{"success":true}'),
  number: fc.nat(40),
});

const other = (id: string): string => `${id.slice(0, -1)}${id.endsWith('7') ? '8' : '7'}`;

const swapped = (id: string): string => (id === id.toUpperCase() ? id.toLowerCase() : id.toUpperCase());

/** How an answer writes one of the ids, and whether it still names what was asked about. */
type Writing = {
  readonly write: (id: string) => string | undefined;
  readonly isSame: (name: string, api: ById) => boolean;
};

const WRITINGS: Readonly<Record<string, Writing>> = {
  same: { write: (id) => id, isSame: () => true },
  blanks: { write: (id) => ` ${id}\n`, isSame: () => true },
  none: { write: () => undefined, isSame: (name, { needed = [] }) => !needed.includes(name) },
  swapped: { write: swapped, isSame: (name, { inAnyCase }) => inAnyCase.includes(name) },
  other: { write: other, isSame: () => false },
  longer: { write: (id) => `${id}0`, isSame: () => false },
};

const spelled = (word: string): fc.Arbitrary<readonly [spelling: string, isWord: boolean]> =>
  fc.constantFrom<readonly [string, boolean]>(
    [word, true],
    [word.toLowerCase(), true],
    [` ${word}\n`, true],
    [`${word}S`, false],
    [word.replace(/S/gi, 'ſ'), !/s/i.test(word)],
  );

/** Answers that tell nothing of the operation, though the words in them might. */
const NOTHING: readonly Reply[] = [
  { status: 500, body: { Code: 'InternalError', Message: 'SUCCESS' } },
  { status: 400, body: { Code: 'SystemBusy', Status: 'SUCCESS' } },
  { status: 404, body: { Code: 'ResourceNotFound' } },
  { body: '<html>SUCCESS COMPLETED</html>' },
  { body: '' },
  { body: { RequestId: 'r-1', Code: 200 } },
  { body: { RequestId: 'r-1', Code: 200, Tasks: [] } },
];

export const storiesById = (api: ById): fc.Arbitrary<Story> => {
  const writing = fc.constantFrom(...Object.keys(WRITINGS));
  const written = fc.tuple(...api.ids.map(() => fc.oneof({ weight: 3, arbitrary: fc.constant('same') }, writing)));
  const answered = fc
    .tuple(
      written,
      fc.constantFrom(...api.words).chain((word) => fc.tuple(fc.constant(word), spelled(word))),
      noise,
    )
    .map(([ways, [word, [spelling, isWord]], told]) => {
      const each = api.ids.map((name, i) => ({
        name,
        way: WRITINGS[ways[i] ?? 'same'],
        id: api.operation[name] ?? '',
      }));
      const ids = Object.fromEntries(each.map(({ name, way, id }) => [name, way?.write(id)]));
      const isOurs = each.every(({ name, way }) => way?.isSame(name, api));
      return { told: { body: api.answer(ids, spelling, told) }, succeeds: isOurs && isWord && word === api.success };
    });
  const silent = fc.constantFrom(...NOTHING).map((told) => ({ told, succeeds: false }));
  const look = fc.tuple(fc.integer({ min: 1, max: 1_200 }), fc.oneof({ weight: 4, arbitrary: answered }, silent));
  return fc.array(look, { minLength: 1, maxLength: 6 }).map((looks) => {
    let seconds = 0;
    return {
      operation: api.operation,
      looks: looks.map(([later, { told, succeeds }]) => {
        seconds += later;
        return { step: [seconds, told] as const, succeeds };
      }),
    };
  });
};
