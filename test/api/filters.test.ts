/** What a list of watches can be asked for, and what every route says of a parameter that it does not have. */
import { describe, expect, test } from 'vitest';
import type { Item } from '../../lib/core/item.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { newWatchItem } from '../../lib/store/items.ts';
import { DAY, HOUR, MINUTE, watchWith } from '../samples.ts';
import { createWorld } from '../world/world.ts';
import { ask } from './ask.ts';

const iso = (at: number) => new Date(at).toISOString();

/** An id as there can be one, of a short name. */
const idOf = (name: string) => `w_${name.padEnd(26, '7')}`;
const namesIn = ({ watches }: { readonly watches: readonly { readonly id: string }[] }) =>
  watches.map(({ id }) => id.slice(2).replace(/7+$/, ''));

/** A world with these watches in its table, each submitted so long ago. */
const worldWith = (...watches: readonly (Partial<Watch> & { readonly name: string; readonly ago?: number })[]) => {
  const world = createWorld();
  const now = world.timeline.now();
  for (const { name, ago = HOUR, ...watch } of watches) {
    const submittedAt = now - ago;
    world.table.insert(newWatchItem(watchWith({ id: idOf(name), submittedAt, ...watch }), submittedAt) as Item);
  }
  const list = async (query: string) => {
    const { status, body } = await ask(world, 'GET /watches', { query });
    return status === 200 ? namesIn(body).toSorted() : [status, body.detail];
  };
  return { world, now, list };
};

const emr = (OperationId: string) => ({ RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId });

describe('a list of watches', () => {
  test.each([
    ['label=team:data', ['a', 'c']],
    ['label=team:data&label=env:prod', ['a']],
    ['label=team:da', []],
    ['label=note:a,b:c%20d', ['c']],
    ['label=toString:x', []],
    ['connection=second', ['b']],
    ['connection=nowhere', []],
    ['operation.OperationId=op-1', ['a']],
    ['operation.RegionId=cn-hangzhou&operation.OperationId=op-2', ['b']],
    ['provider=aliyun-emr&operation.ClusterId=c-1', ['a', 'b']],
    ['provider=huawei-dws&operation.cluster_id=c-1', ['c']],
    ['status=pending&label=team:data&connection=first', ['a']],
  ])('%s', async (query, ids) => {
    const { list } = worldWith(
      { name: 'a', operation: emr('op-1'), connection: 'first', labels: { team: 'data', env: 'prod' } },
      { name: 'b', operation: emr('op-2'), connection: 'second' },
      {
        name: 'c',
        provider: 'huawei-dws',
        operation: { cluster_id: 'c-1' },
        connection: 'third',
        labels: { team: 'data', note: 'a,b:c d' },
      },
    );
    expect(await list(query)).toEqual(ids);
  });

  test('since an instant, or for a time, goes no further back', async () => {
    const { world, now, list } = worldWith(
      { name: 'now', ago: 0 },
      { name: 'hour', ago: HOUR },
      { name: 'day', ago: DAY + MINUTE },
      { name: 'days', ago: 3 * DAY },
    );
    expect(await list('since=PT30M')).toEqual(['now']);
    expect(await list(`since=${iso(now - HOUR)}`)).toEqual(['hour', 'now']);
    expect(await list('since=P2D')).toEqual(['day', 'hour', 'now']);
    expect(await list('since=P1W')).toEqual(['day', 'days', 'hour', 'now']);
    // Nothing older can follow: the page is the last one, and cost no walk through the days that are kept.
    expect((await ask(world, 'GET /watches', { query: 'since=PT1H' })).body.cursor).toBeUndefined();
  });

  test('goes on with the cursor until the last that matches', async () => {
    const many = Array.from({ length: 7 }, (_, i) => ({
      name: 'abcdefg'.charAt(i),
      ago: i * 10 * HOUR,
      ...(i % 2 === 0 && { labels: { team: 'data' } }),
    }));
    const { world } = worldWith(...many);
    const found: string[] = [];
    for (let query = 'limit=1&label=team:data&since=P5D'; query !== ''; ) {
      const { body } = await ask(world, 'GET /watches', { query });
      found.push(...namesIn(body));
      query = body.cursor === undefined ? '' : `limit=1&label=team:data&since=P5D&cursor=${body.cursor}`;
    }
    expect(found).toEqual(['a', 'c', 'e', 'g']);
  });

  test.each([
    ['label=team', /label must be name:value/],
    ['label=:data', /label must be name:value/],
    ['since=yesterday', /since must be an instant/],
    ['since=2026-01-05T08:00:00', /since must be an instant/],
    ['since=2026-01-05T08:00:00+08:00', /%2B/],
    [
      'provider=huawei-dws&operation.OperationId=op-1',
      /operation\.OperationId is no field of huawei-dws, which has region/,
    ],
    ['status=failed&status=lost', /"status" may appear only once/],
    ['limit=', /limit must be 1 to 100/],
  ])('refuses %s', async (query, detail) => {
    const { status, body } = await ask(worldWith().world, 'GET /watches', { query });
    expect([status, body.detail]).toEqual([400, expect.stringMatching(detail)]);
  });
});

describe('a query parameter that a route does not have', () => {
  test.each([
    [
      'GET /watches',
      'state=failed',
      /"state": this route has status, provider, connection, label, since, limit, cursor/,
    ],
    ['GET /watches', 'operation.Nothing=1&labels=a:b', /"operation\.Nothing", "labels"/],
    ['GET /watches/{id}', 'verbose', /"verbose": this route has none/],
    ['POST /watches', 'dryRun=true', /"dryRun": this route has none/],
    ['PATCH /watches/{id}', 'deadline=PT1H', /this route has none/],
    ['POST /deliveries/resend', 'target=ci', /this route has none/],
  ])('of %s, %s, is refused by name', async (route, query, detail) => {
    const path = { id: `w_${'a'.repeat(26)}` };
    const { status, body } = await ask(worldWith().world, route, { path, query, body: {} });
    expect([status, body.detail]).toEqual([400, expect.stringMatching(detail)]);
  });
});

describe('to send again for a target that is not there', () => {
  const since = { from: '2026-01-01T00:00:00Z' };

  test('answers 404 with those that are there and that the caller may name', async () => {
    const { world } = worldWith();
    const resend = (target: string, lambda = {}) =>
      ask(world, 'POST /deliveries/resend', { body: { target, ...since }, lambda });
    const { status, body } = await resend('nobody');
    expect([status, body.detail]).toEqual([
      404,
      expect.stringMatching(/^there is no target "nobody": name one of .*\bci\b/),
    ]);
    expect((await resend('https://ci.example.com')).status).toBe(202);
    expect((await resend('nobody', { targets: 'ci gone' })).status).toBe(403);
    expect((await resend('gone', { targets: 'ci gone' })).body.detail).toBe(
      'there is no target "gone": name one of ci',
    );
  });

  test('but what was parked for it can be dismissed', async () => {
    const { world } = worldWith();
    const dismissed = await ask(world, 'POST /deliveries/dismiss', { body: { target: 'gone', ...since } });
    expect(dismissed).toMatchObject({ status: 200, body: { dismissed: 0 } });
  });
});
