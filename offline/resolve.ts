/**
 * CloudFormation's intrinsic functions, worked out for one machine: what serverless.yml says of tables and queues, and what
 * it tells the functions about them. As little of them as serverless.yml uses; anything else is refused by name.
 */
import type { Resource } from '../deploy/serverless.ts';

/** The account of every SQS emulator of this lineage; ARNs carry it. */
export const LOCAL_ACCOUNT = '000000000000';

export type ResolverOptions = {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly region: string;
  /** Where SQS answers, without a slash at the end. */
  readonly sqsUrl: string;
  /** Left out, the one of the local stack's own SQS. */
  readonly account?: string;
  /** Attributes of what osls itself adds to the template, such as `HttpApi.ApiEndpoint`. */
  readonly attributes: Readonly<Record<string, string>>;
};

export type Resolve = (value: unknown) => unknown;

type Names = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

/** Resolves a value of the template, however deep. Throws on a function or a resource it does not know. */
export const createResolver = (options: ResolverOptions): Resolve => {
  const { resources, region, sqsUrl, attributes, account = LOCAL_ACCOUNT } = options;
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::URLSuffix': 'amazonaws.com',
  };

  const namesOf = (id: string): Names => {
    const resource = resources[id];
    const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${account}:${name}`;
    if (resource?.Type === 'AWS::SQS::Queue') {
      const name = nameIn(resource, 'QueueName', id);
      const url = `${sqsUrl}/${account}/${name}`;
      return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
    }
    if (resource?.Type === 'AWS::DynamoDB::Table') {
      const name = nameIn(resource, 'TableName', id);
      return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`) } };
    }
    throw new Error(`the local stack has no resource ${id}`);
  };

  const nameIn = ({ Properties }: Resource, property: string, id: string): string => {
    const name = isRecord(Properties) ? resolve(Properties[property]) : undefined;
    if (typeof name !== 'string') throw new Error(`${id} needs a ${property}: the local stack does not invent one`);
    return name;
  };

  const ref = (id: string): string => pseudo[id] ?? namesOf(id).ref;

  const attribute = (path: string): string => {
    const [id = '', name = ''] = splitOnce(path, '.');
    const value = attributes[path] ?? namesOf(id).attributes[name];
    if (value === undefined) throw new Error(`the local stack does not know ${path}`);
    return value;
  };

  const substitute = (template: string, values: Readonly<Record<string, unknown>>): string =>
    template.replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(values, name)) return text(resolve(values[name]));
      return name.includes('.') ? attribute(name) : ref(name);
    });

  const functions: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (id) => ref(text(id)),
    'Fn::GetAtt': (path) => attribute(Array.isArray(path) ? path.map(text).join('.') : text(path)),
    'Fn::Sub': (argument) => {
      const [template, values] = Array.isArray(argument) ? argument : [argument, {}];
      return substitute(text(template), isRecord(values) ? values : {});
    },
    'Fn::Join': (argument) => {
      const [delimiter, parts] = Array.isArray(argument) ? argument : [];
      if (!Array.isArray(parts)) throw new Error('Fn::Join takes a delimiter and a list');
      return parts.map((part) => text(resolve(part))).join(text(delimiter));
    },
  };

  const resolve: Resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!isRecord(value)) return value;
    const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
    if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
      const run = functions[name];
      if (!run) throw new Error(`the local stack cannot work out ${name}`);
      return run(argument);
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  };

  return resolve;
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`expected text, found ${JSON.stringify(value)}`);
};

const splitOnce = (path: string, separator: string): [string, string] => {
  const at = path.indexOf(separator);
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at + separator.length)];
};
