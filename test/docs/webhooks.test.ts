import { describe, expect, it } from 'vitest';
import { itVerifiesIn, languagesShown } from './verifiers.ts';

describe('docs/webhooks.md, "Verifying"', () => {
  it('shows three languages', () => {
    expect(languagesShown()).toEqual(['ts', 'python', 'go']);
  });

  itVerifiesIn('ts');
  itVerifiesIn('python');
  // Go compiles its HTTP library first: test/slow/webhooks.test.ts.
});
