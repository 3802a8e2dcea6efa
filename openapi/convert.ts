/** Valibot schemas as JSON Schemas (2020-12, the dialect of OpenAPI 3.1). */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

export type Json = Readonly<Record<string, unknown>>;

/** What JSON Schema cannot say, or says of the value behind a transformation alone. Descriptions and the function say it. */
const IGNORED = ['trim', 'to_upper_case', 'transform', 'check'];

/** `/u` patterns name classes that JSON Schema's readers do not all know: these ids hold more than blanks. */
const SOMETHING = '\\S';

/**
 * Converts a schema. One that is among `named` becomes a reference to it. An object of an answer is open: a client must ignore fields that
 * it does not know, for a new one raises no version.
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
  } = toJsonSchema(schema as never, {
    target: 'draft-2020-12',
    errorMode: 'ignore',
    ignoreActions: IGNORED,
    definitions: named as never,
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
