/** More queues than one of each kind: whatever belongs to a queue is there for each. */
import { describe, expect, test } from 'vitest';
import { alarms } from '../../deploy/alarms.ts';
import { addQueues } from '../../deploy/queues.ts';
import { roles } from '../../deploy/roles.ts';
import type { FunctionDefinition, Resource, Serverless } from '../../deploy/serverless.ts';
import { readSettings } from '../../deploy/settings.ts';
import { readConfig } from '../../lib/config/config.ts';
import config from '../../opwatch.config.ts';
import { functionOf, list, nameOf, ofType, type Properties, type Resources, refOf, statementsOf } from './packaged.ts';
import { NOTHING_GIVEN } from './roles.ts';

/** Logical ids and names by their number: the first has none. */
const ids = (first: string, count: number) =>
  Array.from({ length: count }, (_, i) => (i === 0 ? first : first + (i + 1)));
const names = (first: string, count: number) =>
  Array.from({ length: count }, (_, i) => (i === 0 ? first : `${first}-${i + 1}`));

/** Deployed with `pollQueues=3` and `notifyQueues=2`; `one` with neither. */
export const queues = (one: () => Resources, several: () => Resources): void => {
  const KINDS = [
    ['PollerAliyun', 'PollQueueAliyun', 3, 'PollDeadLettersAliyun', 'POLL_QUEUE_URLS_ALIYUN'],
    ['PollerHuawei', 'PollQueueHuawei', 3, 'PollDeadLettersHuawei', 'POLL_QUEUE_URLS_HUAWEI'],
    ['Notifier', 'NotifyQueue', 2, 'NotifyDeadLetters', 'NOTIFY_QUEUE_URLS'],
  ] as const;

  describe.each(KINDS)('%s', (consumer, first, count, dead, variable) => {
    const all = ids(first, count);

    test('takes from each of its queues as it takes from one [F20]', () => {
      const mappingsIn = (from: Resources) =>
        ofType(from, 'AWS::Lambda::EventSourceMapping')
          .map(([, mapping]) => mapping)
          .filter(({ FunctionName }) => nameOf(FunctionName) === `${consumer}LambdaFunction`);
      const [only] = mappingsIn(one());
      const mappings = mappingsIn(several());
      expect(mappings.map(({ EventSourceArn }) => nameOf(EventSourceArn))).toEqual(all);
      for (const mapping of mappings) expect({ ...mapping, EventSourceArn: only?.EventSourceArn }).toEqual(only);
      expect(functionOf(several(), consumer).ReservedConcurrentExecutions).toBe(count * 10);
    });

    test('and its queues are alike, with the same dead letters', () => {
      const { QueueName, ...settings } = one()[first]?.Properties ?? {};
      expect(settings).toMatchObject({ RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] } } });
      expect(all.map((id) => several()[id]?.Properties)).toEqual(
        names(String(QueueName), count).map((each) => ({ ...settings, QueueName: each })),
      );
    });

    test('and whoever sends to one is told of all, the first first', () => {
      const told = (from: Resources) =>
        ofType(from, 'AWS::Lambda::Function').flatMap(([id, { Environment }]) => {
          const { Variables } = Environment as { Variables: Properties };
          return variable in Variables ? [[id, Variables[variable]] as const] : [];
        });
      expect(told(one()).length).toBeGreaterThan(1);
      expect(told(several())).toEqual(
        told(one()).map(([id, url]) => {
          expect(refOf(url)).toBe(first);
          return [id, { 'Fn::Join': [',', all.map((each) => ({ Ref: each }))] }];
        }),
      );
    });

    test('and whoever may do something with one may do it with all', () => {
      const allowed = (from: Resources, role: string, queue: string) =>
        statementsOf(from[role]?.Properties ?? {})
          .filter(({ Resource }) => list(Resource).map(nameOf).includes(queue))
          .map(({ Effect, Action }) => ({ Effect, Action }));
      const everybody = ofType(one(), 'AWS::IAM::Role').map(([id]) => id);
      for (const role of everybody) {
        for (const id of all) expect(allowed(several(), role, id)).toEqual(allowed(one(), role, first));
      }
      expect(everybody.filter((role) => allowed(one(), role, first).length > 0).length).toBeGreaterThan(1);
    });

    test('and each of its queues has an alarm, a line on the dashboard and the policy that asks for TLS', () => {
      const { QueueName } = one()[first]?.Properties ?? {};
      const watched = ofType(several(), 'AWS::CloudWatch::Alarm').flatMap(([, { MetricName, Dimensions }]) =>
        MetricName === 'ApproximateNumberOfMessagesNotVisible' ? (Dimensions as { Value: unknown }[]) : [],
      );
      const dashboard = JSON.stringify(several().Dashboard);
      const covered = ofType(several(), 'AWS::SQS::QueuePolicy').flatMap(([, { Queues }]) => list(Queues).map(refOf));
      expect(covered).toEqual(expect.arrayContaining(all));
      for (const name of names(String(QueueName), count)) {
        expect(watched.map(({ Value }) => Value)).toContain(name);
        expect(dashboard).toContain(`\\"${name}\\"`);
      }
    });
  });

  test('nothing else differs', () => {
    const added = Object.keys(several()).filter((id) => !(id in one()));
    expect(Object.keys(one()).filter((id) => !(id in several()))).toEqual([]);
    const further = [...ids('PollQueueAliyun', 3).slice(1), ...ids('PollQueueHuawei', 3).slice(1), 'NotifyQueue2'];
    const consumers: Readonly<Record<string, string>> = { A: 'PollerAliyun', H: 'PollerHuawei', Q: 'Notifier' };
    const consumerOf = (id: string) => consumers[/^(?:Poll|Notify)Queue([AH]?)/.exec(id)?.[1] || 'Q'];
    const alarmed = further.map((id) =>
      id.startsWith('N') ? 'QueueNearlyFullNotify2Alarm' : `QueueNearlyFullPoll${id.slice('PollQueue'.length)}Alarm`,
    );
    expect(added.toSorted()).toEqual(
      [...further, ...alarmed, ...further.map((id) => `${consumerOf(id)}EventSourceMappingSQS${id}`)].toSorted(),
    );
  });
};

/** By the tables alone: what `serverless package` would make of these takes longer and says no more. */
export const numbersOfQueues = (): void => {
  const GIVEN = {
    ...NOTHING_GIVEN,
    canary: 'no',
    eventBuses: '',
    topics: '',
    secrets: '',
  };

  const serviceOf = () => {
    const queue = (QueueName: string): Resource => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName } });
    const consumer = (name: string, id: string): FunctionDefinition => ({
      name,
      handler: '',
      environment: {},
      events: [{ sqs: { arn: { 'Fn::GetAtt': [id, 'Arn'] } } }],
      reservedConcurrency: { Ref: 'AWS::NoValue' },
    });
    const functions: Serverless['service']['functions'] = {
      pollerAliyun: consumer('a', 'PollQueueAliyun'),
      pollerHuawei: consumer('h', 'PollQueueHuawei'),
      notifier: consumer('n', 'NotifyQueue'),
    };
    const Resources: Record<string, Resource> = {
      PollQueueAliyun: queue('o-poll-aliyun'),
      PollQueueHuawei: queue('o-poll-huawei'),
      NotifyQueue: queue('o-notify'),
    };
    return { functions, resources: { Resources } };
  };

  test.each([
    [1, 1],
    [2, 1],
    [1, 4],
    [20, 20],
  ])('with pollQueues=%i and notifyQueues=%i there are so many, given as numbers or as text', (poll, notify) => {
    for (const write of [Number, String]) {
      const settings = readSettings({ ...GIVEN, pollQueues: write(poll), notifyQueues: write(notify) });
      const service = serviceOf();
      addQueues(service, settings);
      expect(Object.keys(service.resources.Resources)).toHaveLength(2 * poll + notify);
      expect(service.functions.pollerHuawei?.events).toHaveLength(poll);
      expect(service.functions.notifier?.events).toHaveLength(notify);
      // Nothing is set aside where the account cannot spare it.
      expect(service.functions.notifier?.reservedConcurrency).toEqual({ Ref: 'AWS::NoValue' });
      const full = Object.keys(alarms(settings)).filter((id) => id.startsWith('QueueNearlyFull'));
      expect(full).toHaveLength(2 * poll + notify);
      const sweep = JSON.stringify(roles(settings, readConfig(config)).SweepRole);
      expect(sweep.match(/"(?:PollQueue|NotifyQueue)\w*"/g)).toHaveLength(2 * poll + notify);
    }
  });

  test.each(['0', '-1', '1.5', '21', 'two', '', ' ', null, undefined, Number.NaN, [2]])(
    'a number of queues that cannot be is refused by name: %j',
    (count) => {
      expect(() => readSettings({ ...GIVEN, pollQueues: count })).toThrow(
        'pollQueues must be a whole number from 1 to 20',
      );
      expect(() => readSettings({ ...GIVEN, notifyQueues: count })).toThrow('notifyQueues');
    },
  );
};
