/**
 * Collects the components of the document: the schemas of answers by their names, and the schemas of requests and
 * events.
 */

import type * as v from 'valibot';
import * as answers from '../lib/api/answers.ts';
import { convert, type Json } from './convert.ts';
import { eventSchemas } from './events.ts';
import { requestSchemas } from './requests.ts';

const { ANSWERS, DELIVERY_ID: _, WATCH_ID: __, ...exported } = answers;
const NAMED: Readonly<Record<string, v.GenericSchema>> = {
  ...exported,
  Document: ANSWERS['GET /openapi.json']?.good[200] ?? exported.Problem,
};

/** Returns the name of an answer's schema. Throws where the schema has no name. */
export const nameOf = (schema: v.GenericSchema): string => {
  const [name] = Object.entries(NAMED).find(([, each]) => each === schema) ?? [];
  if (name === undefined) throw new Error('a schema of an answer is not exported');
  return name;
};

const GATEWAY_MESSAGE: Json = {
  type: 'object',
  properties: { message: { type: 'string' } },
  required: ['message'],
  description: 'An answer of API Gateway, in its own words.',
};

/** A schema must not become a reference to itself. */
const others = (name: string) => Object.fromEntries(Object.entries(NAMED).filter(([each]) => each !== name));

const all = (): Json => ({
  ...Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, convert(schema, others(name), true)])),
  ...requestSchemas(),
  ...eventSchemas(),
  GatewayMessage: GATEWAY_MESSAGE,
});

/** Returns the components in the order of their names. The order of a module's exports depends on the loader. */
export const schemas = (): Json => Object.fromEntries(Object.entries(all()).sort(([a], [b]) => (a < b ? -1 : 1)));
