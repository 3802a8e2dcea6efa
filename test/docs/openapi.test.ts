/** docs/openapi.json is what the code makes of its schemas, its examples are run, and every route of the deployment is in it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { handler } from '../../functions/openapi.ts';
import type { HttpEvent } from '../../lib/access/http-event.ts';
import { written } from '../../openapi/document.ts';
import { EXAMPLES } from '../../openapi/examples.ts';
import { ask } from '../api/ask.ts';
import { faultsBy, openApiText as text } from '../helpers/openapi.ts';
import { submitted } from '../world/scenes.ts';
import { createWorld } from '../world/world.ts';

type Node = Readonly<Record<string, unknown>>;
type Operation = {
  readonly operationId: string;
  readonly security: readonly { readonly token: readonly string[] }[];
  readonly responses: Node;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Node } } };
};
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Node>> };
};

const document = JSON.parse(text) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
);

test('docs/openapi.json is what `npm run openapi` writes', () => {
  expect(text === written() ? '' : 'run `npm run openapi`').toBe('');
});

test('it has the routes that are deployed, and asks for a token where they do', () => {
  const yaml = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const events = yaml.matchAll(/httpApi:[^:]*method: (\w+),?\s+path: ('[^']+'|[^\s,}]+)(.*(?:\n {10}authorizer)?)/g);
  const deployed = [...events].map(([, method, path = '', rest = '']) => [
    `${method} ${path.replaceAll("'", '')}`,
    rest.includes('authorizer'),
  ]);
  const described = operations.map(([route, { security }]) => [route, security.length > 0]);
  expect(described.toSorted()).toEqual(deployed.toSorted());
});

test('every reference leads somewhere', () => {
  const references = [...text.matchAll(/"\$ref": "#\/([^"]+)"/g)].map(([, path = '']) => path);
  expect(references.length).toBeGreaterThan(100);
  const at = (path: string) =>
    path.split('/').reduce<unknown>((node, key) => (node as Node | undefined)?.[key], document);
  expect(references.filter((path) => at(path) === undefined)).toEqual([]);
});

describe('the scope that is named', () => {
  const guarded = operations.filter(([, { security }]) => security.length > 0);

  test.each(guarded)('of %s is the one that it needs', async (route, { security }) => {
    const [needed = ''] = security[0]?.token ?? [];
    const path = { id: `w_${'a'.repeat(26)}`, delivery: `msg_${'a'.repeat(26)}`, name: 'ci' };
    const others = ['submit', 'read', 'operate'].filter((scope) => scope !== needed).join(' ');
    const { status, body } = await ask(createWorld(), route, { path, body: {}, lambda: { scopes: others } });
    expect([status, body.detail]).toEqual([403, expect.stringContaining(`the scope "${needed}"`)]);
    expect((await ask(createWorld(), route, { path, body: {}, lambda: { scopes: needed } })).status).not.toBe(403);
  });
});

describe('an example', () => {
  const all = Object.entries(EXAMPLES).flatMap(([route, examples]) =>
    Object.entries(examples).map(([name, { value }]) => [route, name, value] as const),
  );

  test('is there for every route with a body', () => {
    const withBody = operations.filter(([, { requestBody }]) => requestBody).map(([route]) => route);
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(withBody.toSorted());
  });

  test.each(all)('of %s (%s) is what the schema says, and is taken', async (route, _, value) => {
    const [, operation] = operations.find(([each]) => each === route) ?? [];
    const schema = operation?.requestBody?.content['application/json'].schema ?? {};
    expect(faultsBy(schema, value)).toEqual([]);
    expect(faultsBy(schema, { ...(value as object), unknown: 1 })).not.toEqual([]);

    const world = createWorld();
    const id = await submitted(world);
    const { status, body } = await ask(world, route, { path: { id }, body: value });
    expect([route, status, body]).toEqual([
      route,
      Array.isArray(value) ? 207 : route === 'POST /watches' || route.endsWith('resend') ? 202 : 200,
      expect.anything(),
    ]);
    if (Array.isArray(value)) expect(body.map((each: { status: number }) => each.status)).toEqual(value.map(() => 202));
  });
});

describe('GET /openapi.json', () => {
  const get = (more: Partial<HttpEvent> = {}) => handler({ headers: {}, ...more } as HttpEvent);

  test('answers the document, and 304 to whoever has it', async () => {
    const { statusCode, headers, body } = await get();
    expect([statusCode, JSON.parse(body)]).toEqual([200, document]);
    const etag = headers.etag ?? '';
    const again = await get({ headers: { 'if-none-match': etag } });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    expect((await get({ headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200);
  });

  test('refuses a query', async () => {
    const { statusCode, headers } = await get({ rawQueryString: 'v=1' });
    expect([statusCode, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
  });
});
