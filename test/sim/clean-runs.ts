/** What must hold of many runs, few or many of them. */
import { availableParallelism } from 'node:os';
import { expect } from 'vitest';
import { CLOUD_FAULTS } from '../world/cloud-faults.ts';
import { FAULTS } from '../world/process.ts';
import { DEEDS } from './acts.ts';
import { FLOOD_DEEDS } from './flood.ts';
import { type Span, simulateMany } from './many.ts';
import { ODDITIES, REPLIES } from './plan.ts';
import { RARE_ODDITIES } from './rare.ts';

/** Every kind of trouble that must have come up. */
const KINDS = [
  ...FAULTS,
  ...ODDITIES,
  ...CLOUD_FAULTS.map((fault) => `cloud: ${fault}`),
  ...REPLIES.map((reply) => `receiver: ${reply}`),
  'out of time',
  'queues purged',
  'versions mixed',
];

/** Every kind that few runs have. */
const RARE_KINDS = [
  ...RARE_ODDITIES,
  'index stuck',
  'queues full',
  'frozen',
  'kept for days',
  'clock off by far',
  'small pages',
  'two configurations',
  ...DEEDS.map((deed) => `caller: ${deed}`),
  'flood compared',
  'flood amid troubles',
  ...FLOOD_DEEDS.map((deed) => `flood: ${deed}`),
];

/** Nothing is wrong in any of these runs, and every kind of trouble has come up in them. */
export const expectCleanRuns = async (span: Span): Promise<void> => {
  const total = await simulateMany(span, Math.min(availableParallelism(), 4));
  expect(total.failed).toEqual([]);
  expect(total.runs).toBe(span.runs);
  expect(total.watches).toBeGreaterThan(5 * span.runs);
  for (const kind of KINDS) expect(total.troubles[kind], kind).toBeGreaterThan(span.runs / 50);
  for (const kind of RARE_KINDS) expect(total.troubles[kind], kind).toBeGreaterThan(0);
};

/** Nothing is lost in any of these runs. */
export const expectNoLosses = async (span: Span): Promise<void> => {
  const total = await simulateMany(span, Math.min(availableParallelism(), 4));
  expect(total.failed).toEqual([]);
  expect(total.runs).toBe(span.runs);
  expect(total.watches).toBeGreaterThan(5 * span.runs);
};
