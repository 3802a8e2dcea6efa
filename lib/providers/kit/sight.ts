/** Turns a cloud's state word into what was seen. */
import { noState, ofAnother } from '../../clouds/answer.ts';
import { capitals, code, type Fields, given, text, trimmed } from '../../clouds/fields.ts';
import type { CloudWords } from '../../core/errors.ts';
import { withoutCause } from '../../core/facts.ts';
import type { CloudStatus, Evidence, Facts, Memo, Observation, Progress } from '../../core/observation.ts';

/** The words a vendor documents, in capitals, and what each means. */
export type States = Readonly<Record<string, CloudStatus>>;

type Details = {
  readonly progress?: Progress | undefined;
  readonly facts?: Facts;
  readonly memo?: Memo | undefined;
  readonly run?: string | undefined;
  readonly note?: string | undefined;
  readonly evidence?: Evidence | undefined;
};

/**
 * The status of `word`, compared without the ASCII blanks around it and without regard to case, but exactly otherwise. A
 * word that is not documented means that the operation goes on, and is told as such. A success keeps no cause: what the
 * cloud puts where causes stand becomes its message. Throws RetryLater where there is no word at all.
 */
export const sightOf = (
  states: States,
  field: string,
  word: unknown,
  details: Details,
): Observation & { kind: 'seen' } => {
  const said = text(trimmed(text(word) ?? ''));
  if (said === undefined) throw noState(field, details.facts?.requestId);
  const key = capitals(said);
  const known = Object.hasOwn(states, key);
  const status = (known && states[key]) || 'running';
  const facts = details.facts && (status === 'succeeded' ? withoutCause(details.facts) : details.facts);
  return { kind: 'seen', status, word: said, known, ...given({ ...details, facts }) };
};

/** The cloud said that it does not know what was asked about. */
export const absentBy = ({ code, message, requestId }: CloudWords): Observation & { kind: 'absent' } => ({
  kind: 'absent',
  shows: `${code}: ${message}`,
  ...given({ requestId }),
});

/** Ids that a cloud writes in one case only are the same in any case: people paste them from pages that change it. */
export const inAnyCase = (id: string): string => capitals(trimmed(id));

/** Ids that a cloud writes in both cases. */
export const asWritten = (id: string): string => trimmed(id);

/**
 * Makes sure that an answer is about what was asked: throws RetryLater where `shown` has one of the ids of `asked` with another
 * value. An id that is left out is believed: the request named it.
 */
export const mustBeAbout = (
  asked: Readonly<Record<string, string>>,
  shown: Fields,
  requestId: string | undefined,
  written: (id: string) => string = inAnyCase,
): void => {
  for (const [name, id] of Object.entries(asked)) {
    const other = code(shown[name]);
    if (other !== undefined && written(other) !== written(id)) throw ofAnother(`${name} ${id}`, other, requestId);
  }
};
