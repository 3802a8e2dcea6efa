/** Another tenant, to whom nothing is done: how soon it is told of its watches. */
import { randomUUID } from 'node:crypto';
import { anOperation, type Opwatch } from '../e2e/kit/opwatch.ts';
import { until } from '../e2e/kit/until.ts';

/** Submits what is over already, as tenant `default`; answers how long it takes from then until it is told, ms. */
export const tellAnother = async ({ begin, submit, receiver }: Opwatch): Promise<number> => {
  const name = `another-${randomUUID()}`;
  const submission = { ...anOperation(), notify: [receiver.urlOf(name)] };
  await begin(submission);
  const beganAt = Date.now();
  await submit(submission);
  const { at } = await until(() => receiver.received(name)[0], { everyMs: 20 });
  return at - beganAt;
};
