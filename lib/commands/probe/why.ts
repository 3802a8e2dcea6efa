/** Finds the places in an answer that decided the outcome. Pure. */
import { code, fields, parseFields } from '../../clouds/fields.ts';
import { ClockSkew, LookError, RetryLater } from '../../core/errors.ts';
import type { Evidence, Observation } from '../../core/observation.ts';
import type { HttpAnswer } from '../../net/http.ts';
import type { Exchange, Look } from './look.ts';
import { span } from './span.ts';

/** The headers in which a cloud names the time for the next try, with the unit of each. */
const HINTS: Readonly<Record<string, string>> = { 'x-acs-retry-after': 'ms', 'retry-after': 's, or a date' };

const answersOf = (exchanges: readonly Exchange[]): HttpAnswer[] =>
  exchanges.flatMap(({ reply }) => (reply instanceof LookError ? [] : [reply])).reverse();

/** Lists the places of `wanted` in a body, as a value or as a name: `Operation.OperationState`, `Tasks[].Status`. */
const placesOf = (body: unknown, wanted: string, at = ''): string[] => {
  if (Array.isArray(body)) return body.flatMap((inner) => placesOf(inner, wanted, `${at}[]`));
  if (code(body) === wanted) return [at];
  return Object.entries(fields(body)).flatMap(([name, inner]) => {
    const place = at === '' ? name : `${at}.${name}`;
    return name === wanted ? [place] : placesOf(inner, wanted, place);
  });
};

/** Returns the likeliest place of `wanted` in the last answer that contains it. */
const targetName = (exchanges: readonly Exchange[], wanted: string, usual: RegExp): string | undefined => {
  for (const { body } of answersOf(exchanges)) {
    const places = placesOf(parseFields(body), wanted);
    if (places.length > 0) return places.find((place) => usual.test(place)) ?? places[0];
  }
  return undefined;
};

/** Returns one line for each cause of the outcome. */
export const whyOf = ({ outcome, exchanges, at }: Look): string[] =>
  outcome instanceof LookError ? whyNot(outcome, exchanges, at) : whySo(outcome, exchanges);

const EVIDENCE: Readonly<Record<Evidence, string>> = {
  inferred: 'opwatch infers this from the cluster, because the cloud does not show the action any more',
  untied: 'the cloud gives no id and no time that connects this end with the operation',
};

const whySo = (observation: Observation, exchanges: readonly Exchange[]): string[] => {
  if (observation.kind === 'unanswered') return [];
  if (observation.kind === 'absent') return [observation.shows];
  const { word, known, evidence, note } = observation;
  const place = targetName(exchanges, word, /stat(e|us)$/i) ?? 'the answer';
  const lines = [`${place} says ${word}${known ? '' : ', a word that the vendor does not document'}`];
  return [...lines, ...(evidence ? [EVIDENCE[evidence]] : []), ...(note === undefined ? [] : [note])];
};

const whyNot = (error: LookError, exchanges: readonly Exchange[], at: number): string[] => {
  const [answer] = answersOf(exchanges);
  const place = targetName(exchanges, error.code, /code$/i);
  return [
    ...(place === undefined ? [] : [`${place} says ${error.code}`]),
    ...(answer ? [`HTTP ${answer.status}`] : exchanges.length === 0 ? ['opwatch sent no request'] : []),
    ...(error instanceof ClockSkew ? [`date: the cloud’s clock is ${offBy(error.cloudTime - at)}`] : []),
    ...(error instanceof RetryLater && error.afterMs !== undefined ? hints(answer) : []),
  ];
};

const offBy = (ms: number): string => `${span(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'} this machine’s`;

const hints = (answer: HttpAnswer | undefined): string[] =>
  Object.entries(HINTS).flatMap(([name, unit]) => {
    const value = answer?.headers[name];
    return value === undefined ? [] : [`${name}: ${value} (${unit})`];
  });
