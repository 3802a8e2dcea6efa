/** `npm run verify-aws` as it is called; test/slow/verify-aws.test.ts has what deploys. */
import { expect, test } from 'vitest';
import { asked, call } from './account.ts';

test.each([
  ['nothing', []],
  ['no account', ['--region', 'eu-west-1']],
  ['no region', ['--account', '123456789012']],
  ['an account that is none', ['--account', 'prod', '--region', 'eu-west-1']],
  ['an option it does not know', ['--stage', 'prod']],
])('called with %s it says how, and asks nobody', async (_, args) => {
  const { code, text } = await call(...args);
  expect(code).toBe(2);
  expect(text).toContain('usage:');
  expect(asked).toEqual([]);
});

test('with the credentials of another account nothing is made [S15]', async () => {
  const { code, text } = await call('--account', '999999999999', '--region', 'eu-west-1');
  expect(code).toBe(2);
  expect(text).toContain('those of account 123456789012, not 999999999999: nothing was made');
  expect(asked).toEqual(['GetCallerIdentity']);
});
