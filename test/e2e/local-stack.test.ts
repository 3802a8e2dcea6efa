/** opwatch as its users meet it: the real functions on one local stack, through its doors alone. */
import { afterAll, beforeAll, describe } from 'vitest';
import { api } from './api.ts';
import { badInput } from './bad-input.ts';
import { crashes } from './crashes.ts';
import { crowd } from './crowd.ts';
import { delivery } from './delivery.ts';
import { type Opwatch, startOpwatch } from './kit/opwatch.ts';
import { itKeepsSecrets } from './kit/secrecy.ts';
import { outcomes } from './outcomes.ts';
import { poison } from './poison.ts';
import { realFaults } from './real-faults.ts';
import { itKeepsToItsRoles } from './roles.ts';
import { storedCredentials } from './stored.ts';

let opwatch: Opwatch;
const running = () => opwatch;
beforeAll(async () => {
  opwatch = await startOpwatch();
});
afterAll(() => opwatch.stop());

// In this order: what counts on a quiet table and empty queues comes first, what kills processes comes last.
describe('an operation', () => outcomes(running));
describe('bad input', () => badInput(running));
describe('a poison message', () => poison(running));
describe('the API', () => api(running));
describe('a delivery', () => delivery(running));
describe('stored credentials', () => storedCredentials(running));
describe('what dies', () => crashes(running));
describe('a crowd', () => crowd(running));
describe('real faults:', () => realFaults(running));
describe('after all that', () => itKeepsSecrets(running));
describe('and the roles', () => itKeepsToItsRoles(running));
