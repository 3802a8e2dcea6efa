/** Puts serverless.yml's own tables and queues into the emulators, or changes the queues that are there already. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Resource } from '../deploy/serverless.ts';
import { isRecord, type Resolve } from './resolve.ts';

/** The settings that the emulators know. Only AWS has the rest (encryption, point-in-time recovery, expiry). */
const TABLE_PROPERTIES = ['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema'];
const QUEUE_PROPERTIES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'RedrivePolicy',
  'VisibilityTimeout',
];

type Deployment = {
  /** Where tables are that somebody else's DynamoDB keeps; left out, it is the local stack's own. */
  readonly keptAt?: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly resolve: Resolve;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
};

/**
 * Doing it again is harmless. Throws, with the name of the table or queue, where one cannot be made, and where a table is
 * there already and has other keys.
 */
export const deploy = async ({ resources, resolve, dynamodb, sqs, keptAt }: Deployment): Promise<void> => {
  const ofType = (type: string) =>
    Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
      const properties = Type === type ? resolve(Properties) : undefined;
      return isRecord(properties) ? [{ id, properties }] : [];
    });

  const tables = ofType('AWS::DynamoDB::Table').map(({ properties }) => properties);
  // The URL that the emulator answers names a host that does not resolve everywhere.
  const queues = ofType('AWS::SQS::Queue').map(({ id, properties }) => ({
    properties,
    url: String(resolve({ Ref: id })),
  }));
  await Promise.all([
    ...tables.map((table) => named(`the table ${table.TableName}`, createTable(table, dynamodb, keptAt))),
    ...queues.map(({ properties, url }) => named(`the queue ${url}`, createQueue(properties, sqs))),
  ]);
  // Some emulators want to see the dead-letter queue that a queue names, as SQS does.
  await Promise.all(queues.map(({ properties, url }) => named(`the queue ${url}`, setUp(properties, url, sqs))));
};

type Properties = Readonly<Record<string, unknown>>;

const pick = (properties: Properties, names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));

/** The SDK says what went wrong, and not with what. */
const named = async (what: string, work: Promise<void>): Promise<void> => {
  await work.catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${what} could not be set up: ${error.message || error.code || error.name}`, { cause: error });
  });
};

const createTable = async (properties: Properties, client: DynamoDBClient, keptAt?: string): Promise<void> => {
  const TableName = String(properties.TableName);
  const wanted = pick(properties, TABLE_PROPERTIES);
  try {
    // The template's words are the API's: CloudFormation hands them over as they are.
    await client.send(new CreateTableCommand({ ...wanted, TableName } as CreateTableCommandInput));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (shapeOf(Table) !== shapeOf(wanted)) {
      const cure = keptAt === undefined ? 'remove .opwatch' : `delete it at ${keptAt}`;
      throw new Error(`the kept table has other keys or indexes than serverless.yml; to begin without it, ${cure}`);
    }
  }
};

/** Keys, their types, and indexes, whatever the order in which an emulator lists them. */
const shapeOf = (table: unknown): string => {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = isRecord(table) ? table : {};
  const types = list(AttributeDefinitions).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]);
  const indexes = list(GlobalSecondaryIndexes).map(({ IndexName, KeySchema: keys, Projection }) => {
    const { ProjectionType, NonKeyAttributes } = isRecord(Projection) ? Projection : {};
    return [
      IndexName,
      keysOf(keys),
      ProjectionType,
      Array.isArray(NonKeyAttributes) ? NonKeyAttributes.toSorted() : [],
    ];
  });
  return JSON.stringify([types.sort(), keysOf(KeySchema), indexes.sort()]);
};

const keysOf = (schema: unknown) =>
  list(schema)
    .map(({ AttributeName, KeyType }) => [KeyType, AttributeName])
    .sort();

const list = (value: unknown): readonly Properties[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** Created with its attributes, a queue that is there with others would be an error. */
const createQueue = async ({ QueueName }: Properties, client: SQSClient): Promise<void> => {
  await client.send(new CreateQueueCommand({ QueueName: String(QueueName) }));
};

const setUp = async (properties: Properties, QueueUrl: string, client: SQSClient): Promise<void> => {
  const Attributes = Object.fromEntries(
    Object.entries(pick(properties, QUEUE_PROPERTIES)).map(([name, value]) => [
      name,
      isRecord(value) ? JSON.stringify(value) : String(value),
    ]),
  );
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
};
