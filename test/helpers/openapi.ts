/** docs/openapi.json, and whether a value is what one of its schemas says. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

type Node = Readonly<Record<string, unknown>>;

export const openApiText = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { uri: true, 'date-time': true } });
ajv.addSchema(JSON.parse(openApiText), 'openapi');

/** What is wrong with a value by a schema that may refer to the document's components. */
export const faultsBy = (schema: Node, value: unknown): readonly unknown[] => {
  const isValid = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')));
  return isValid(value) ? [] : (isValid.errors ?? []);
};
