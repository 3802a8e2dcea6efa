/** What dies and is started again, on a stack of its own: it stands in everybody's way. */
import { afterAll, beforeAll, describe } from 'vitest';
import { canary } from './canary.ts';
import { crashes } from './crashes.ts';
import { type Opwatch, startOpwatch } from './kit/opwatch.ts';
import { itKeepsSecrets } from './kit/secrecy.ts';

let opwatch: Opwatch;
const running = () => opwatch;
beforeAll(async () => {
  opwatch = await startOpwatch();
});
afterAll(() => opwatch.stop());

describe('what dies', () => crashes(running));
describe('the canary', () => canary(running));

describe('after all that', () => itKeepsSecrets(running));
