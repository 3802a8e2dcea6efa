/** Every file in events/, by Lambda's Invoke API; test/slow/events.test.ts runs all of them by `serverless invoke local`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { invokeLocal } from './kit/invoke-local.ts';
import { anOperation, joinOpwatch, type Opwatch, type Reached } from './kit/opwatch.ts';
import { itKeepsSecrets } from './kit/secrecy.ts';
import { contentOf, functionOf, sampleEvents } from './sample-events.ts';

let opwatch: Opwatch<Reached>;
beforeAll(async () => {
  opwatch = await joinOpwatch();
});
afterAll(() => opwatch.stop());

sampleEvents(
  () => opwatch,
  ({ invoke }, name) => invoke(functionOf(name), contentOf(name)),
);

it('serverless invoke local uses the stack that runs', async () => {
  const submission = anOperation();
  await opwatch.begin(submission);
  const answer = await invokeLocal(opwatch, 'trigger', ['--data', JSON.stringify(submission)]);
  expect(answer).toMatchObject({ status: 202, body: { operation: submission.operation } });
});

itKeepsSecrets(() => opwatch);
