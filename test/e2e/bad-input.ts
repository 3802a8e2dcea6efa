/** What is refused over HTTP, how it is said, and that it has written and enqueued nothing. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { newToken } from '../../lib/access/token.ts';
import { DAY, HOUR } from '../../lib/core/schedule.ts';
import { anOperation, countMessages, type Opwatch } from './kit/opwatch.ts';

let opwatch: Opwatch;

type Problem = { readonly status: number; readonly detail: string; readonly errors?: readonly Fault[] };
type Fault = { readonly pointer: string; readonly detail: string };

const standing = async () => ({
  // Paces and turns come and go with what else is being done.
  items: (await opwatch.infra.items()).filter(({ pk }) => !/^(lane|turn)#/.test(pk)).length,
  messages: await countMessages(opwatch),
});

/** Submits what must be refused and answers its problem. Fails when anything was written or enqueued. */
const refusal = async (body: unknown): Promise<Problem> => {
  const before = await standing();
  const { status, type, body: answer } = await opwatch.ask('/watches', { body });
  expect(type).toMatch(/^application\/problem\+json/);
  const problem = answer as Problem;
  expect(problem).toMatchObject({ type: 'about:blank', title: expect.any(String), status });
  expect(await standing()).toEqual(before);
  return problem;
};

const faultsIn = async (body: unknown): Promise<Record<string, string>> => {
  const { status, errors = [] } = await refusal(body);
  expect(status).toBe(422);
  return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]));
};

const emr = anOperation();
/** Goes on for ever and tells nobody: it adds no item and no message while others are counted. */
const quiet = { ...emr, notify: [] };
const begun = () => opwatch.begin(quiet, { scenario: 'endless' });
const PROVIDERS = /^must be one of aliyun-emr, aliyun-ehpc, aliyun-bpstudio, .*huawei-modelarts, huawei-dws/;

export const badInput = (running: () => Opwatch): void => {
  beforeAll(() => {
    opwatch = running();
  });

  describe('a submission is refused by name of every fault', () => {
    it.each<[string, unknown, Record<string, string | RegExp>]>([
      ['unknown provider', { ...emr, provider: 'aws-emr' }, { '/provider': PROVIDERS }],
      ['missing provider', { operation: {} }, { '/provider': 'is missing' }],
      ['nothing', {}, { '/provider': 'is missing', '/operation': 'is missing' }],
      ['no object', 42, { '': 'must be an object' }],
      [
        'missing fields',
        { provider: 'aliyun-emr', operation: {} },
        {
          '/operation/RegionId': 'is missing',
          '/operation/ClusterId': 'is missing',
          '/operation/OperationId': 'is missing',
        },
      ],
      [
        'wrong types',
        { provider: 'aliyun-emr', operation: { RegionId: 1, ClusterId: null, OperationId: ['x'] } },
        {
          '/operation/RegionId': 'RegionId must be a string',
          '/operation/ClusterId': 'ClusterId must be a string',
          '/operation/OperationId': 'OperationId must be a string',
        },
      ],
      [
        'wrong types everywhere',
        { ...emr, connection: 1, notify: 'ops', deadline: 3600, labels: ['a'] },
        {
          '/connection': 'must be a string',
          '/notify': 'must be an array',
          '/deadline': 'must be a string',
          '/labels': 'must be an object',
        },
      ],
      [
        'unknown fields, all of them',
        { ...emr, url: 'x', 'a/b~c': 1, operation: { ...emr.operation, clusterId: 'x', extra: 1 } },
        {
          '/url': 'is not a known field',
          '/a~1b~0c': 'is not a known field',
          '/operation/clusterId': 'is not a known field',
          '/operation/extra': 'is not a known field',
        },
      ],
      [
        'malformed fields',
        {
          provider: 'huawei-dws',
          operation: { region: 'cn north', project_id: '..', cluster_id: 'c\u0000', action_name: 'snap shot' },
        },
        {
          '/operation/region': 'region must be 1 to 40 of a-z, 0-9 and "-"',
          '/operation/project_id': 'project_id must not be a path',
          '/operation/cluster_id': 'cluster_id must hold printable characters only',
          '/operation/action_name': 'action_name must be the name of an action, such as SNAPSHOTTING',
        },
      ],
      ['unknown target', { ...emr, notify: ['inbox', 'nobody'] }, { '/notify/1': /is neither a configured target/ }],
      ['unknown connection', { ...emr, connection: 'prod' }, { '/connection': 'must be one of aliyun, aliyun-stored' }],
      ["another vendor's connection", { ...emr, connection: 'huawei' }, { '/connection': /is a connection of huawei/ }],
      ['eleven targets', { ...emr, notify: Array.from({ length: 11 }, () => 'inbox') }, { '/notify': /at most 10/ }],
      [
        'a deadline in the past',
        { ...emr, deadline: '2020-02-02T00:00:00Z' },
        { '/deadline': 'must be in the future' },
      ],
      ['a deadline of now', { ...emr, deadline: 'PT0S' }, { '/deadline': 'must be in the future' }],
      ['a deadline too far', { ...emr, deadline: 'P8D' }, { '/deadline': 'must be at most 7 days ahead' }],
      [
        'an instant without a zone',
        { ...emr, deadline: '2099-01-01T00:00:00' },
        { '/deadline': /an instant with a zone/ },
      ],
      ['a day that is none', { ...emr, deadline: '2027-02-30T00:00:00Z' }, { '/deadline': /an instant with a zone/ }],
      ['words for a deadline', { ...emr, deadline: 'tomorrow' }, { '/deadline': /ISO 8601 duration/ }],
      [
        'a label that turns text around',
        { ...emr, labels: { a: '\u202eevil' } },
        { '/labels/a': /direction characters/ },
      ],
    ])('%s', async (_, body, expected) => {
      const faults = await faultsIn(body);
      expect(Object.keys(faults).sort()).toEqual(Object.keys(expected).sort());
      for (const [pointer, detail] of Object.entries(expected)) {
        if (typeof detail === 'string') expect(faults[pointer]).toBe(detail);
        else expect(faults[pointer]).toMatch(detail);
      }
    });

    it('26 in an array, or none', async () => {
      const tooMany = Array.from({ length: 26 }, anOperation);
      for (const body of [tooMany, []]) {
        expect((await refusal(body)).detail).toBe('an array must hold 1 to 25 submissions');
      }
    });

    it('one bad among good in an array has its place in the pointer', async () => {
      const { status, body } = await opwatch.ask('/watches', { body: [{ ...emr, notify: ['nobody'] }, [], null] });
      expect(status).toBe(207);
      const pointers = (body as { problem: Problem }[]).map(({ problem }) =>
        problem.errors?.map(({ pointer }) => pointer),
      );
      expect(pointers).toEqual([['/0/notify/0'], ['/1'], ['/2']]);
    });
  });

  describe('a callback is refused that', () => {
    it.each([
      ['is plain http', 'http://example.com/hook', /^must be an https URL$/],
      ['is no URL', 'https://exa mple/', /is not a valid URL/],
      ['is of another scheme', 'ftp://example.com/', /^must be an https URL$/],
      ['carries userinfo', 'https://user:secret@example.com/', /user name or password/],
      ['carries a query', 'https://example.com/hook?token=abc', /must not carry a query/],
      ['is private', 'https://10.0.0.1/', /private address/],
      ['is private, short', 'https://10.1/', /10\.0\.0\.1 is a private address/],
      ['is private, in decimal', 'https://3232235777/', /192\.168\.1\.1 is a private address/],
      ['is private, in hex', 'https://0xac.0x10.0.1/', /172\.16\.0\.1 is a private address/],
      ['is private, in octal', 'https://012.0.0.1/', /10\.0\.0\.1 is a private address/],
      ['is private, in full-width digits', 'https://１０.0.0.1/', /10\.0\.0\.1 is a private address/],
      ['is private, IPv4 in IPv6', 'https://[::ffff:10.0.0.1]/', /private address/],
      ['is private, in IPv6', 'https://[fd12:3456::1]/', /private address/],
      ['is private, through NAT64', 'https://[64:ff9b::10.0.0.1]/', /private address/],
      ['is a metadata service', 'https://169.254.169.254/latest/meta-data/', /cloud metadata address/],
      ['is a metadata service by name', 'https://metadata.google.internal/', /is not a public name/],
      ['has a name without a dot', 'https://intranet/', /is not a public name/],
      ['asks for another port', 'https://example.com:22/', /port 22 is not open/],
    ])('%s', async (_, callback, detail) => {
      const faults = await faultsIn({ ...anOperation(), notify: ['inbox', callback] });
      expect(Object.keys(faults)).toEqual(['/notify/1']);
      expect(faults['/notify/1']).toMatch(detail);
    });

    it('no tenant signs for', async () => {
      const token = await opwatch.stack.createToken('unsigned');
      const body = { ...anOperation(), notify: ['https://example.com/hook'] };
      const answer = await opwatch.ask('/watches', { body, token });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/notify/0' }] } });
    });
  });

  describe('a body is refused that', () => {
    const deep = (depth: number, inside = '') => `${'{"a":'.repeat(depth)}${inside || '1'}${'}'.repeat(depth)}`;

    it.each([
      ['is not JSON', 'provider=aliyun-emr', 400, 'the body is not JSON: line 1, column 1'],
      ['is half of JSON', '{"provider":', 400, 'the body is not JSON: line 1, column 13'],
      ['is empty', '', 400, 'the body is empty: it must be JSON'],
      ['is blank', ' \n ', 400, 'the body is empty: it must be JSON'],
      ['is a megabyte', JSON.stringify({ ...emr, labels: { a: 'x'.repeat(1_000_000) } }), 413, 'larger than 256 KiB'],
      ['is a word', 'false', 422, 'opwatch refuses the submission'],
      ['is a number', '0', 422, 'opwatch refuses the submission'],
      ['is deep', deep(20_000), 422, 'opwatch refuses the submission'],
      ['is deep and broken', '['.repeat(100_000), 400, 'the body is not JSON: line 1, column 100001'],
    ])('%s', async (_, body, status, detail) => {
      const problem = await refusal(body);
      expect(problem.status).toBe(status);
      expect(problem.detail).toContain(detail);
    });

    it('is deep inside', async () => {
      const faults = await faultsIn(`{"provider":"aliyun-emr","operation":${deep(20_000)}}`);
      expect(faults['/operation/a']).toBe('is not a known field');
    });

    it('names what every object has', async () => {
      const text = `{"provider":"aliyun-emr","__proto__":{"operation":{}},"constructor":1,
      "operation":{"RegionId":"cn-hangzhou","ClusterId":"c","OperationId":"o","__proto__":{},"toString":"x"},
      "labels":{"__proto__":"x"}}`;
      expect(Object.keys(await faultsIn(text)).sort()).toEqual([
        '/__proto__',
        '/constructor',
        '/labels',
        '/operation/__proto__',
        '/operation/toString',
      ]);
      expect(Object.keys(await faultsIn({ ...emr, provider: '__proto__' }))).toEqual(['/provider']);
    });
  });

  describe('a change of a watch is refused', () => {
    beforeAll(begun);

    it.each([
      ['without a body', undefined, 400],
      ['without a deadline', {}, 422],
      ['of anything but the deadline', { deadline: 'PT1H', status: 'succeeded' }, 422],
      ['to a deadline that is none', { deadline: 'soon' }, 422],
      ['to a deadline too far', { deadline: 'P30D' }, 422],
      ['to a deadline in the past', { deadline: '2020-01-01T00:00:00Z' }, 422],
    ])('%s', async (_, body, status) => {
      const { id, deadline } = await opwatch.submit(quiet);
      const answer = await opwatch.ask(`/watches/${id}`, { method: 'PATCH', ...(body && { body }) });
      expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json') });
      expect((await opwatch.read(id)).deadline).toBe(deadline);
    });
  });

  describe('a page of watches is refused', () => {
    const cursor = (value: unknown) => `cursor=${Buffer.from(JSON.stringify(value)).toString('base64url')}`;

    it.each([
      ['with a limit of none', 'limit=0'],
      ['with a limit of too many', 'limit=101'],
      ['with a limit that is none', 'limit=ten'],
      ['of a status there is none of', 'status=success'],
      ['of a provider there is none of', 'provider=emr'],
      ['from a cursor that is none', 'cursor=abc'],
      ['from a cursor beyond all days', cursor({ at: 1e300 })],
      ["from a cursor into another tenant's days", cursor({ at: 1, after: { tenantDay: 'other#1970-01-01' } })],
      ['with a parameter that there is not', 'state=failed'],
      ['with a label that is none', 'label=team'],
      ['from a cursor half made up', cursor({ at: 1, after: { tenantDay: 'default#1970-01-01', pk: [] } })],
    ])('%s', async (_, query) => {
      expect(await opwatch.ask(`/watches?${query}`)).toMatchObject({
        status: 400,
        type: expect.stringContaining('application/problem+json'),
      });
    });
  });

  describe('a caller is refused', () => {
    const tokenOf = async (about: object): Promise<string> => {
      const { text, item } = newToken({ tenant: 'default', ...about }, Date.now());
      await opwatch.infra.table.insert({ ...item, body: { ...item.body, ...about } });
      return text;
    };
    const everywhere = (id: string) =>
      [
        ['/watches', { body: anOperation() }],
        ['/watches', {}],
        [`/watches/${id}`, {}],
        [`/watches/${id}`, { method: 'DELETE' }],
        [`/watches/${id}`, { method: 'PATCH', body: { deadline: 'PT1H' } }],
      ] as const;

    it('without a token, with a wrong one, or one that is good no more', async () => {
      await begun();
      const { id } = await opwatch.submit(quiet);
      const bearers: readonly (readonly [string, number])[] = [
        ['', 401],
        ['nonsense', 403],
        [`opw_0123456789ab_${'A'.repeat(43)}`, 403],
        [`${opwatch.token.slice(0, -4)}AAAA`, 403],
        [await tokenOf({ expiresAt: Date.now() - 1 }), 403],
        [await tokenOf({ revokedAt: Date.now() - HOUR, expiresAt: Date.now() + DAY }), 403],
      ];
      const before = await standing();
      for (const [token, status] of bearers) {
        for (const [path, asked] of everywhere(id)) {
          expect((await opwatch.ask(path, { ...asked, token })).status).toBe(status);
        }
      }
      expect(await standing()).toEqual(before);
      expect((await opwatch.read(id)).over).toBe(false);
    });

    it('by scope', async () => {
      await begun();
      const { id } = await opwatch.submit(quiet);
      const reader = await tokenOf({ scopes: ['read'] });
      const submitter = await tokenOf({ scopes: ['submit'] });
      const statuses = async (token: string) => {
        const answers = [];
        for (const [path, asked] of everywhere(id)) answers.push((await opwatch.ask(path, { ...asked, token })).status);
        return answers;
      };
      expect(await statuses(reader)).toEqual([403, 200, 200, 403, 403]);
      expect(await opwatch.ask('/watches', { token: submitter })).toMatchObject({
        status: 403,
        body: { detail: 'this token may not read: it needs the scope "read"' },
      });
    });

    it("from what is another tenant's: it is not there", async () => {
      const submission = anOperation();
      const { id } = await opwatch.submit(submission);
      const token = await opwatch.stack.createToken('other');
      const [, , read, stop, extend] = everywhere(id);
      for (const [path, asked] of [read, stop, extend]) {
        expect(await opwatch.ask(path, { ...asked, token })).toMatchObject({
          status: 404,
          body: { detail: 'there is no such watch' },
        });
      }
      expect((await opwatch.ask('/watches', { token })).body).toEqual({ watches: [] });
      const theirs = await opwatch.ask('/watches', { body: submission, token });
      expect([theirs.status, (theirs.body as { id: string }).id === id]).toEqual([202, false]);
      expect((await opwatch.read(id)).over).toBe(false);
    });

    it.each(['tokens', 'lane%23aliyun', '%00', `w_${'a'.repeat(26)}`, randomUUID(), 'x'.repeat(3_000)])(
      'from what is no watch: %s',
      async (id) => {
        for (const method of ['GET', 'DELETE']) {
          expect((await opwatch.ask(`/watches/${id}`, { method })).status).toBe(404);
        }
      },
    );
  });
};
