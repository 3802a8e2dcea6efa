/**
 * Receivers that echo what they were sent. For every type of target, and every way in which servers write a request into an
 * answer: no secret is in a row, a log line or an answer of the API.
 */
import { describe, expect, test } from 'vitest';
import { signLink } from '../../lib/access/link.ts';
import { openLink } from '../../lib/api/open-link.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import { type TargetInput, targetTypes } from '../../lib/targets/index.ts';
import { everyTarget } from '../../offline/inbox/targets.ts';
import { ask } from '../api/ask.ts';
import { HOUR } from '../samples.ts';
import { pass, stage, watchOf } from '../world/scenes.ts';
import { configWith, LINK_KEY, operatorsCalled } from '../world/settings.ts';
import { createWorld, type World } from '../world/world.ts';

const TOKEN = 'canary-Tk4f0c9a7b1d2e';
const SIGN = 'SECcanary9c3a71e5b8d2f604';
const SIGNING = `whsec_${Buffer.from('canary-signing-secret-of-32-byte').toString('base64')}`;
const SESSION = 'canary+session/token==';
const PASSWORD = 'canary p@ss/w0rd';
const HEADER_KEY = 'canary-key';
const BASE = 'https://inbox.example.com';

/** Receivers besides one of each type: addresses and headers that hold secrets in other places. */
const MORE: Readonly<Record<string, TargetInput>> = {
  'webhook with a user': {
    type: 'webhook',
    url: 'env:URL_WITH_USER',
    secrets: 'env:STAND_IN_SIGNING_SECRET',
  },
  'webhook with headers': {
    type: 'webhook',
    url: `${BASE}/hooks/canaryheaders1/run?key=canarykey20&mode=fast`,
    secrets: 'env:STAND_IN_SIGNING_SECRET',
    headers: { Authorization: 'env:BASIC', 'x-api-key': 'env:HEADER_KEY' },
  },
  'slack behind a proxy': { type: 'slack', url: `${BASE}/relay/services/TCANAR/BCANAR/ZqCanary` },
  'teams of old': {
    type: 'teams',
    url: `${BASE}/webhookb2/groupCnry@tenantCn/IncomingWebhook/idCanary/ownerCan`,
  },
};

const named = (name: string) => name.replaceAll(' ', '-');
const TARGETS = Object.fromEntries(
  Object.entries<TargetInput>({ ...everyTarget(BASE, TOKEN), ...MORE }).map(([name, target]) => [named(name), target]),
);

const ENVIRONMENT = {
  STAND_IN_TOKEN: TOKEN,
  STAND_IN_SIGN: SIGN,
  STAND_IN_SIGNING_SECRET: SIGNING,
  AWS_SESSION_TOKEN: SESSION,
  URL_WITH_USER: `https://canary-user:${encodeURIComponent(PASSWORD)}@inbox.example.com/in/canarypath77?code=canarycode88`,
  BASIC: `Basic ${Buffer.from(`canary-user:${PASSWORD}`).toString('base64')}`,
  HEADER_KEY,
};

/** None of these may be seen, in any spelling. Beside the secrets, the parts that the addresses leave open. */
const HIDDEN = [
  ...[TOKEN, SIGN, SIGNING, SIGNING.slice('whsec_'.length), SESSION, PASSWORD, HEADER_KEY],
  ...['canary-user', 'canarypath77', 'canarycode88', 'canaryheaders1', 'canarykey20'],
  ...['T00000000', 'B00000000', '100000000000000000', 'spaces/AAAA'],
  ...['TCANAR', 'BCANAR', 'ZqCanary', 'groupCnry', 'tenantCn', 'idCanary', 'ownerCan'],
];

const all = ({ method, url, headers, body = '' }: HttpRequest): string =>
  `${method} ${url} ${JSON.stringify(headers)} ${body}`;
const pathOf = ({ url }: HttpRequest): string => url.slice(new URL(url).origin.length - userLength(url));
/** `origin` leaves the user out. */
const userLength = (url: string): number => {
  const { username, password } = new URL(url);
  return username ? -`${username}:${password}@`.length : 0;
};
const inHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;')
    .replaceAll('/', '&#x2F;');

const hex4 = (code: number): string => code.toString(16).padStart(4, '0');
const inUnits = (text: string, write: (code: number) => string): string =>
  [...Array(text.length).keys()].map((i) => write(text.charCodeAt(i))).join('');

const ECHOES: readonly (readonly [how: string, body: (request: HttpRequest) => string])[] = [
  ['the path', (request) => `Cannot ${request.method} ${pathOf(request)}`],
  ['the whole URL', ({ url }) => JSON.stringify({ error: { url, code: 7 } })],
  ['the headers', ({ headers }) => JSON.stringify({ headers })],
  ['the body', ({ body = '' }) => body],
  ['JSON within JSON', (request) => JSON.stringify({ request: JSON.stringify({ all: all(request) }) })],
  ['URL-encoded', (request) => `request=${encodeURIComponent(all(request))}`],
  ['URL-encoded twice', (request) => `request=${encodeURIComponent(encodeURIComponent(request.url))}`],
  ['in lower hex', (request) => Buffer.from(all(request)).toString('hex')],
  ['in upper hex', (request) => Buffer.from(all(request)).toString('hex').toUpperCase()],
  ['in base64', (request) => Buffer.from(all(request)).toString('base64')],
  ['in base64 for URLs, shifted', (request) => Buffer.from(`>${all(request)}`).toString('base64url')],
  ['every byte percent-encoded', (request) => Buffer.from(all(request)).toString('hex').replace(/../g, '%$&')],
  ['every character as an escape of JSON', (request) => `"${inUnits(all(request), (code) => `\\u${hex4(code)}`)}`],
  ['every character as an entity', (request) => inUnits(all(request), (code) => `&#${code};`)],
  ['a page in HTML', (request) => `<!doctype html><pre>Cannot ${inHtml(all(request))}</pre>`],
];

/** Reads a text in every way that somebody who looks for a secret would: independent of how opwatch masks. */
const readings = (text: string): string[] => {
  const percent = (from: string) =>
    from.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
  const json = (from: string) => from.replace(/\\(["\\/])/g, '$1');
  const html = (from: string) =>
    from
      .replaceAll('&quot;', '"')
      .replaceAll('&#x27;', "'")
      .replaceAll('&#x2F;', '/')
      .replaceAll('&lt;', '<')
      .replaceAll('&amp;', '&');
  const units = (from: string) =>
    from
      .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
      .replace(/&#(\d{1,5});/g, (_, code: string) => String.fromCharCode(Number(code)));
  const plain = [
    text,
    units(text),
    units(json(text)),
    json(text),
    json(json(text)),
    percent(text),
    percent(percent(text)),
    html(text),
    percent(json(text)),
  ];
  const runs = [...text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)].map(([run]) => run);
  const bytes = runs.flatMap((run) => [
    ...[0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('latin1')),
    ...[0, 1].map((from) => Buffer.from(run.slice(from), 'hex').toString('latin1')),
  ]);
  return [...plain, ...bytes];
};

const seenIn = (text: string): string[] => {
  const read = readings(text);
  return HIDDEN.filter((secret) =>
    read.some((one) => one.includes(secret) || one.includes(encodeURIComponent(secret))),
  );
};

/** A world whose receivers all answer so; an hour after a watch that all of them are told of has ended. */
const echoed = async (echo: (request: HttpRequest) => string, status = 500) => {
  let asked = 0;
  const notices: string[] = [];
  const world = createWorld({
    config: configWith({
      ...operatorsCalled('operators'),
      targets: { ...operatorsCalled('operators').targets, ...TARGETS },
    }),
    bend: (runtime) => ({
      ...runtime,
      sendToTarget: async (request) => {
        asked += 1;
        if (request.url === world.environment.OPERATORS_URL) notices.push(request.body ?? '');
        const headers = { 'x-asked-for': request.url, location: request.url, 'retry-after': '60' };
        return { status, headers, body: echo(request), cut: false };
      },
    }),
  });
  Object.assign(world.environment, ENVIRONMENT);
  const labels = { sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e' };
  const names = Object.keys(TARGETS);
  const ids: string[] = [];
  // A watch tells ten targets at the most.
  for (let i = 0; i < names.length; i += 10) {
    const operation = { OperationId: `op-${i}` };
    const submission = stage(world, { operation, notify: names.slice(i, i + 10), endsAfter: 0, end: 'failed' });
    const receipt = await world.timeline.finish(world.submit({ ...submission, labels }));
    if (!('id' in receipt.body)) throw new Error(JSON.stringify(receipt.body));
    ids.push(String(receipt.body.id));
  }
  world.start();
  await pass(world, HOUR);
  return { world, ids, notices, asked: () => asked };
};

/** All that is kept, that is logged, and that people and programs are told of it. */
const everything = async ({ world, ids, notices }: Awaited<ReturnType<typeof echoed>>): Promise<string> =>
  [
    ...[...world.table.items()].map((item) => JSON.stringify(item)),
    ...world.lines,
    ...notices,
    await apiAnswers(world, ids),
    ...(await Promise.all(ids.map((id) => pageOf(world, id)))),
  ].join('\n');

/** The page behind the link of a watch. */
const pageOf = async (world: World, id: string): Promise<string> => {
  const link = signLink(watchOf(world, id).body, LINK_KEY);
  const { status, body } = await world.call('link', (runtime) => openLink({ link }, runtime));
  expect(status).toBe(200);
  return body;
};

const apiAnswers = async (world: World, ids: readonly string[]): Promise<string> => {
  const answers: string[] = [];
  for (const id of ids) answers.push(await apiAnswer(world, id));
  return answers.join('\n');
};

const apiAnswer = async (world: World, id: string): Promise<string> =>
  JSON.stringify((await ask(world, 'GET /watches/{id}', { path: { id } })).body);

type Row = { readonly sk: string; readonly body: { readonly target?: string; readonly id?: string } };

describe.each(ECHOES)('a receiver that answers with %s [S4]', (_, echo) => {
  let scene: ReturnType<typeof echoed> | undefined;
  const played = () => {
    scene ??= echoed(echo);
    return scene;
  };

  test.each(Object.keys(TARGETS))('%s: no secret in its rows', async (name) => {
    const { world, ids } = await played();
    const rows = ids.flatMap((id) => world.table.partition(id)) as readonly Row[];
    const delivery = rows.find(({ sk, body }) => sk.startsWith('delivery#') && body.target === name);
    const attempts = rows.filter(({ sk }) => sk.startsWith(`attempt#${delivery?.body.id}#`));
    expect(attempts.length).toBeGreaterThan(0);
    expect(seenIn(JSON.stringify([delivery, ...attempts]))).toEqual([]);
  });

  test('no secret in any row, a log line, a notice, an answer of the API or a page', async () => {
    const scene = await played();
    expect(scene.asked()).toBeGreaterThanOrEqual(Object.keys(TARGETS).length);
    expect(seenIn(await everything(scene))).toEqual([]);
  });
});

test('one of each type is among them', () => {
  expect(new Set(Object.values(TARGETS).map(({ type }) => type))).toEqual(new Set(targetTypes));
});

test.each([200, 400, 401, 410, 429])(
  'and at once where it answers %i: rows, log lines, notices [S4]',
  async (status) => {
    const scene = await echoed(all, status);
    expect(seenIn(await everything(scene))).toEqual([]);
    // Operators hear of a target that wants no more: its words are in that notice.
    if (status === 410) expect(scene.notices.length).toBeGreaterThan(0);
  },
);

test('this test finds a secret in each of these ways where none is masked', () => {
  const request: HttpRequest = { method: 'POST', url: `${BASE}/a/${TOKEN}`, headers: { token: TOKEN }, body: TOKEN };
  for (const [, echo] of ECHOES) expect(seenIn(echo(request))).toEqual([TOKEN]);
});
