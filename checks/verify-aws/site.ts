/** What checks are run on: a deployed opwatch with the probe beside it, or the embedded stack in their place. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Table } from '../../lib/store/store.ts';
import type { Attempt } from './probe/attempt.ts';

export type Site = {
  /** opwatch's own table. */
  readonly table: Table;
  readonly sqs: SQSClient;
  readonly queues: {
    /** Of the probe: nobody reads it but the checks. */
    readonly plain: string;
    readonly deadLetters: string;
    /** Of the probe: mapped to its function. */
    readonly mapped: string;
  };
  /** The origin of opwatch's HTTP API. */
  readonly api: string;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** How many times as long as on AWS everything may take here; left out, once. */
  readonly patience?: number;
};

export type Mapping = {
  readonly queue: string;
  readonly batchSize: number | undefined;
  readonly maximumConcurrency: number | undefined;
  readonly responseTypes: readonly string[];
};

/** A role that the probe has a function in. */
export type Role = 'poller' | 'sweep';

export type Metric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
};

export type AwsSite = Site & {
  readonly stage: string;
  readonly tableName: string;
  readonly ssm: SSMClient;
  /** Over http, without TLS. */
  readonly sqsInTheClear: SQSClient;
  /** Of each kind all that there are, the first one first. */
  readonly opwatchQueues: Readonly<Record<'pollAliyun' | 'pollHuawei' | 'notify', readonly string[]>>;
  /** The probe's function that is mapped to a queue. */
  readonly mappedFunction: string;
  /** Has a function under one of opwatch's roles attempt something. */
  readonly attemptAs: (role: Role, attempt: Attempt) => Promise<string>;
  /** The table's expiry: whether it is on, and by which attribute. */
  readonly expiry: () => Promise<{ readonly status: string | undefined; readonly attribute: string | undefined }>;
  /** Of opwatch's own functions. */
  readonly mappings: () => Promise<readonly Mapping[]>;
  /** `Terminate` or `Allow`. */
  readonly recursion: (functionName: string) => Promise<string | undefined>;
  /** The sum since the site was made; undefined when there is none. */
  readonly metric: (metric: Metric) => Promise<number | undefined>;
};

/** Asks until the answer will do, for `seconds` (times the site's patience) at most; answers the last one. */
export const askUntil = async <T>(
  { pause, now, patience = 1 }: Pick<Site, 'pause' | 'now' | 'patience'>,
  seconds: number,
  ask: () => Promise<T>,
  willDo: (answer: T) => boolean,
): Promise<T> => {
  const end = now() + seconds * patience * 1_000;
  for (;;) {
    const answer = await ask();
    if (willDo(answer) || now() >= end) return answer;
    await pause(500);
  }
};
