/** `npm run verify-aws` where it deploys: it packages opwatch first. */
import { expect, test } from 'vitest';
import { asked, call, holdDeployment, interrupt } from '../verify-aws/account.ts';

test('where it may not deploy it says so, and that nothing is left', async () => {
  const { code, text } = await call('--account', '123456789012', '--region', 'eu-west-1');
  expect(code).toBe(2);
  expect(text).toContain('serverless deploy failed');
  expect(text).toMatch(/removed: nothing of stage verify-[a-z0-9]{6} is left/);
  expect(new Set(asked)).toEqual(
    new Set(['GetCallerIdentity', 'DescribeStacks', 'CreateChangeSet', 'AmazonSSM.DeleteParameter']),
  );
});

test('interrupted while it deploys, it breaks that off and removes what there is', async () => {
  const begun = holdDeployment();
  const ended = call('--account', '123456789012', '--region', 'eu-west-1');
  await begun;
  interrupt();
  const { code, text } = await ended;
  expect(code).toBe(2);
  expect(text).toContain('interrupted');
  expect(text).toMatch(/removed: nothing of stage verify-[a-z0-9]{6} is left/);
  expect(asked.at(-1)).toMatch(/DescribeStacks|DeleteParameter/);
});
