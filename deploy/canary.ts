/** The canary, where the parameter `canary` asks for it: the schedule that begins its operations. */
import { CANARY_INPUT } from '../lib/core/canary.ts';
import { CANARY_EVERY_MS, MINUTE } from '../lib/core/schedule.ts';
import type { Serverless } from './serverless.ts';
import type { Settings } from './settings.ts';

/** As osls has it once it has read the file: a list of rates. */
const SCHEDULE = { schedule: { rate: [`rate(${CANARY_EVERY_MS / MINUTE} minutes)`], input: CANARY_INPUT } };

/** Adds the schedule to what osls has read of serverless.yml. */
export const addCanary = (
  { functions: { trigger } }: Pick<Serverless['service'], 'functions'>,
  { canary }: Pick<Settings, 'canary'>,
): void => {
  if (canary && trigger) trigger.events = [...trigger.events, SCHEDULE];
};
