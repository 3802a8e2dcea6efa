/** What is deployed, read from what `serverless package` makes of it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { alarmTopic } from './alarm-topic.ts';
import { alarms } from './alarms.ts';
import { canary } from './canary.ts';
import { documentedRoles } from './documented.ts';
import { functions } from './functions.ts';
import { allGiven, list, type Packaged, pack, packOnce, type Statement } from './packaged.ts';
import { numbersOfQueues, queues } from './queues.ts';
import { roles } from './roles.ts';
import { stores } from './stores.ts';

/** As it comes. */
let dev: Packaged;
/** A production stage with everything set that can be. */
let prod: Packaged;
/** With more queues than one of each kind. */
let several: Packaged;
// One after the other, and nobody else packages anything but by packOnce().
beforeAll(async () => {
  dev = await packOnce();
  prod = await pack('--stage', 'prod', '--param', 'auth=iam', '--param', 'reserve=yes', ...allGiven);
  several = await pack('--param', 'reserve=yes', '--param', 'pollQueues=3', '--param', 'notifyQueues=2');
});

test('without keys of links, packaging says that messages link to no watch', () => {
  for (const { printed } of [dev, prod]) expect(printed).toContain('opwatch.config.ts has no links.keys');
});

describe('roles', () =>
  roles(
    () => dev.resources,
    () => prod.resources,
  ));
describe('roles in the docs', () => documentedRoles(() => dev.resources));
describe('what keeps state', () =>
  stores(
    () => dev.resources,
    () => prod.resources,
  ));
describe('what runs', () =>
  functions(
    () => dev,
    () => prod,
  ));
describe('several queues', () =>
  queues(
    () => dev.resources,
    () => several.resources,
  ));
describe('numbers of queues', numbersOfQueues);
describe('alarms', () =>
  alarms(
    () => dev.resources,
    () => prod.resources,
  ));
describe('the canary', () =>
  canary(
    () => dev.resources,
    () => prod.resources,
  ));
describe('alarms are heard', () =>
  alarmTopic(
    () => dev.resources,
    () => prod.resources,
  ));

/** In a key's own policy `*` is that key, and its account has to be able to manage it. */
const KEY_STATEMENTS = [{ Action: 'kms:*' }, { Action: ['kms:Decrypt', 'kms:GenerateDataKey'] }];

test('nothing is allowed to do anything, or to anything, by a wildcard; keys aside [S5]', () => {
  const wild = [...statementsIn(dev.resources), ...statementsIn(prod.resources)]
    .filter(({ Effect }) => Effect === 'Allow')
    .filter(
      ({ Action, Resource }) => list(Action).some((action) => action.includes('*')) || list(Resource).includes('*'),
    );
  expect(wild).toMatchObject([...KEY_STATEMENTS, ...KEY_STATEMENTS]);
});

/** Every statement of a template, wherever it stands. */
const statementsIn = (value: unknown): Statement[] => {
  if (Array.isArray(value)) return value.flatMap(statementsIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value && 'Action' in value) return [value as Statement];
  return Object.values(value).flatMap(statementsIn);
};

describe('what cannot be deployed', () => {
  test.each([
    [
      'without authentication [S1]',
      ['--param', 'auth=none'],
      'Cannot resolve variable at "provider.httpApi.authorizers"',
    ],
    ['with a wildcard for a topic [S5]', ['--param', 'topics=arn:aws:sns:*:*:*'], 'topics.0 must be an ARN of sns'],
  ])('%s', async (_, args, says) => {
    await expect(pack(...args)).rejects.toMatchObject({ stdout: expect.stringContaining(says) });
  });
});
