/** The components of the document: schemas of answers by their names, of requests and of events. */

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

/** Throws where an answer's schema has no name. */
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

/** A schema is not made a reference to itself. */
const others = (name: string) => Object.fromEntries(Object.entries(NAMED).filter(([each]) => each !== name));

const all = (): Json => ({
  ...Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, convert(schema, others(name), true)])),
  ...requestSchemas(),
  ...eventSchemas(),
  GatewayMessage: GATEWAY_MESSAGE,
});

/** By name: in which order a module's exports come is for its loader to say. */
export const schemas = (): Json => Object.fromEntries(Object.entries(all()).sort(([a], [b]) => (a < b ? -1 : 1)));
