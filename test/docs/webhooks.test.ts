import { describe, expect, it } from 'vitest';
import { itVerifiesIn, languagesShown } from './verifiers.ts';

describe.each(['Verifying', 'Verifying v1a'] as const)('docs/webhooks.md, "%s"', (section) => {
  it('shows three languages', () => {
    expect(languagesShown(section)).toEqual(['ts', 'python', 'go']);
  });

  itVerifiesIn('ts', section);
  itVerifiesIn('python', section);
  // Go compiles its HTTP library first: test/slow/webhooks.test.ts.
});
