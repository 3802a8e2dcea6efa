/**
 * Lets a command work with the local stack that runs from this checkout, and with nothing else:
 *
 *     node --conditions=offline --import ./offline/join.ts lib/commands/…
 */
import { dirname } from 'node:path';
import { givenSurroundings, runningEndpoints } from './endpoints.ts';

const endpoints = givenSurroundings() ?? (await runningEndpoints(dirname(import.meta.dirname)));
if (!endpoints) {
  console.error('no local stack runs from this checkout: npm start begins one');
  process.exit(1);
}
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
Object.assign(process.env, endpoints.environment);
