/**
 * Adds the canary to a deployment if the parameter `canary` asks for it. A schedule begins the operations of the
 * canary.
 */
import { CANARY_INPUT } from '../lib/core/canary.ts';
import { CANARY_EVERY_MS, MINUTE } from '../lib/core/schedule.ts';
import type { Serverless } from './serverless.ts';
import type { Settings } from './settings.ts';

/** The schedule in the form into which osls turns the schedules of serverless.yml: a list of rates. */
const SCHEDULE = { schedule: { rate: [`rate(${CANARY_EVERY_MS / MINUTE} minutes)`], input: CANARY_INPUT } };

/** Adds the schedule to the service that osls has read from serverless.yml. */
export const addCanary = (
  { functions: { trigger } }: Pick<Serverless['service'], 'functions'>,
  { canary }: Pick<Settings, 'canary'>,
): void => {
  if (canary && trigger) trigger.events = [...trigger.events, SCHEDULE];
};
