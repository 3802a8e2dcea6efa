/** Makes observations from the words of a cloud: a state word becomes a status. */
import { noState, ofAnother } from '../../clouds/answer.ts';
import { capitals, code, type Fields, given, text, trimmed } from '../../clouds/fields.ts';
import type { CloudWords } from '../../core/errors.ts';
import { withoutCause } from '../../core/facts.ts';
import type { CloudStatus, Evidence, Facts, Memo, Observation, Progress } from '../../core/observation.ts';

/** The words that a vendor documents, in capitals, and the status that each means. */
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
 * Returns the observation for a state word. The comparison ignores upper and lower case and the ASCII blanks around the
 * word. For a word that the vendor does not document, the operation goes on, and the observation marks the word as
 * unknown. A success has no reason, so a text in the field of the reason becomes its message. Throws RetryLater when
 * there is no word.
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

/** Returns the observation when the cloud says that it does not know the operation. */
export const absentBy = ({ code, message, requestId }: CloudWords): Observation & { kind: 'absent' } => ({
  kind: 'absent',
  shows: `${code}: ${message}`,
  ...given({ requestId }),
});

/**
 * Returns an id for comparison without regard to case. It is for ids that a cloud writes in one case only, because
 * people paste them from pages that change the case.
 */
export const inAnyCase = (id: string): string => capitals(trimmed(id));

/**
 * Returns an id for a comparison that distinguishes upper and lower case. It is for ids that a cloud writes in both.
 */
export const asWritten = (id: string): string => trimmed(id);

/**
 * Makes sure that an answer is about the requested operation. Throws RetryLater when `shown` has another value for one
 * of the ids of `asked`. An answer without the id is accepted, because the request named it.
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
