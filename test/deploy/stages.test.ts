/** Two stages of one configuration, as they are packaged: neither may read what is the other's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyCheckout } from '../e2e/kit/checkout.ts';
import { list, nameOf, ofType, packIn, type Resources, statementsOf } from './packaged.ts';

const arnOf = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;
/** Whoever deploys may well give both stages the ARNs of both. */
const SECRETS = ['dev', 'prod', 'dev-prod'].map((stage) => arnOf(`opwatch/${stage}/links`)).join();

const checkout = copyCheckout();
afterAll(checkout.remove);

/** As docs/config.md has it, "Stages". */
const withStage = (config: string): string =>
  config
    .replaceAll(/'ssm:\/opwatch\/([^']+)'/g, "'ssm:/opwatch/' + stage + '/$1'")
    .replace('export default', "const stage = process.env.OPWATCH_STAGE ?? 'dev';\nexport default")
    .replace('  connections: {', "  links: { keys: ['secret:opwatch/' + stage + '/links'] },\n  connections: {");

/** What the roles of a stage may read, each once. */
const readable = (resources: Resources): string[] => {
  const names = ofType(resources, 'AWS::IAM::Role')
    .flatMap(([, role]) => statementsOf(role))
    .filter(({ Action }) => list(Action).some((action) => /^(ssm|secretsmanager|kms):/.test(action)))
    .flatMap(({ Resource }) => list(Resource).map(nameOf));
  return [...new Set(names)].sort();
};

let dev: string[];
let other: string[];
beforeAll(async () => {
  checkout.edit('opwatch.config.ts', withStage(readFileSync(join(checkout.dir, 'opwatch.config.ts'), 'utf8')));
  const packed = async (stage: string) =>
    readable((await packIn(checkout.dir, '--stage', stage, '--param', `secrets=${SECRETS}`)).resources);
  dev = await packed('dev');
  other = await packed('dev-prod');
});

const namesOf = (stage: string): string[] => [
  arnOf(`opwatch/${stage}/links`),
  ...[
    'aliyun/credentials',
    'huawei/credentials',
    'targets/ops/secret',
    'targets/ops/url',
    'tenants/default/signing',
  ].map((name) => `parameter/opwatch/${stage}/${name}`),
  `parameter/aws/reference/secretsmanager/opwatch/${stage}/links`,
];

test('each stage may read its own parameters and secrets, and none of another whose name begins as its own does [S16]', () => {
  expect(dev).toEqual(namesOf('dev').sort());
  expect(other).toEqual(namesOf('dev-prod').sort());
});
