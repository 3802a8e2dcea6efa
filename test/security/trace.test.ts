/** Who changed what is in the log. */
import { expect, test } from 'vitest';
import { serve } from '../../functions/api.ts';
import type { HttpEvent } from '../../lib/access/http-event.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { serveDirect } from '../../lib/submit/direct-event.ts';
import { DAY, T0 } from '../samples.ts';
import { deliveriesOf, pass, stage, submitted } from '../world/scenes.ts';
import { createWorld } from '../world/world.ts';

const HOOK = 'https://ops.example.com/hook-of-mine';

test.each([
  ['token 0123456789ab', { lambda: { tenant: 'default', scopes: 'submit operate', token: '0123456789ab' } }],
  ['arn:aws:iam::123456789012:user/ada', { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } }],
])(
  'whoever operates leaves a trace, one line for each change, and no address of a callback in it (%s) [S14]',
  async (by, authorizer) => {
    const world = createWorld({ reply: () => 'gone' });
    const id = await submitted(world, { notify: ['ci', HOOK], endsAfter: 0 });
    const running = await submitted(world, { operation: { OperationId: 'op-2' } });
    world.start();
    await pass(world, DAY / 2);
    const [delivery = ''] = deliveriesOf(world, id).flatMap(({ body }) => (body.target === HOOK ? [body.id] : []));

    const ask = (routeKey: string, pathParameters: Record<string, string>, body?: unknown) => {
      const requestContext = { http: { method: '', path: '' }, authorizer };
      const event: HttpEvent = {
        routeKey,
        headers: {},
        requestContext,
        pathParameters,
        body: JSON.stringify(body) ?? '',
      };
      return world.call('api', (runtime) => serve(event, runtime));
    };
    const before = world.lines.length;
    const from = new Date(T0).toISOString();
    await ask('PATCH /watches/{id}', { id: running }, { deadline: '2026-01-07T00:00:00Z' });
    await ask('DELETE /watches/{id}', { id: running });
    await ask('POST /watches/{id}/deliveries/{delivery}/resend', { id, delivery });
    await ask('POST /deliveries/resend', {}, { target: 'ci', from });
    await ask('POST /targets/{name}/enable', { name: 'ci' });
    await expect(ask('POST /targets/{name}/enable', { name: 'nobody' })).rejects.toThrow('there is no target "nobody"');

    const lines = world.lines.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
    const who = { level: 'info', tenant: 'default', by };
    expect(lines.filter((line) => 'by' in line)).toEqual([
      { ...who, what: 'deadline moved', watch: running, deadline: '2026-01-07T00:00:00.000Z' },
      { ...who, what: 'stop asked for', watch: running, status: 'stopped' },
      { ...who, what: 'delivery sent again', watch: id, delivery, target: 'https://ops.example.com' },
      { ...who, what: 'parked deliveries sent again', target: 'ci', from, resent: 1 },
      { ...who, what: 'target enabled', target: 'ci' },
    ]);
    expect(world.lines.join('\n')).not.toContain('hook-of-mine');
  },
);

test.each<[string, object, object, string]>([
  ['a direct invoke', {}, {}, 'direct invoke'],
  [
    'a rule',
    {
      'detail-type': 'Stack updated',
      source: 'team.data',
      resources: ['arn:aws:events:us-east-1:123456789012:rule/nightly'],
    },
    { inDetail: true },
    'arn:aws:events:us-east-1:123456789012:rule/nightly',
  ],
])(
  'whoever submits leaves a trace: %s [S14]',
  async (_, envelope, { inDetail = false }: { inDetail?: boolean }, by) => {
    const world = createWorld();
    const submission = stage(world);
    const event = inDetail ? { ...envelope, detail: submission } : submission;
    const receipt = await world.call('trigger', (runtime) => serveDirect(event, runtime));
    const { id } = receipt.body as WatchView;
    const lines = world.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter((line) => 'by' in line)).toEqual([
      { level: 'info', what: 'watch submitted', watch: id, tenant: 'default', by },
    ]);
  },
);
