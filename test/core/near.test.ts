import { expect, test } from 'vitest';
import { instead, nearest } from '../../lib/core/near.ts';

const NAMES = ['webhook', 'slack', 'slack-bot', 'teams', 'ops', 'huawei'];

test.each([
  ['slak', 'slack'],
  ['Slack', 'slack'],
  ['salck', 'slack'],
  ['slackbot', 'slack-bot'],
  ['webhok', 'webhook'],
  ['huawei-prod', 'huawei'],
  ['op', 'ops'],
  ['telegraph', undefined],
  ['', undefined],
  ['x'.repeat(1_000_000), undefined],
])('%.20s was meant to be %s', (given, meant) => {
  expect(nearest(given, NAMES)).toBe(meant);
});

test('where no name is near, all are listed', () => {
  expect(instead('telegraph', ['a', 'b'])).toBe('there are: a, b');
  expect(instead('telegraph', [])).toBe('there are none');
});
