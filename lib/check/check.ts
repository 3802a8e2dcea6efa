/** All that can be known of a configuration without leaving this machine: its own faults, and those of what its schedules submit. */
import { THE_DEPLOYMENT } from '../access/caller.ts';
import type { Fault } from '../access/problem.ts';
import { withinTenant } from '../access/within-tenant.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { configFaults } from '../config/config-faults.ts';
import { type ConfigFault, eachPlaceOnce, faultAt, isObject, lineOf } from '../config/faults.ts';
import { instead } from '../core/near.ts';
import { sentence } from '../core/sentences.ts';
import { parseInstant } from '../core/time.ts';
import { providers } from '../providers/index.ts';
import { checkSubmission, SUBMISSIONS_MAX } from '../submit/submission.ts';
import { soundPartsOf } from './sound.ts';

type Path = readonly string[];

const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Whether a connection could be meant that has a fault of its own: then nothing can be said of it here. */
const mayMeanFaulty = (submission: unknown, input: unknown, config: Config): boolean => {
  const { connection } = isObject(submission) ? submission : {};
  const given = isObject(input) && isObject(input.connections) ? Object.keys(input.connections) : [];
  const unread = given.filter((name) => !config.connections.has(name));
  return typeof connection === 'string' ? unread.includes(connection) : unread.length > 0;
};

const cureOf = ({ detail }: Fault, field: string | undefined, submission: unknown): string => {
  if (detail === sentence('missing')) return 'must be given';
  const { provider } = isObject(submission) ? submission : {};
  const meant = instead(
    String(provider),
    providers.map(({ traits }) => traits.name),
  );
  return field === 'provider' && meant.startsWith('did') ? `${detail}; ${meant}` : detail;
};

/** What is wrong with one submission of a schedule, at its place in the configuration. */
const submissionFaults = (submission: unknown, input: unknown, config: Config, at: Path): ConfigFault[] => {
  const caller = withinTenant(THE_DEPLOYMENT, config.boundsFor(THE_DEPLOYMENT.tenant));
  const checked = checkSubmission(submission, { ...caller, config, now: 0 });
  const found = 'faults' in checked ? [...checked.faults, ...(checked.beyond ?? [])] : [];
  const faults = found.flatMap((fault) => {
    const parts = partsOf(fault.pointer);
    if (parts[0] === 'connection' && mayMeanFaulty(submission, input, config)) return [];
    // Whom the configuration tells by default is a setting of its own, and told there.
    const isDefault =
      parts[0] === 'notify' && parts.length > 1 && isObject(submission) && submission.notify === undefined;
    if (isDefault) return [];
    return [faultAt(input, [...at, ...parts], cureOf(fault, parts[0], submission))];
  });
  const { deadline } = isObject(submission) ? submission : {};
  if (typeof deadline !== 'string' || parseInstant(deadline) === undefined) return faults;
  const place = [...at, 'deadline'];
  return [...faults, faultAt(input, place, 'must be a duration such as PT8H: a schedule submits again and again')];
};

/** What is wrong with what the schedules submit. */
const scheduleFaults = (input: unknown): ConfigFault[] => {
  const { schedules } = isObject(input) ? input : {};
  if (!Array.isArray(schedules)) return [];
  const config = soundPartsOf(input);
  return schedules.flatMap((schedule, i) => {
    const { submission } = isObject(schedule) ? schedule : {};
    const at = ['schedules', String(i), 'submission'];
    if (!Array.isArray(submission)) return isObject(submission) ? submissionFaults(submission, input, config, at) : [];
    if (submission.length === 0 || submission.length > SUBMISSIONS_MAX)
      return [faultAt(input, at, sentence('array_size', { count: String(SUBMISSIONS_MAX) }))];
    return submission.flatMap((one, n) => submissionFaults(one, input, config, [...at, String(n)]));
  });
};

/** Every fault of a configuration and of the submissions of its schedules, each place once. */
export const allFaults = (input: unknown): ConfigFault[] =>
  eachPlaceOnce([...configFaults(input), ...scheduleFaults(input)]);

/** Throws one ConfigError with everything that is wrong, one line each. */
export const mustBeSound = (input: unknown): void => {
  const faults = allFaults(input);
  if (faults.length > 0) throw new ConfigError(faults.map(lineOf));
};
