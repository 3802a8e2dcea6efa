/** Describes the bodies of requests by the schemas that check them, as far as JSON Schema can express those schemas. */

import { Extension } from '../lib/api/change-watches.ts';
import { Origin, ParkedRange } from '../lib/api/operate.ts';
import { providers } from '../lib/providers/index.ts';
import { Envelope, LABELS_MAX, Labels, SUBMISSIONS_MAX } from '../lib/submit/submission.ts';
import { convert, type Json } from './convert.ts';

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

export const INSTANT: Json = { type: 'string', format: 'date-time', description: 'An instant with its zone.' };
const DURATION: Json = {
  type: 'string',
  pattern: '^P(?=.)(\\d+W)?(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+S)?)?$',
  description: 'An ISO 8601 duration. opwatch does not accept months and years, because they have no fixed length.',
};
export const INSTANT_OR_DURATION: Json = { anyOf: [INSTANT, DURATION] };

const labels = (): Json => {
  const { propertyNames, additionalProperties } = convert(Labels);
  return {
    type: 'object',
    propertyNames,
    additionalProperties: { ...(additionalProperties as Json), maxLength: 256 },
    maxProperties: LABELS_MAX,
    description:
      'Every event contains the labels. A value has 256 bytes at most, and all labels together have 4 KiB at most.',
  };
};

const SAID: Readonly<Record<string, string>> = {
  connection: 'A connection of the configuration; left out, the default of the vendor or the only one.',
  notify:
    'Names of targets and https callbacks; left out, the default of the tenant or the configuration; `[]` only records.',
};

/** Returns one schema for each provider. So a reader sees the fields of its operation. */
const submissions = (): Readonly<Record<string, Json>> => {
  const { properties, required } = convert(Envelope) as { properties: Record<string, Json>; required: string[] };
  const common = {
    ...Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [
        name,
        { ...schema, ...(SAID[name] && { description: SAID[name] }) },
      ]),
    ),
    deadline: { ...INSTANT_OR_DURATION, description: 'At most seven days from now. The default is one day.' },
    labels: labels(),
  };
  return Object.fromEntries(
    providers.map(({ traits: { name, operation, vendor } }) => {
      const fields = convert(operation) as { required?: string[]; properties: Record<string, Json> };
      // A submission may leave out the project if its connection has one project of Huawei Cloud.
      const needed = (fields.required ?? []).filter((field) => !(vendor === 'huawei' && field === 'project_id'));
      const schema = {
        type: 'object',
        properties: { ...common, provider: { const: name }, operation: { ...fields, required: needed } },
        required: required.filter((field) => field !== 'labels'),
        additionalProperties: false,
      };
      return [`Submission-${name}`, schema];
    }),
  );
};

export const requestSchemas = (): Readonly<Record<string, Json>> => {
  const each = submissions();
  const mapping = Object.fromEntries(
    Object.keys(each).map((name) => [name.replace('Submission-', ''), ref(name).$ref]),
  );
  const range = convert(ParkedRange) as { properties: Record<string, Json> };
  const extension = convert(Extension) as { properties: Record<string, Json> };
  const origin = convert(Origin) as { properties: Record<string, Json> };
  return {
    ...each,
    Submission: {
      oneOf: Object.keys(each).map(ref),
      discriminator: { propertyName: 'provider', mapping },
      description: 'An operation to watch. docs/providers.md explains where to find its ids.',
    },
    Submissions: { type: 'array', items: ref('Submission'), minItems: 1, maxItems: SUBMISSIONS_MAX },
    Extension: { ...extension, properties: { deadline: INSTANT_OR_DURATION } },
    ParkedRange: {
      ...range,
      properties: {
        ...range.properties,
        target: { type: 'string', description: 'The name of a target, or a callback.' },
        from: INSTANT,
        to: { ...INSTANT, description: 'The default is now.' },
        cursor: { type: 'string', description: 'The cursor of the previous answer, to continue.' },
      },
    },
    Origin: {
      ...origin,
      properties: {
        origin: { type: 'string', format: 'uri', description: '`https://ci.example.com`, without a path.' },
      },
    },
  };
};

export const asRef = ref;
