/**
 * Writes a look as text for a person. It masks and shortens all values from outside, and removes control characters for
 * the terminal.
 */

import type { Fault } from '../../access/problem.ts';
import type { Config } from '../../config/config.ts';
import { LookError } from '../../core/errors.ts';
import type { Observation, Progress } from '../../core/observation.ts';
import { plain } from '../../core/text.ts';
import type { HttpAnswer } from '../../net/http.ts';
import { type Redactor, redactHeaders, redactorOf } from '../../net/redact.ts';
import type { Exchange, Look } from './look.ts';
import { nextOf } from './next.ts';
import { span } from './span.ts';
import { whyOf } from './why.ts';

/** The report shows this many bytes of a body at most. --record keeps the whole body. */
const BODY_BYTES = 8_192;
const LINE_BYTES = 1_024;

/** The answer headers that the report shows: those that influence opwatch, and those that a vendor's support needs. */
const OF_INTEREST =
  'date server content-type content-encoding location retry-after x-acs-retry-after x-acs-request-id x-request-id'.split(
    ' ',
  );

export const faultsReport = (faults: readonly Fault[]): string =>
  [
    'The API would refuse this submission:',
    ...faults.map(({ pointer, detail }) => `  ${pointer || '/'} ${detail}`),
  ].join('\n');

export const lookReport = (look: Look, config: Config, secrets: readonly string[]): string => {
  const { submission, connection, discarded, exchanges, outcome, tookMs } = look;
  const calls = discarded.length + exchanges.length;
  const mask = redactorOf(secrets);
  const linesOf = (exchange: Exchange) => exchangeLines(exchange, mask);
  const lines = [
    `${submission.provider.traits.name} through connection ${connection.name}: ${calls} call${calls === 1 ? '' : 's'} in ${span(tookMs)}`,
    ...discarded.flatMap(linesOf),
    ...(discarded.length > 0
      ? ['', 'The clocks differ too much: opwatch signed the request again with the time of the cloud.']
      : []),
    ...exchanges.flatMap(linesOf),
    '',
    headline(outcome, mask),
    ...(outcome instanceof LookError ? [] : factLines(outcome, mask)),
    ...labeled('why', whyOf(look), mask),
    ...labeled('next', nextOf(look, config), mask),
  ];
  return lines.map(mask).join('\n');
};

/**
 * Returns a text as one short line. It masks the text first and cuts it afterwards. After a cut through a secret, the
 * mask could not find the rest of the secret.
 */
const short = (text: string, mask: Redactor): string => plain(mask(text), LINE_BYTES);

const exchangeLines = ({ request, reply, tookMs }: Exchange, mask: Redactor): string[] => [
  '',
  `> ${request.method} ${short(request.url, mask)}`,
  ...headerLines(redactHeaders(request.headers), mask),
  ...(request.body === undefined ? [] : bodyLines(mask(request.body))),
  '',
  ...(reply instanceof LookError
    ? [`< no answer after ${span(tookMs)}: ${short(`${reply.code}: ${reply.message}`, mask)}`]
    : answerLines(reply, tookMs, mask)),
];

const answerLines = (answer: HttpAnswer, tookMs: number, mask: Redactor): string[] => {
  const shown = Object.entries(redactHeaders(answer.headers)).filter(([name]) => OF_INTEREST.includes(name));
  return [
    `< HTTP ${answer.status} after ${span(tookMs)}`,
    ...headerLines(Object.fromEntries(shown), mask),
    ...bodyLines(mask(answer.body)),
  ];
};

const headerLines = (headers: Readonly<Record<string, string>>, mask: Redactor): string[] =>
  Object.entries(headers).map(([name, value]) => `  ${name}: ${short(value, mask)}`);

const bodyLines = (body: string): string[] => {
  if (body === '') return ['  (no body)'];
  return plain(pretty(body), BODY_BYTES)
    .split('\n')
    .map((line) => `  ${line}`);
};

const pretty = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
};

const headline = (outcome: Look['outcome'], mask: Redactor): string => {
  if (outcome instanceof LookError) return short(`${outcome.name}: ${outcome.code}: ${outcome.message}`, mask);
  return outcome.kind === 'seen' ? outcome.status : 'absent: the cloud does not know the operation';
};

const labeled = (label: string, lines: readonly string[], mask: Redactor): string[] =>
  lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(9)}${short(line, mask)}`);

const factLines = (observation: Observation, mask: Redactor): string[] => {
  if (observation.kind !== 'seen') return [];
  const { progress, facts = {} } = observation;
  return [
    ...(progress ? labeled('progress', [progressText(progress)], mask) : []),
    ...labeled(
      'facts',
      Object.entries(facts).map(([name, value]) => `${name}: ${factText(value)}`),
      mask,
    ),
  ];
};

const progressText = (progress: Progress): string =>
  'percent' in progress ? `${progress.percent} %` : `${progress.done} of ${progress.total}`;

const factText = (value: string | number): string =>
  typeof value === 'number' ? new Date(value).toISOString() : value.replaceAll('\n', ' ');
