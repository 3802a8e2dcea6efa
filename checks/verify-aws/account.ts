/** One AWS account and region, opened only when it is the one that was named. */
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetFunctionRecursionConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Mapping, Metric } from './site.ts';

export type Access = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type Account = {
  readonly id: string;
  /** `aws`, `aws-cn`, … */
  readonly partition: string;
  readonly region: string;
  /** What was used to find out whose account it is: whoever else acts for us is to use the same. */
  readonly access: Access;
  /** `CREATE_COMPLETE` and so on; undefined when there is no such stack. */
  readonly stackStatus: (stack: string) => Promise<string | undefined>;
  /** Physical ids by logical ones. */
  readonly stackResources: (stack: string) => Promise<ReadonlyMap<string, string>>;
  /** What the function returned. Throws when it failed. */
  readonly invoke: (functionName: string, input: unknown) => Promise<unknown>;
  readonly recursion: (functionName: string) => Promise<string | undefined>;
  readonly mappingsOf: (queueArn: string) => Promise<readonly Mapping[]>;
  readonly metric: (metric: Metric, since: number) => Promise<number | undefined>;
};

/** Throws, before anything but GetCallerIdentity was asked, when the credentials are those of another account. */
export const openAccount = async (id: string, region: string): Promise<Account> => {
  const sts = new STSClient({ region });
  const credentials = await sts.config.credentials();
  const { Account: found, Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  if (found !== id) throw new Error(`your AWS credentials are those of account ${found}, not ${id}: nothing was made`);

  const access: Access = credentials;
  const options = { region, credentials: access };
  const cloudformation = new CloudFormationClient(options);
  const lambda = new LambdaClient(options);
  const cloudwatch = new CloudWatchClient(options);

  return {
    id,
    partition: Arn.split(':')[1] ?? 'aws',
    region,
    access,

    stackStatus: async (StackName) => {
      try {
        return (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus;
      } catch (error) {
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }
    },

    stackResources: async (StackName) => {
      const ids = new Map<string, string>();
      for await (const page of paginateListStackResources({ client: cloudformation }, { StackName })) {
        for (const { LogicalResourceId = '', PhysicalResourceId = '' } of page.StackResourceSummaries ?? []) {
          ids.set(LogicalResourceId, PhysicalResourceId);
        }
      }
      return ids;
    },

    invoke: async (FunctionName, input) => {
      const command = new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(input)) });
      const { FunctionError, Payload } = await lambda.send(command);
      const text = Buffer.from(Payload ?? []).toString('utf8');
      if (FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${text.slice(0, 500)}`);
      return text === '' ? undefined : JSON.parse(text);
    },

    recursion: async (FunctionName) =>
      (await lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }))).RecursiveLoop,

    mappingsOf: async (EventSourceArn) => {
      const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn }));
      return EventSourceMappings.map(({ BatchSize, ScalingConfig, FunctionResponseTypes }) => ({
        queue: EventSourceArn,
        batchSize: BatchSize,
        maximumConcurrency: ScalingConfig?.MaximumConcurrency,
        responseTypes: FunctionResponseTypes ?? [],
      }));
    },

    metric: async ({ namespace, name, dimensions }, since) => {
      const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
      const { MetricDataResults = [] } = await cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(since),
          EndTime: new Date(Date.now() + 60_000),
          MetricDataQueries: [
            {
              Id: 'sum',
              MetricStat: {
                Metric: { Namespace: namespace, MetricName: name, Dimensions },
                Period: 60,
                Stat: 'Sum',
              },
            },
          ],
        }),
      );
      const values = MetricDataResults[0]?.Values ?? [];
      return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
    },
  };
};
