/** opwatch as its users meet it: the real functions on one local stack, through its doors alone. */
import { afterAll, beforeAll, describe } from 'vitest';
import { api } from './api.ts';
import { badInput } from './bad-input.ts';
import { delivery } from './delivery.ts';
import { type Opwatch, startOpwatch } from './kit/opwatch.ts';
import { itKeepsSecrets } from './kit/secrecy.ts';
import { links } from './links.ts';
import { outcomes } from './outcomes.ts';
import { poison } from './poison.ts';
import { itKeepsToItsRoles } from './roles.ts';
import { storedCredentials } from './stored.ts';

let opwatch: Opwatch;
const running = () => opwatch;
beforeAll(async () => {
  opwatch = await startOpwatch();
});
afterAll(() => opwatch.stop());

// A stack of their own, and one after the other: what counts every item and message comes first, what looks back at all that
// was done comes last.
describe('an operation', () => outcomes(running));
describe('bad input', () => badInput(running));
describe('a poison message', () => poison(running));
describe('the API', () => api(running));
describe('a delivery', () => delivery(running));
describe('a link', () => links(running));
describe('stored credentials', () => storedCredentials(running));
describe('after all that', () => itKeepsSecrets(running));
describe('and the roles', () => itKeepsToItsRoles(running));
