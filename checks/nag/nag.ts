/**
 * `npm run nag`: cdk-nag's AwsSolutions and Serverless packs over what is deployed, as it comes and with everything set.
 * Fails on a finding without a reason in exceptions.ts, and on a reason without a finding.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { allGiven, pack, type Resources } from '../../test/deploy/packaged.ts';
import { EXCEPTIONS } from './exceptions.ts';

type Finding = { readonly rule: string; readonly resource: string; readonly says: string };

const PACKS = [AwsSolutionsChecks, ServerlessChecks];

const findingsIn = (resources: Resources): readonly Finding[] => {
  const dir = mkdtempSync(join(tmpdir(), 'opwatch-nag-'));
  try {
    const templateFile = join(dir, 'template.json');
    writeFileSync(templateFile, JSON.stringify({ Resources: resources }));
    const app = new App({ outdir: dir });
    new CfnInclude(new Stack(app, 'opwatch'), 'template', { templateFile });
    return PACKS.flatMap((Pack) => new Pack(app).validateScope(app).violations).flatMap(
      ({ ruleName: rule, description: says, violatingResources }) =>
        // Paths end in the template's own ids; `resourceLogicalId` is not resolved yet.
        violatingResources.map(({ constructPath }) => ({
          rule,
          says,
          resource: constructPath?.split('/').at(-1) ?? '',
        })),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const isFor = ({ rule, resource }: Finding, exception: (typeof EXCEPTIONS)[number], id: string): boolean =>
  exception.rule === rule && id === resource;

const dev = await pack();
const prod = await pack('--stage', 'prod', '--param', 'auth=iam', ...allGiven);
const found = [dev, prod].flatMap(({ resources }) => findingsIn(resources));

const excused = EXCEPTIONS.flatMap((exception) => exception.resources.map((id) => ({ exception, id })));
const open = found.filter((finding) => !excused.some(({ exception, id }) => isFor(finding, exception, id)));
const idle = excused.filter(({ exception, id }) => !found.some((finding) => isFor(finding, exception, id)));

for (const { rule, resource, says } of open) console.error(`${resource}: ${rule}: ${says}`);
for (const { exception, id } of idle)
  console.error(`${id}: nothing calls for the exception of ${exception.rule} any more`);
console.log(
  `${found.length} findings in two templates, ${found.length - open.length} of them reasoned by ${EXCEPTIONS.length} exceptions; ${open.length} open, ${idle.length} exceptions idle`,
);
process.exitCode = open.length + idle.length > 0 ? 1 : 0;
