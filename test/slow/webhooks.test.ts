import { describe } from 'vitest';
import { itVerifiesIn } from '../docs/verifiers.ts';

describe('docs/webhooks.md, "Verifying"', () => {
  itVerifiesIn('go');
});
