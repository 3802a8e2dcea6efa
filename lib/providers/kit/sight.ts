/** Turns a cloud's state word into what was seen. */
import { noState } from '../../clouds/answer.ts';
import { capitals, given, text, trimmed } from '../../clouds/fields.ts';
import type { CloudWords } from '../../errors.ts';
import type { CloudStatus, Evidence, Facts, Memo, Observation, Progress } from '../provider.ts';

/** The words a vendor documents, in capitals, and what each means. */
export type States = Readonly<Record<string, CloudStatus>>;

type Details = {
  readonly progress?: Progress | undefined;
  readonly facts?: Facts;
  readonly memo?: Memo;
  readonly run?: string | undefined;
  readonly note?: string | undefined;
  readonly evidence?: Evidence | undefined;
};

/**
 * The status of `word`, compared without the ASCII blanks around it and without regard to case, but exactly otherwise. A word that is not documented means that the
 * operation goes on, and is told as such. Throws RetryLater where there is no word at all.
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
  return { kind: 'seen', status: (known && states[key]) || 'running', word: said, known, ...given(details) };
};

/** The cloud said that it does not know what was asked about. */
export const absentBy = ({ code, message, requestId }: CloudWords): Observation & { kind: 'absent' } => ({
  kind: 'absent',
  shows: `${code}: ${message}`,
  ...given({ requestId }),
});
