/** Finds the faults of an input by a schema, and describes them in opwatch's own sentences. Pure. */
import * as v from 'valibot';
import { type Fault, pointer } from '../access/problem.ts';
import { sentence } from '../core/sentences.ts';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const faultsOf = (issues: readonly v.BaseIssue<unknown>[], base: string): Fault[] =>
  issues.map((issue) => ({
    pointer: pointer(base, ...(issue.path ?? []).map(({ key }) => String(key))),
    detail: wording(issue),
  }));

/**
 * Reads `input` by `schema`, and returns the result and every fault. Valibot alone names only the first unknown field.
 * It also accepts names that every object inherits, such as `constructor`. This function reports every unknown field
 * and every such name.
 */
export const check = <T>(schema: v.GenericSchema<unknown, T>, input: Record<string, unknown>, base: string) => {
  const read = v.safeParse(schema, input);
  const known = 'entries' in schema && isObject(schema.entries) ? schema.entries : undefined;
  const unknown = known ? Object.keys(input).filter((name) => !Object.hasOwn(known, name)) : [];
  const others = (read.issues ?? []).filter((issue) => !(known && isUnknownField(issue) && issue.path?.length === 1));
  const faults = [
    ...faultsOf(others, base),
    ...unknown.map((name) => ({ pointer: pointer(base, name), detail: UNKNOWN_FIELD })),
  ];
  return { faults, ...(read.success && { output: read.output }) };
};

const UNKNOWN_FIELD = sentence('unknown_field');
const isUnknownField = ({ type, expected }: v.BaseIssue<unknown>): boolean =>
  type === 'strict_object' && expected === 'never';

const wording = (issue: v.BaseIssue<unknown>): string => {
  const { kind, type, received, message } = issue;
  if (kind !== 'schema') return message;
  if (isUnknownField(issue)) return UNKNOWN_FIELD;
  if (received === 'undefined') return sentence('missing');
  return message.startsWith('Invalid') ? sentence(KINDS[type] ?? 'not_object') : message;
};

/** The key of the sentence for a wrong kind of value, by valibot's name of the schema. */
const KINDS: Readonly<Record<string, 'not_string' | 'not_array'>> = { string: 'not_string', array: 'not_array' };
