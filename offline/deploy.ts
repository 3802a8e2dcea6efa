/** Puts serverless.yml's own tables and queues into the emulators, or changes the queues that are there already. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { isRecord, type Resolve } from './resolve.ts';
import type { Resource } from './serverless.ts';

/** What the emulators know of; the rest (encryption, point-in-time recovery, expiry) is AWS's to do. */
const TABLE_PROPERTIES = ['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema'];
const QUEUE_PROPERTIES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'RedrivePolicy',
  'VisibilityTimeout',
];

type Deployment = {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly resolve: Resolve;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
};

/** Doing it again is harmless. Throws where a table is there already and has other keys. */
export const deploy = async ({ resources, resolve, dynamodb, sqs }: Deployment): Promise<void> => {
  const ofType = (type: string) =>
    Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
      const properties = Type === type ? resolve(Properties) : undefined;
      return isRecord(properties) ? [{ id, properties }] : [];
    });

  await Promise.all([
    ...ofType('AWS::DynamoDB::Table').map(({ properties }) => createTable(properties, dynamodb)),
    // The URL that the emulator answers names a host that does not resolve everywhere.
    ...ofType('AWS::SQS::Queue').map(({ id, properties }) =>
      createQueue(properties, String(resolve({ Ref: id })), sqs),
    ),
  ]);
};

type Properties = Readonly<Record<string, unknown>>;

const pick = (properties: Properties, names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));

const createTable = async (properties: Properties, client: DynamoDBClient): Promise<void> => {
  const TableName = String(properties.TableName);
  const wanted = pick(properties, TABLE_PROPERTIES);
  try {
    // The template's words are the API's: CloudFormation hands them over as they are.
    await client.send(new CreateTableCommand({ ...wanted, TableName } as CreateTableCommandInput));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (shapeOf(Table) !== shapeOf(wanted)) {
      throw new Error(
        `the table ${TableName} that was kept has other keys or indexes than serverless.yml: remove .opwatch`,
      );
    }
  }
};

const shapeOf = (table: unknown): string => {
  const { KeySchema, GlobalSecondaryIndexes } = isRecord(table) ? table : {};
  const indexes = Array.isArray(GlobalSecondaryIndexes) ? GlobalSecondaryIndexes : [];
  return JSON.stringify([
    KeySchema,
    indexes
      .map(({ IndexName, KeySchema: keys, Projection: { ProjectionType, NonKeyAttributes } }) => [
        IndexName,
        keys,
        ProjectionType,
        NonKeyAttributes,
      ])
      .sort(),
  ]);
};

const createQueue = async (properties: Properties, QueueUrl: string, client: SQSClient): Promise<void> => {
  const Attributes = Object.fromEntries(
    Object.entries(pick(properties, QUEUE_PROPERTIES)).map(([name, value]) => [
      name,
      isRecord(value) ? JSON.stringify(value) : String(value),
    ]),
  );
  // Created with its attributes, a queue that is there with others would be an error.
  await client.send(new CreateQueueCommand({ QueueName: String(properties.QueueName) }));
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
};
