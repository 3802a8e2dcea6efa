/**
 * Who has called what of the emulators, in IAM's words: every function signs with an access key of its own name, as on AWS
 * it has a role of its own. test/e2e holds these calls to the roles.
 */
import { appendFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { LOCAL_ACCOUNT } from './resolve.ts';

export type Call = {
  /** The access key it was signed with: a function's name, or `local` for the machinery around the functions. */
  readonly by: string;
  /** `sqs:SendMessage` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Of the table: the partitions that it touches, as far as all items of their kind are alike (`w_`, `lane#`, `tokens`). */
  readonly partitions?: readonly string[];
};

/** The name of the file, beside the emulators' state. */
export const CALLS = 'calls.jsonl';

export type CallLog = (headers: IncomingHttpHeaders, body: string) => void;

/** Adds each kind of call to `file` once, as a line of JSON. */
export const logCalls = (file: string): CallLog => {
  const seen = new Set<string>();
  return (headers, body) => {
    for (const call of callsOf(headers, body)) {
      const line = `${JSON.stringify(call)}\n`;
      if (seen.has(line)) continue;
      seen.add(line);
      appendFileSync(file, line);
    }
  };
};

/** Returns the actions and resources of a signed call of AWS's JSON protocol. Any other call has none. */
export const callsOf = ({ authorization = '', ...headers }: IncomingHttpHeaders, body: string): readonly Call[] => {
  const [, by, region, service] = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(authorization) ?? [];
  const [, operation] = /\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? [];
  if (by === undefined || service === undefined || operation === undefined) return [];
  const call = (action: string, name: string): Call => ({
    by,
    action: `${service}:${action}`,
    resource: `arn:aws:${service}:${region}:${LOCAL_ACCOUNT}:${name}`,
  });
  // IAM knows no batches of SQS: whoever may send one message may send ten.
  if (service === 'sqs') return [call(operation.replace(/Batch$/, ''), queueIn(body))];
  if (service === 'ssm') return parametersIn(body).map((name) => call(operation, `parameter${name}`));
  const table = tableIn(body);
  if (table.includes('/index/')) return [call(operation, table)];
  return [{ ...call(operation, table), partitions: partitionsIn(body) }];
};

/** Partition keys of a request, each cut behind its kind: `w_abc` is `w_`, `lane#huawei` is `lane#`. */
const partitionsIn = (body: string): readonly string[] => {
  const { RequestItems = {}, Key = {}, Item = {}, ExpressionAttributeValues: values = {} } = JSON.parse(body);
  const keys = Object.values<{ Keys?: readonly Keyed[] }>(RequestItems).flatMap(({ Keys = [] }) => Keys);
  const texts = [...keys, Key, Item, { pk: values[':pk'] }].flatMap(({ pk }: Keyed) => (pk?.S ? [pk.S] : []));
  return [...new Set(texts.map((text) => /^(?:n_of#|[wn]_|[a-z-]+#?)/.exec(text)?.[0] ?? text))].sort();
};

type Keyed = { readonly pk?: { readonly S?: string } };

const parametersIn = (body: string): readonly string[] => {
  const { Name, Names = [Name] } = JSON.parse(body);
  return Names;
};

const queueIn = (body: string): string => /"QueueUrl":"[^"]*\/([^"/]+)"/.exec(body)?.[1] ?? '';

const tableIn = (body: string): string => {
  const [, table = ''] = /"(?:TableName":|RequestItems":\{)"([^"]+)"/.exec(body) ?? [];
  const [, index] = /"IndexName":"([^"]+)"/.exec(body) ?? [];
  return `table/${table}${index === undefined ? '' : `/index/${index}`}`;
};
