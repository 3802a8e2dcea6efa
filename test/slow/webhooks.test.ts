import { describe } from 'vitest';
import { itVerifiesIn } from '../docs/verifiers.ts';

describe.each(['Verifying', 'Verifying v1a'] as const)('docs/webhooks.md, "%s"', (section) => {
  itVerifiesIn('go', section);
});
