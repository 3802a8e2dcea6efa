/** Queues and the table: nothing is forgotten, nobody listens in. */
import { describe, expect, test } from 'vitest';
import { CONSUMERS, functionOf, list, nameOf, ofType, type Resources, refOf } from './packaged.ts';

export const stores = (resources: () => Resources, prod: () => Resources): void => {
  describe('queues', () => {
    const mappingOf = (name: string) =>
      ofType(resources(), 'AWS::Lambda::EventSourceMapping').find(
        ([, { FunctionName }]) => nameOf(FunctionName) === `${name}LambdaFunction`,
      )?.[1];

    test.each(CONSUMERS)(
      '%s takes batches of ten from its own, at once, and reports what failed [F16]',
      (name, queue) => {
        const mapping = mappingOf(name);
        expect(nameOf(mapping?.EventSourceArn)).toBe(queue);
        expect(mapping).toMatchObject({
          BatchSize: 10,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 10 },
        });
        expect(mapping?.MaximumBatchingWindowInSeconds).toBeUndefined();
        // A new account has ten in all, and AWS refuses to set any aside: only who asks for it gets that.
        expect(functionOf(resources(), name).ReservedConcurrentExecutions).toEqual({ Ref: 'AWS::NoValue' });
        expect(functionOf(prod(), name).ReservedConcurrentExecutions).toBe(10);
      },
    );

    test('nothing else is mapped', () => {
      expect(ofType(resources(), 'AWS::Lambda::EventSourceMapping')).toHaveLength(CONSUMERS.length);
    });

    test.each(CONSUMERS)('%s has a sixth of its queue’s visibility timeout to finish [F11]', (name, queue) => {
      const visibility = Number(resources()[queue]?.Properties.VisibilityTimeout);
      expect(visibility).toBeGreaterThanOrEqual(6 * Number(functionOf(resources(), name).Timeout));
    });

    test.each(CONSUMERS)('what %s cannot read ends in a dead-letter queue of its own [F14] [F15]', (_, queue, dead) => {
      expect(resources()[queue]?.Properties.RedrivePolicy).toEqual({
        deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] },
        maxReceiveCount: 1000,
      });
    });

    test('all keep a message for 14 days, encrypted [F15] [S6]', () => {
      const queues = ofType(resources(), 'AWS::SQS::Queue');
      expect(queues.map(([id]) => id).sort()).toEqual(
        [...CONSUMERS.flatMap(([, queue, dead]) => [queue, dead]), 'SubmissionDeadLetters'].sort(),
      );
      for (const [, queue] of queues) {
        expect(queue).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
      }
    });

    test('all refuse whoever comes without TLS [S6]', () => {
      const policies = ofType(resources(), 'AWS::SQS::QueuePolicy');
      const covered = policies.flatMap(([, { Queues }]) => list(Queues).map(refOf));
      expect(covered.sort()).toEqual(
        ofType(resources(), 'AWS::SQS::Queue')
          .map(([id]) => id)
          .sort(),
      );
      for (const [, { PolicyDocument }] of policies) {
        expect(PolicyDocument).toMatchObject({
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 'sqs:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        });
      }
    });
  });

  describe('the table', () => {
    test('is one, encrypted, on demand, can be restored to any second and forgets what has expired [S6]', () => {
      expect(ofType(resources(), 'AWS::DynamoDB::Table').map(([id]) => id)).toEqual(['Table']);
      expect(resources().Table?.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
    });

    test.each([
      ['lease', 'leaseShard', 'aliveUntil', 'N', { ProjectionType: 'INCLUDE', NonKeyAttributes: ['tenantDay'] }],
      ['listing', 'tenantDay', 'listedAt', 'S', { ProjectionType: 'KEYS_ONLY' }],
    ])('has the index %s, of what is asked of it', (IndexName, hash, range, type, Projection) => {
      const { GlobalSecondaryIndexes, AttributeDefinitions } = resources().Table?.Properties ?? {};
      expect(GlobalSecondaryIndexes).toContainEqual({
        IndexName,
        KeySchema: [
          { AttributeName: hash, KeyType: 'HASH' },
          { AttributeName: range, KeyType: 'RANGE' },
        ],
        Projection,
      });
      expect(AttributeDefinitions).toContainEqual({ AttributeName: hash, AttributeType: 'S' });
      expect(AttributeDefinitions).toContainEqual({ AttributeName: range, AttributeType: type });
    });

    test('goes with a trial stack and outlives a production stack [S6]', () => {
      expect(resources().Table).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
      expect(resources().Table?.Properties.DeletionProtectionEnabled).toBe(false);
      expect(prod().Table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(prod().Table?.Properties.DeletionProtectionEnabled).toBe(true);
    });
  });
};
