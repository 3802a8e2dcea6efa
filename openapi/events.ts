/** Describes the webhooks. It uses the published schemas of events and notices. */
import { readFileSync } from 'node:fs';
import type { Json } from './convert.ts';
import { asRef } from './requests.ts';

const read = (name: string): Json => JSON.parse(readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8'));

/** Returns a published schema and its definitions as components, with names such as `Event` and `Event-instant`. */
const componentsOf = (name: string, file: string): Readonly<Record<string, Json>> => {
  const renamed = JSON.stringify(read(file)).replaceAll('"#/$defs/', `"#/components/schemas/${name}-`);
  const { $schema: _, $id: __, $defs = {}, ...schema } = JSON.parse(renamed) as Json;
  const definitions = Object.entries($defs as Readonly<Record<string, Json>>);
  return {
    [name]: schema,
    ...Object.fromEntries(definitions.map(([each, definition]) => [`${name}-${each}`, definition])),
  };
};

export const eventSchemas = (): Readonly<Record<string, Json>> => {
  const { Event = {}, ...definitions } = componentsOf('Event', 'events.schema.json');
  const { data, ...properties } = Event.properties as Readonly<Record<string, Json>>;
  return {
    Event: { ...Event, properties: { ...properties, data: asRef('EventData') } },
    EventData: data ?? {},
    ...definitions,
    ...componentsOf('Notice', 'notices.schema.json'),
  };
};

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: true,
  schema: { type: 'string' },
  description,
});

const webhook = (operationId: string, summary: string, schema: string): Json => ({
  post: {
    operationId,
    tags: ['webhooks'],
    summary,
    description: 'docs/webhooks.md explains how a receiver verifies the signature, and what its answers mean.',
    security: [],
    parameters: [
      header('webhook-id', 'The same for every attempt: a receiver acts once on each id.'),
      header('webhook-timestamp', 'When this attempt was made, in seconds since 1970.'),
      header('webhook-signature', 'Standard Webhooks 1.0: signatures separated by blanks, `v1` or `v1a`.'),
    ],
    requestBody: { required: true, content: { 'application/json': { schema: asRef(schema) } } },
    responses: {
      '2XX': { description: 'The receiver has accepted the event.' },
      '410': { description: 'The receiver wants no more events. opwatch disables the target.' },
      default: {
        description:
          'opwatch sends the event again later. It makes ten attempts within about three days. It obeys a `Retry-After` of up to one day.',
      },
    },
  },
});

export const webhooks = (): Json => ({
  event: webhook('onEvent', 'An operation is over, needs a person, or goes on', 'Event'),
  notice: webhook('onNotice', 'Operators are told of a trouble of opwatch itself', 'Notice'),
});
