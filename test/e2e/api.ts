/** The API in use: submitting again, arrays, reading, listing, stopping, extending, and the ways in that are not HTTP. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/core/schedule.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { anOperation, type Opwatch, OVER, type Submission, type WholeWatch } from './kit/opwatch.ts';
import { until } from './kit/until.ts';

let opwatch: Opwatch;

const eventsAt = (name: string) => opwatch.receiver.received(name).map(({ event }) => event.type);
const root = dirname(dirname(import.meta.dirname));
const run = promisify(execFile);
const fileIn = (name: string) => JSON.parse(readFileSync(join(root, 'events', name), 'utf8'));

/** A snapshot of a warehouse of its own. */
const snapshot = (cluster: string): Submission => ({
  provider: 'huawei-dws',
  operation: { region: 'cn-north-4', project_id: 'p1', cluster_id: cluster, action_name: 'SNAPSHOTTING' },
});

export const api = (running: () => Opwatch): void => {
  beforeAll(() => {
    opwatch = running();
  });

  describe('submitting', () => {
    it('answers 202 with the watch and its address', async () => {
      const submission = { ...anOperation(), labels: { team: 'data', 部门: '数据' }, deadline: 'PT2H' };
      const { status, body: refused } = await opwatch.ask('/watches', { body: submission });
      expect([status, refused]).toMatchObject([422, { errors: [{ pointer: '/labels/部门' }] }]);

      const { labels, ...rest } = submission;
      const answer = await opwatch.ask('/watches', { body: { ...rest, labels: { team: labels.team } } });
      const watch = answer.body as WatchView;
      expect(answer.status).toBe(202);
      expect(answer.headers.get('location')).toBe(watch.url);
      expect(watch).toMatchObject({ provider: 'aliyun-emr', connection: 'aliyun', status: 'pending', over: false });
      expect(watch).toMatchObject({ notify: ['inbox'], labels: { team: 'data' }, operation: submission.operation });
      expect(Date.parse(watch.deadline ?? '') - Date.parse(watch.submittedAt ?? '')).toBeCloseTo(2 * HOUR, -3);
      const response = await fetch(watch.url, { headers: { authorization: `Bearer ${opwatch.token}` } });
      expect(await response.json()).toMatchObject({ id: watch.id });
    });

    it('again answers 200 with the same watch and merges who is told', async () => {
      const submission = anOperation();
      const [first, second] = ['merge-a', 'merge-b'].map((name) => opwatch.receiver.urlOf(name));
      await opwatch.begin(submission, { scenario: 'endless' });
      const { id } = await opwatch.submit({ ...submission, notify: [first ?? ''] });
      await opwatch.readUntil(id, ({ status }) => status === 'running');

      const { operation } = submission;
      const reordered = Object.fromEntries(Object.entries(operation).reverse());
      const again = await opwatch.ask('/watches', {
        body: { ...submission, operation: reordered, notify: [second, first] },
      });
      expect(again).toMatchObject({ status: 200, body: { id, status: 'running', notify: [first, second] } });

      await opwatch.begin(submission);
      await opwatch.letPass(id, MINUTE);
      await expect.poll(() => eventsAt('merge-a')).toEqual(['operation.succeeded']);
      await expect.poll(() => eventsAt('merge-b')).toEqual(['operation.succeeded']);
    });

    it('what is over tells a new target at once, and an old one nothing more', async () => {
      const submission = { ...anOperation(), notify: [opwatch.receiver.urlOf('early')] };
      await opwatch.begin(submission, { ...OVER, scenario: 'failed' });
      const { id } = await opwatch.submit(submission);
      await expect.poll(() => eventsAt('early')).toEqual(['operation.failed']);

      const late = { ...submission, notify: [opwatch.receiver.urlOf('early'), opwatch.receiver.urlOf('join')] };
      expect(await opwatch.ask('/watches', { body: late })).toMatchObject({
        status: 200,
        body: { id, status: 'failed', notify: late.notify },
      });
      await expect.poll(() => eventsAt('join')).toEqual(['operation.failed']);
      expect(opwatch.receiver.received('join')[0]?.event).toEqual(opwatch.receiver.received('early')[0]?.event);
      expect(eventsAt('early')).toHaveLength(1);
    });

    it('however a callback is spelled, it is one', async () => {
      const submission = anOperation();
      const spellings = [
        'HTTPS://CI.Example.com',
        ' https://ci.example.com/ ',
        'https:ci.example.com',
        'https://ci.example.com:443/',
      ];
      const { notify } = await opwatch.submit({ ...submission, notify: spellings });
      expect(notify).toEqual(['https://ci.example.com/']);
      await opwatch.ask(`/watches/${(await opwatch.submit({ ...submission, notify: [] })).id}`, { method: 'DELETE' });
    });

    it('a watch tells fifty at most', async () => {
      const submission = anOperation();
      const tenMore = (from: number) => Array.from({ length: 10 }, (_, i) => `https://ci.example.com/${from + i}`);
      const join = (notify: readonly string[]) => opwatch.ask('/watches', { body: { ...submission, notify } });
      for (let from = 0; from < 50; from += 10) expect((await join(tenMore(from))).status).toBe(from === 0 ? 202 : 200);
      expect(await join(['inbox'])).toMatchObject({
        status: 409,
        type: expect.stringContaining('application/problem+json'),
        body: { detail: expect.stringContaining('already has 50 targets') },
      });
      expect((await join(tenMore(0))).body).toMatchObject({ notify: { length: 50 } });
    });

    it('an action of DWS whose last run is over begins a new watch', async () => {
      const submission = snapshot('nightly');
      await opwatch.begin(submission);
      const first = await opwatch.submit(submission);
      await opwatch.readUntil(first.id, ({ over }) => over);
      await opwatch.begin(submission, { scenario: 'endless' });
      const { status, body } = await opwatch.ask('/watches', { body: submission });
      const second = body as WatchView;
      expect([status, second.id === first.id]).toEqual([202, false]);
      const again = await opwatch.ask('/watches', { body: submission });
      expect(again).toMatchObject({ status: 200, body: { id: second.id } });
      expect(await opwatch.read(first.id)).toMatchObject({ status: 'succeeded' });
    });

    it('with nobody to tell only records', async () => {
      const submission = { ...anOperation(), notify: [] };
      await opwatch.begin(submission);
      const { id } = await opwatch.submit(submission);
      const { deliveries, notify } = await opwatch.readUntil(id, ({ over }) => over);
      expect([notify, deliveries]).toEqual([[], []]);
    });

    it('an array of 25 answers each on its own', async () => {
      const good = Array.from({ length: 22 }, anOperation);
      const bad = { ...anOperation(), deadline: 'PT0S' };
      const body = [...good.slice(0, 11), bad, good[0], ...good.slice(11), { provider: 'aws' }];
      expect(body).toHaveLength(25);
      const { status, body: answers } = await opwatch.ask('/watches', { body });
      const each = answers as { status: number; watch?: WatchView; problem?: { errors: { pointer: string }[] } }[];
      expect(status).toBe(207);
      expect(each.map((answer) => answer.status)).toEqual([
        ...Array.from({ length: 11 }, () => 202),
        422,
        200,
        ...Array.from({ length: 11 }, () => 202),
        422,
      ]);
      expect(each[12]?.watch?.id).toBe(each[0]?.watch?.id);
      expect(each[11]?.problem?.errors).toMatchObject([{ pointer: '/11/deadline' }]);
      expect(each[24]?.problem?.errors.map(({ pointer }) => pointer)).toEqual(['/24/operation', '/24/provider']);
    });

    it('by direct invoke, as the input of a schedule, or as an event of a rule', async () => {
      const direct = { ...anOperation(), labels: { by: 'invoke' } };
      expect(await opwatch.invoke('trigger', direct)).toMatchObject({
        status: 202,
        body: { labels: { by: 'invoke' } },
      });
      const { status } = await opwatch.ask('/watches', { body: direct });
      expect(status).toBe(200);

      const scheduled = fileIn('trigger-schedule-dws.json');
      expect(await opwatch.invoke('trigger', scheduled)).toMatchObject({
        status: 202,
        body: { provider: 'huawei-dws', operation: scheduled.operation },
      });

      const rule = fileIn('trigger-rule.json');
      expect(await opwatch.invoke('trigger', rule)).toMatchObject({
        status: 202,
        body: { provider: 'aliyun-emr', operation: rule.detail.operation },
      });

      expect(await opwatch.invoke('trigger', fileIn('trigger-refused.json'))).toMatchObject({
        status: 422,
        body: { title: 'Unprocessable Content' },
      });
      await expect.poll(() => readFileSync(opwatch.stack.logFile, 'utf8')).toContain('submission refused');
    });
  });

  describe('reading', () => {
    it('shows an operation under way with its progress and its next look', async () => {
      const submission: Submission = {
        provider: 'aliyun-ehpc',
        operation: { RegionId: 'cn-hangzhou', ClusterId: 'ehpc-hz-1', TaskId: 'T-1' },
      };
      await opwatch.begin(submission, { seconds: 100_000, agoSeconds: 60_000 });
      const { id } = await opwatch.submit(submission);
      const watch = await opwatch.readUntil(id, ({ status }) => status === 'running');
      expect(watch).toMatchObject({
        over: false,
        providerStatus: 'Processing',
        operationType: 'StopCluster',
        progress: { done: 4, total: 8 },
        history: [{ status: 'pending' }, { status: 'running', providerStatus: 'Processing' }],
        deliveries: [],
      });
      // Five seconds by default; looks that were made within the same moment come back together. On a busy machine this may
      // have been read after a few of them.
      const gap = Date.parse(watch.nextLookAt ?? '') - Date.parse(watch.lookedAt ?? '');
      expect(gap).toBeGreaterThan(3_000);
      expect(gap).toBeLessThan(6_000 * watch.looks);
    });

    it('tells a client when to come back, and knows what it has seen', async () => {
      const submission = anOperation();
      await opwatch.begin(submission);
      const { id } = await opwatch.submit(submission);
      const isTold = ({ over, deliveries }: WholeWatch) =>
        over && deliveries.length > 0 && deliveries.every(({ state }) => state === 'delivered');
      const before = await opwatch.ask(`/watches/${id}`);
      if (!isTold(before.body as WholeWatch))
        expect(Number(before.headers.get('retry-after'))).toBeGreaterThanOrEqual(2);
      await opwatch.readUntil(id, isTold);
      // The poller settles its debt after it has woken the delivery: the notifier can be faster.
      const last = await until(async () => {
        const read = await opwatch.ask(`/watches/${id}`);
        return read.headers.get('retry-after') === null && read;
      });
      const etag = last.headers.get('etag') ?? '';
      expect([etag, last.headers.get('retry-after')]).toEqual([expect.stringMatching(/^W\/".+"$/), null]);
      const again = await opwatch.ask(`/watches/${id}`, { headers: { 'if-none-match': etag } });
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, undefined, etag]);
    });

    it('shows its own description to whoever has no token', async () => {
      const first = await opwatch.ask('/openapi.json', { token: '' });
      const committed = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));
      expect([first.status, first.body]).toEqual([200, committed]);
      const etag = first.headers.get('etag') ?? '';
      const again = await opwatch.ask('/openapi.json', { token: '', headers: { 'if-none-match': etag } });
      expect([again.status, again.body]).toEqual([304, undefined]);
      expect((await opwatch.ask('/openapi.json?v=1', { token: '' })).status).toBe(400);
    });

    it('shows why nothing is seen while a cloud is out of order', async () => {
      const submission = anOperation();
      await opwatch.begin(submission, { scenario: 'error:503:ServiceUnavailable', seconds: 30 });
      const { id } = await opwatch.submit(submission);
      const { status, trouble } = await opwatch.readUntil(id, (watch) => watch.trouble !== undefined);
      expect([status, trouble?.code]).toEqual(['pending', 'ServiceUnavailable']);
    });

    it('shows that a connection rests when its credentials are refused, and all goes on once they are good', async () => {
      const settings = (body: object) =>
        fetch(`${opwatch.stack.urls.clouds}/_control/settings`, { method: 'POST', body: JSON.stringify(body) });
      const { environment } = opwatch.stack.endpoints;
      const keyOf = (vendor: string) => ({
        accessKeyId: environment[`STAND_IN_${vendor}_KEY`],
        secretAccessKey: environment[`STAND_IN_${vendor}_SECRET`],
      });
      // A refusal may be one watch's own; that of a second, whose looks were answered before, is about the key.
      const submissions = ['rests-1', 'rests-2'].map((operation_id) => ({
        provider: 'huawei-modelarts',
        operation: { id: 'server', operation_id, region: 'cn-north-4', project_id: 'p1' },
      }));
      await Promise.all(submissions.map((submission) => opwatch.begin(submission, { scenario: 'endless' })));
      const ids = (await Promise.all(submissions.map(opwatch.submit))).map(({ id }) => id);
      await Promise.all(ids.map((id) => opwatch.readUntil(id, ({ status }) => status === 'running')));
      const lookAgain = () => Promise.all(ids.map((id) => opwatch.letPass(id, SECOND)));
      const readAll = () => Promise.all(ids.map(opwatch.read));

      await settings({ credentials: [keyOf('ALIYUN')] });
      await lookAgain();
      const { status, paused } = await until(
        async () =>
          (await readAll()).find((watch) => (watch.paused as { cause?: string } | undefined)?.cause === 'refused'),
        { nudge: lookAgain },
      );
      expect(status).toBe('running');
      expect(paused).toMatchObject({ code: 'APIG.0301', message: expect.stringContaining('ak not exist') });

      await settings({ credentials: [keyOf('ALIYUN'), keyOf('HUAWEI')] });
      await Promise.all(submissions.map((submission) => opwatch.begin(submission, OVER)));
      // Another watch's look that was refused before may still be on its way to the lane: the pause ends whenever it begins.
      const endPause = () =>
        opwatch.infra.edit({ pk: 'lane#huawei', sk: 'lane' }, (item) => ({
          ...item,
          body: { ...(item.body as object), pausedUntil: 1 },
        }));
      await endPause();
      await lookAgain();
      const over = await until(
        async () => {
          const watches = await readAll();
          return watches.every((watch) => watch.over) && watches;
        },
        { nudge: () => endPause().then(lookAgain) },
      );
      expect(over.map((watch) => [watch.status, watch.paused])).toEqual([
        ['succeeded', undefined],
        ['succeeded', undefined],
      ]);
    });
  });

  describe('stopping and extending', () => {
    it('stops a watch, tells its targets, and leaves its operation to a new watch', async () => {
      const submission = { ...anOperation(), notify: [opwatch.receiver.urlOf('stopped')] };
      await opwatch.begin(submission, { scenario: 'endless' });
      const { id } = await opwatch.submit(submission);
      await opwatch.readUntil(id, ({ status }) => status === 'running');
      const stop = () => opwatch.ask(`/watches/${id}`, { method: 'DELETE' });
      expect(await stop()).toMatchObject({ status: 200, body: { id, status: 'stopped', note: 'Stopped on request.' } });
      expect(await stop()).toMatchObject({ status: 200, body: { id, status: 'stopped' } });
      await expect
        .poll(() => opwatch.receiver.received('stopped'))
        .toMatchObject([{ event: { type: 'operation.stopped', data: { providerStatus: 'IN_PROGRESS' } } }]);

      const again = await opwatch.ask('/watches', { body: submission });
      expect(again.status).toBe(202);
      expect((again.body as WatchView).id).not.toBe(id);
      expect(await opwatch.read(id)).toMatchObject({ status: 'stopped' });
    });

    it('stops a watch of the other cloud as well', async () => {
      const ids = { id: 'server', operation_id: 'stopped', region: 'cn-north-4', project_id: 'p1' };
      const submission = { provider: 'huawei-modelarts', operation: ids };
      await opwatch.begin(submission, { scenario: 'endless' });
      const { id } = await opwatch.submit(submission);
      await opwatch.ask(`/watches/${id}`, { method: 'DELETE' });
      await opwatch.readUntil(id, ({ deliveries: [delivery] }) => delivery?.state === 'delivered');
    });

    it('stops a watch without forgetting its looks', async () => {
      const submission = anOperation();
      await opwatch.begin(submission, { scenario: 'endless' });
      const { id } = await opwatch.submit({ ...submission, notify: [] });
      // Looks that change nothing are written nowhere: those of the last write are the ones that count.
      const { looks } = await opwatch.readUntil(id, ({ status }) => status === 'running');
      expect(looks).toBeGreaterThan(0);
      const stopped = await opwatch.ask(`/watches/${id}`, { method: 'DELETE' });
      expect((stopped.body as WatchView).looks).toBeGreaterThanOrEqual(looks);
    });

    it('moves a deadline either way, until the watch is over', async () => {
      const submission = anOperation();
      const { id } = await opwatch.submit(submission);
      const extend = (deadline: string) => opwatch.ask(`/watches/${id}`, { method: 'PATCH', body: { deadline } });
      const at = new Date(Date.now() + 3 * HOUR).toISOString();
      expect(await extend(at)).toMatchObject({ status: 200, body: { id, deadline: at } });
      expect((await opwatch.read(id)).deadline).toBe(at);
      expect(await extend('PT1H')).toMatchObject({ status: 200 });
      await opwatch.ask(`/watches/${id}`, { method: 'DELETE' });
      expect(await extend('PT9H')).toMatchObject({
        status: 409,
        type: expect.stringContaining('application/problem+json'),
        body: { detail: 'the watch is over: stopped' },
      });
    });
  });

  describe('listing', () => {
    it('shows a tenant its watches, newest first, page by page', async () => {
      const token = await opwatch.stack.createToken('pages');
      const page = async (query: string) => {
        const { status, body } = await opwatch.ask(`/watches?${query}`, { token });
        expect(status).toBe(200);
        return body as { watches: WatchView[]; cursor?: string };
      };
      expect(await page('')).toEqual({ watches: [] });

      const submissions = [anOperation(), snapshot('listed'), anOperation(), snapshot('listed-too'), anOperation()];
      const ids: string[] = [];
      for (const submission of submissions) {
        const { body } = await opwatch.ask('/watches', { body: { ...submission, notify: [] }, token });
        ids.unshift((body as WatchView).id);
      }
      const idsOf = ({ watches }: { watches: WatchView[] }) => watches.map(({ id }) => id);
      expect(idsOf(await page(''))).toEqual(ids);
      expect(idsOf(await page('provider=huawei-dws'))).toEqual([ids[1], ids[3]]);
      await opwatch.ask(`/watches/${ids[2]}`, { method: 'DELETE', token });
      expect(idsOf(await page('status=stopped'))).toEqual([ids[2]]);
      expect(idsOf(await page('status=stopped&provider=huawei-dws'))).toEqual([]);

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const next = await page(`limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`);
        expect(next.watches.length).toBeLessThanOrEqual(2);
        seen.push(...idsOf(next));
        cursor = next.cursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(ids);
    });
  });

  it('a token is made, listed and revoked by the command', async () => {
    const { urls, table } = opwatch.stack;
    const token = async (...args: readonly string[]): Promise<string> => {
      const env = {
        PATH: process.env.PATH,
        TABLE_NAME: table,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: urls.dynamodb,
        OPWATCH_CONFIG: join(root, 'offline/opwatch.config.ts'),
      };
      return (await run(process.execPath, [join(root, 'lib/commands/token.ts'), ...args], { env })).stdout.trim();
    };
    const text = await token(
      'create',
      '--tenant',
      'other',
      '--scopes',
      'read',
      '--days',
      '7',
      '--note',
      'for the test',
    );
    expect((await opwatch.ask('/watches', { token: text })).status).toBe(200);
    expect((await opwatch.ask('/watches', { token: text, body: anOperation() })).status).toBe(403);

    // A secret may hold the sign that stands before it.
    const [, id = '', ...parts] = text.split('_');
    const secret = parts.join('_');
    const list = await token('list');
    expect(list).toContain(`${id}\tother\tread\tall\tall\t`);
    expect(list).not.toContain(secret);

    const bounds = ['--connections', 'huawei', '--targets', 'inbox,https://ci.example.com'];
    const bounded = await token('create', ...bounds);
    expect(await token('list')).toContain('\tsubmit,read,operate\thuawei\tinbox,https://ci.example.com\t');
    expect(await opwatch.ask('/watches', { token: bounded, body: anOperation() })).toMatchObject({
      status: 403,
      body: { errors: [{ pointer: '/connection' }] },
    });
    const warehouse = { ...snapshot('bounded'), notify: [] };
    expect((await opwatch.ask('/watches', { token: bounded, body: warehouse })).status).toBe(202);
    await expect(token('create', '--tenant', 'opwatch-canary')).rejects.toThrow('only opwatch itself uses this tenant');
    for (const bad of ['', 'Inbox', 'http://ci.example.com', 'https://ci.example.com/hook']) {
      await expect(token('create', '--targets', bad)).rejects.toThrow(
        `--targets: "${bad}" must be the name of a target`,
      );
    }

    expect(await token('revoke', id)).toContain(`${id} is revoked`);
    expect((await opwatch.ask('/watches', { token: text })).status).toBe(403);
  });
};
