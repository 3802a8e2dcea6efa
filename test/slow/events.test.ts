/** Every file in events/, as their readers are told to run them: `serverless invoke local -f <function> -p events/<file>`. */
import { afterAll, beforeAll } from 'vitest';
import { invokeLocal } from '../e2e/kit/invoke-local.ts';
import { type Opwatch, startOpwatch } from '../e2e/kit/opwatch.ts';
import { itKeepsSecrets } from '../e2e/kit/secrecy.ts';
import { functionOf, sampleEvents } from '../e2e/sample-events.ts';

let opwatch: Opwatch;
beforeAll(async () => {
  opwatch = await startOpwatch();
});
afterAll(() => opwatch.stop());

// Two at a time: most of each is the start of a process.
sampleEvents(
  () => opwatch,
  (on, name) => invokeLocal(on, functionOf(name), ['-p', `events/${name}.json`]),
  2,
);
itKeepsSecrets(() => opwatch);
