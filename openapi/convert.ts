/** Converts valibot schemas into JSON Schemas (2020-12, the dialect of OpenAPI 3.1). */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

export type Json = Readonly<Record<string, unknown>>;

/**
 * JSON Schema cannot express these actions, or it describes only the value after a transformation. The descriptions
 * explain these rules, and the function that answers a request checks them.
 */
const IGNORED = ['trim', 'to_upper_case', 'transform', 'check'];

/**
 * A `/u` pattern contains classes of characters that not all readers of JSON Schema know. This pattern says only that
 * an id holds more than blanks.
 */
const SOMETHING = '\\S';

/**
 * Converts a schema. A schema in `named` becomes a reference. An object of an answer allows further fields. A client
 * must ignore unknown fields, because a new field does not change the version.
 */
export const convert = (
  schema: v.GenericSchema,
  named: Readonly<Record<string, v.GenericSchema>> = {},
  isOpen = false,
): Json => {
  const {
    $schema: _,
    $defs: __,
    ...converted
  } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    errorMode: 'ignore',
    ignoreActions: IGNORED,
    definitions: named,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
    overrideAction: ({ valibotAction, jsonSchema }) => {
      if (valibotAction.type !== 'regex') return undefined;
      const { source, flags } = (valibotAction as unknown as { readonly requirement: RegExp }).requirement;
      return { ...jsonSchema, pattern: flags.includes('u') ? SOMETHING : source };
    },
  });
  return (isOpen ? opened(converted) : converted) as Json;
};

const opened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => !(key === 'additionalProperties' && inner === false));
  return Object.fromEntries(entries.map(([key, inner]) => [key, opened(inner)]));
};
