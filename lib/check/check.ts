/**
 * Finds every fault that opwatch can find in a configuration without a network: its own faults, and the faults of the
 * submissions in its schedules.
 */
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

/**
 * Answers whether a submission can mean a connection that has a fault itself. If so, the check reports no fault of the
 * submission's `connection` field.
 */
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

/** Returns the faults of one submission of a schedule. Each fault carries its place in the configuration. */
const submissionFaults = (submission: unknown, input: unknown, config: Config, at: Path): ConfigFault[] => {
  const caller = withinTenant(THE_DEPLOYMENT, config.boundsFor(THE_DEPLOYMENT.tenant));
  const checked = checkSubmission(submission, { ...caller, config, now: 0 });
  const found = 'faults' in checked ? [...checked.faults, ...(checked.beyond ?? [])] : [];
  const faults = found.flatMap((fault) => {
    const parts = partsOf(fault.pointer);
    if (parts[0] === 'connection' && mayMeanFaulty(submission, input, config)) return [];
    // The default list of targets is a setting of its own. Its faults are reported at that setting.
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

/** Returns the faults of all submissions in the schedules. */
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

/** Returns every fault of a configuration and of the submissions in its schedules. Each place appears once. */
export const allFaults = (input: unknown): ConfigFault[] =>
  eachPlaceOnce([...configFaults(input), ...scheduleFaults(input)]);

/** Throws one ConfigError that lists all faults of a configuration, one line for each fault. */
export const mustBeSound = (input: unknown): void => {
  const faults = allFaults(input);
  if (faults.length > 0) throw new ConfigError(faults.map(lineOf));
};
