import * as v from 'valibot';
import { describe, expect, it, test } from 'vitest';
import { targetOf } from '../../../lib/targets/index.ts';
import { Base, commonEntries } from '../../../lib/targets/kit/settings.ts';
import { everyTarget } from '../../../offline/inbox/targets.ts';

const examples = new Map<string, object>(
  Object.values(everyTarget('https://stand-in.example.com', 't')).map(({ type, ...rest }) => [type, rest]),
);

const faults = (type: string, more: object) => {
  const target = targetOf(type);
  return v
    .safeParse(target?.settings ?? v.never(), { ...examples.get(type), ...more })
    .issues?.map(({ message }) => message);
};

describe('whom to mention', () => {
  test.for([
    ['slack', { users: ['U0123ABCD'], groups: ['S0123ABCD'], everyone: 'channel' }],
    ['slack-bot', { users: ['W0123ABCD'] }],
    ['teams', { users: [{ id: '7c5e1f0e-1111-4d2c-9c3a-000000000000', name: 'On call' }] }],
    ['discord', { roles: ['123456789012345678'] }],
    ['dingtalk', { mobiles: ['+86-13800138000'], everyone: true }],
    ['feishu', { users: ['ou_0123abcd'] }],
    ['wecom', { users: ['li.si@corp'], mobiles: ['13800138000'] }],
    ['telegram', { users: ['@ops_team', { id: 1, name: '值班' }] }],
    ['google-chat', { users: ['123456789'] }],
  ] as const)('%s: %j', ([type, mention]) => expect(faults(type, { mention })).toBeUndefined());

  test.for([
    ['slack', { users: ['<!channel>'] }, 'must be a member id such as U0123ABCD'],
    ['slack', { groups: ['ops'] }, 'must be the id of a user group, such as S0123ABCD'],
    ['teams', { users: [{ id: 'ann@example.com', name: '</at>' }] }, 'must be 1 to 64 characters other than < and >'],
    ['discord', { users: ['ann'] }, 'must be a user id'],
    ['dingtalk', { mobiles: ['@all'] }, 'must be a mobile number'],
    ['feishu', { users: ['a></at>'] }, 'must be an open id or a user id'],
    ['wecom', { users: ['a>'] }, 'must be a user id'],
    ['google-chat', { users: ['all'] }, 'must be the number of a user'],
    ['slack', { on: [] }, 'must name an event'],
  ] as const)('%s: not %j', ([type, mention, message]) => expect(faults(type, { mention })).toEqual([message]));

  it('is for what somebody has to look at, unless it is said', () => {
    const { settings } = targetOf('slack') ?? {};
    const read = v.parse(settings ?? v.never(), { ...examples.get('slack'), mention: { everyone: 'here' } });
    expect(read).toMatchObject({
      language: 'en',
      mention: {
        on: [
          'operation.failed',
          'operation.partial',
          'operation.lost',
          'operation.timed_out',
          'operation.attention',
          'operation.blocked',
        ],
        users: [],
      },
    });
  });
});

test.for([
  ['https://api.example.com', true],
  ['http://127.0.0.1:4020/slack-bot/local/api', true],
  ['https://api.example.com/', false],
  ['https://api.example.com?a=1', false],
  ['https://api.example.com/#x', false],
  ['api.example.com', false],
  ['ssm:/opwatch/url', false],
] as const)('the beginning of an address: %s', ([text, isGood]) => expect(v.is(Base, text)).toBe(isGood));

test.for([
  ['github-dispatch', { repository: 'acme' }, 'must be owner/name'],
  ['github-dispatch', { repository: 'acme/..' }, 'must be owner/name'],
  ['github-status', { repository: '../acme' }, 'must be owner/name'],
  ['github-dispatch', { eventType: 'a b' }, 'must be 1 to 100 of A-Z, a-z, 0-9, "_", "." and "-"'],
  ['gitlab-trigger', { ref: 'a b' }, 'must be a branch or a tag'],
  [
    'telegram',
    { token: '123:abc' },
    'must be a reference (ssm:/path, secret:name or env:NAME), never the secret itself',
  ],
  ['slack-bot', { channel: '#ops' }, 'must be the id of a channel, such as C0123ABCD'],
  ['azure-pipelines', { header: 'a: b' }, 'must be the name of a header'],
  [
    'eventbridge',
    { source: 'aws.ec2' },
    'must be 1 to 256 letters, digits, "_", "." and "-", not beginning with "aws."',
  ],
  ['sns', { topic: 'ops' }, 'must be the ARN of a topic'],
  [
    'jenkins-build',
    { job: 'https://ci.example.com/job/x/' },
    'must be an https URL without a query and without a slash at its end',
  ],
  ['slack', { language: 'de' }, expect.stringContaining('Invalid')],
] as const)('%s does not take %j', ([type, more, message]) => expect(faults(type, more)).toEqual([message]));

describe('what holds for every target', () => {
  const Common = v.strictObject(commonEntries);
  test.for([
    {},
    { events: ['operation.failed'] },
    { rate: { perMinute: 10 } },
    { rate: { perSecond: 0.5, perMinute: 20 } },
  ])('%j', (settings) => expect(v.is(Common, settings)).toBe(true));
  test.for([{ events: [] }, { events: ['failed'] }, { rate: { perSecond: 0 } }, { rate: { perHour: 1 } }, { rate: 5 }])(
    'not %j',
    (settings) => expect(v.is(Common, settings)).toBe(false),
  );
});
