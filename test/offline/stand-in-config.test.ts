/** The user's own configuration on the local stack: what is kept, and that nothing of it leads out of this machine. */
import { expect, test } from 'vitest';
import { readConfig } from '../../lib/config/config.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';
import { everyTarget } from '../../offline/inbox/targets.ts';
import { standInFor } from '../../offline/stand-in.ts';

const ENV = {
  OPWATCH_CLOUDS_URL: 'http://127.0.0.1:4010',
  OPWATCH_INBOX_URL: 'http://127.0.0.1:4020',
  STAND_IN_TOKEN: 'token',
};

const operation = { region: 'cn-north-4', project_id: 'p1', cluster_id: 'c1', action_name: 'SNAPSHOTTING' };
const OWN: ConfigInput = {
  connections: {
    'huawei-a': { vendor: 'huawei', credentials: 'ssm:/acme/a', project: 'p1', callsPerSecond: 3 },
    aliyun: {
      vendor: 'aliyun',
      credentials: { accessKeyId: 'env:ID', secretAccessKey: 'secret:acme/aliyun' },
      endpoints: { emr: 'emr-vpc.{region}.aliyuncs.com' },
    },
  },
  targets: {
    'data-chat': {
      type: 'dingtalk',
      url: 'ssm:/acme/dingtalk',
      language: 'zh',
      mention: { mobiles: ['13900139000'] },
      rate: { perMinute: 5 },
    },
    ops: {
      type: 'webhook',
      url: 'https://hooks.acme.com/?key=x',
      secrets: ['ssm:/acme/ops'],
      headers: { 'x-key': 'secret:acme/header' },
    },
    commits: { type: 'github-status', repository: 'acme/warehouse', token: 'ssm:/acme/github' },
  },
  operators: ['ops'],
  tenants: {
    data: {
      connections: ['huawei-a'],
      targets: ['data-chat', 'https://ci.acme.com'],
      notify: ['data-chat'],
      signing: 'ssm:/acme/signing',
    },
  },
  defaults: { notify: ['ops', 'https://ci.acme.com/done'], deadline: 'PT6H' },
  links: { keys: ['ssm:/acme/link'] },
  callbacks: { allowHosts: ['.acme.com'] },
  schedules: [
    {
      name: 'nightly',
      cron: '5 2 * * ? *',
      timeZone: 'Asia/Shanghai',
      submission: { provider: 'huawei-dws', operation, notify: ['data-chat', 'https://ci.acme.com/x'] },
    },
  ],
};

test('keeps names, mentions, languages, rates, tenants and schedules', () => {
  const { connections, targets, tenants, schedules, deadlineMs, operators, boundsFor, notifyFor } = readConfig(
    standInFor(OWN, ENV),
  );
  expect([...connections.values()].map(({ name, vendor, callsPerSecond }) => [name, vendor, callsPerSecond])).toEqual([
    ['huawei-a', 'huawei', 3],
    ['aliyun', 'aliyun', 10],
  ]);
  expect(targets.get('data-chat')).toMatchObject({
    type: 'dingtalk',
    rate: { perMinute: 5 },
    settings: { language: 'zh', mention: { mobiles: ['13900139000'] } },
  });
  expect(targets.get('commits')).toMatchObject({ settings: { repository: 'acme/warehouse' } });
  expect([...tenants.keys()]).toEqual(['data']);
  expect(boundsFor('data').connections).toEqual(['huawei-a']);
  expect(notifyFor('default')).toEqual(['ops', 'http://127.0.0.1:4020/hooks/ci.acme.com']);
  expect([deadlineMs, operators]).toEqual([6 * 3_600_000, ['ops']]);
  expect(schedules).toMatchObject([
    { name: 'nightly', cron: '5 2 * * ? *', timeZone: 'Asia/Shanghai', submission: { operation } },
  ]);
});

test('leads nowhere beyond this machine, and names no secret of its own', () => {
  const text = JSON.stringify(standInFor(OWN, ENV));
  const kept = text
    .replaceAll('/hooks/ci.acme.com', '')
    .replaceAll('acme/warehouse', '')
    .replaceAll('https://ci.acme.com"', '"')
    .replaceAll('https://*', '');
  expect(kept).not.toMatch(/acme|aliyuncs|https:|ssm:|secret:|env:(?!STAND_IN_)/);
});

test('takes the place of each type of target', () => {
  const inbox = ENV.OPWATCH_INBOX_URL;
  const targets = everyTarget('https://outside.example.com', 'real');
  const config = standInFor({ connections: {}, targets }, ENV);
  expect(JSON.stringify(config)).not.toMatch(/outside|real/);
  for (const [name, target] of Object.entries(config.targets ?? {}))
    expect(JSON.stringify(target)).toContain(`${inbox}/${name === 'webhook' ? 'hooks' : name}/${name}`);
  expect(readConfig(config).targets.size).toBe(Object.keys(targets).length);
});
