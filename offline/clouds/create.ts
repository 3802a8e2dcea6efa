/** Reads operations that a test begins. */
import { randomUUID } from 'node:crypto';
import type { Api } from './api.ts';
import { APIS } from './apis.ts';
import { check, isNotNegative, isNumber, isRecord, isText, optional } from './check.ts';
import { CLOUD_FAULTS, faultNamed } from './cloud-faults.ts';
import { courseBy, type Operation, type Phase, type Reason, type Timeline, wordFor } from './operation.ts';
import { endsWith, TIMELINES } from './scenarios.ts';

const DEFAULT_SECONDS = 20;
const OPTIONS = 'scenario timeline seconds agoSeconds keptSeconds fault times type reason absence'.split(' ');

/**
 * Reads what POST /_control/operations was sent; throws BadRequest with the reason.
 *
 * `api` and `operation` (the ids, named as the API names them) are needed. `scenario` is a timeline by name, or `=WORD` to
 * end with that word, or a fault by name, which then spoils the first looks on the way to success; `timeline` gives one by
 * hand, `fault` (for `times` looks) goes with any. `agoSeconds` lets it have begun earlier.
 */
export const parseOperation = (body: unknown, now: number): Operation => {
  check(isRecord(body), 'an operation must be a JSON object');
  const stranger = Object.keys(body).find((name) => !['api', 'operation', ...OPTIONS].includes(name));
  check(stranger === undefined, `there is no field ${stranger}; there are api, operation, ${OPTIONS.join(', ')}`);
  const api = APIS.find(({ name }) => name === body.api);
  check(api !== undefined, `api must be one of ${APIS.map(({ name }) => name).join(', ')}`);

  const seconds = (name: string, fallback: number): number =>
    optional(body[name], isNotNegative, fallback, `${name} must be a number of seconds`);
  const type = optional(body.type, isText, undefined, 'type must be a text');
  const reason = optional(body.reason, isReason, undefined, 'reason must have a code and a message');
  const absence = optional(body.absence, isText, undefined, 'absence must be a text');
  const ways = Object.keys(api.absences);
  check(absence === undefined || ways.includes(absence), `${api.name} can be absent as ${ways.join(', ')}`);

  const { timeline, ...spoiling } = storyOf(body, api);
  const beganAt = now - 1000 * seconds('agoSeconds', 0);
  const length = seconds('seconds', DEFAULT_SECONDS);
  return {
    api: api.name,
    ids: idsOf(body.operation, api),
    course: courseBy(timeline, api.states, beganAt, length),
    ...spoiling,
    beganAt,
    seconds: length,
    keptSeconds: seconds('keptSeconds', api.keptSeconds ?? Number.POSITIVE_INFINITY),
    serial: randomUUID(),
    ...(type !== undefined && { type }),
    ...(reason !== undefined && { reason }),
    ...(absence !== undefined && { absence }),
  };
};

/** The names that `scenario` may have for `api`, besides `=WORD` and `error:STATUS:CODE`. */
export const scenariosOf = (api: Api): readonly string[] => {
  const playable = Object.entries({ ...TIMELINES, ...api.timelines }).filter(
    ([, timeline]) => !wordless(timeline, api),
  );
  return [...playable.map(([name]) => name), ...Object.keys({ ...CLOUD_FAULTS, ...api.faults })];
};

type Story = Pick<Operation, 'fault' | 'times'> & { readonly timeline: Timeline };

const storyOf = (body: Readonly<Record<string, unknown>>, api: Api): Story => {
  const scenario = optional(body.scenario, isText, 'success', 'scenario must be a text');
  const spoils = faultNamed(scenario, api.faults) !== undefined;
  const named = spoils ? TIMELINES.success : timelineNamed(scenario, api);
  const timeline = optional(body.timeline, isTimeline, named, 'timeline must be [[from, phase], …]');
  check(timeline !== undefined, `${api.name} has no scenario ${scenario}; it has ${scenariosOf(api).join(', ')}`);
  check(!wordless(timeline, api), `${api.name} has no word for ${wordless(timeline, api)}`);

  const name = optional(body.fault, isText, spoils ? scenario : undefined, 'fault must be a text');
  if (name === undefined) return { timeline, times: 0 };
  const fault = faultNamed(name, api.faults);
  check(fault !== undefined, `${api.name} has no fault ${name}`);
  return { timeline, fault: name, times: optional(body.times, isNotNegative, fault.times, 'times must be a number') };
};

const timelineNamed = (name: string, api: Api): Timeline | undefined => {
  if (/^=./.test(name)) return endsWith(name.slice(1));
  return [api.timelines ?? {}, TIMELINES].find((table) => Object.hasOwn(table, name))?.[name];
};

/** The first phase in `timeline` that the API has no word for and does not play without one. */
const wordless = (timeline: Timeline, api: Api): string | undefined => {
  const mute: readonly string[] = ['absent', ...(api.mute ?? [])];
  const entry = timeline.find(
    ([, phase]) => !phase.startsWith('=') && !mute.includes(phase) && wordFor(phase as Phase, api.states) === undefined,
  );
  return entry?.[1];
};

const idsOf = (value: unknown, api: Api): Readonly<Record<string, string>> => {
  check(isRecord(value), `operation must hold ${api.fields.join(', ')}`);
  return Object.fromEntries(
    api.fields.map((field) => {
      const id = value[field];
      check(isText(id), `operation.${field} must be a text`);
      return [field, id];
    }),
  );
};

const isReason = (value: unknown): value is Reason => isRecord(value) && isText(value.code) && isText(value.message);

const isTimeline = (value: unknown): value is Timeline =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((entry) => Array.isArray(entry) && isNumber(entry[0]) && isText(entry[1]));
