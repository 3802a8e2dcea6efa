/** The possible histories of an operation, for every API. */
import type { Timeline } from './operation.ts';

/** By name. An API offers those for whose phases it has words, and its own besides. */
// biome-ignore format: a table
export const TIMELINES: Readonly<Record<string, Timeline>> = {
  success:         [[0, 'waiting'], [0.1, 'running'], [1, 'succeeded']],
  failed:          [[0, 'waiting'], [0.1, 'running'], [1, 'failed']],
  partial:         [[0, 'waiting'], [0.1, 'running'], [1, 'partial']],
  terminated:      [[0, 'waiting'], [0.1, 'running'], [1, 'canceled']],
  attention:       [[0, 'running'], [0.3, 'attention'], [0.7, 'running'], [1, 'succeeded']],
  'unknown-word':  [[0, 'running'], [0.3, 'unknown'], [1, 'succeeded']],
  'not-there-yet': [[0, 'absent'], [0.3, 'running'], [1, 'succeeded']],
  'never-there':   [[0, 'absent']],
  // To whoever asks the same as never there: it was over and forgotten before the first look.
  forgotten:       [[0, 'absent']],
  vanishes:        [[0, 'waiting'], [0.1, 'running'], [1, 'absent']],
  // Out of sight for a while, as behind a replica that lags.
  flickers:        [[0, 'running'], [0.4, 'absent'], [0.6, 'running'], [1, 'succeeded']],
  backwards:       [[0, 'running'], [0.4, 'waiting'], [0.6, 'running'], [1, 'succeeded']],
  // Takes back that it is over.
  relapses:        [[0, 'running'], [0.5, 'succeeded'], [0.75, 'running'], [1, 'failed']],
  endless:         [[0, 'waiting'], [0.1, 'running']],
};

/** Runs, then says `word` of the cloud's own vocabulary. */
export const endsWith = (word: string): Timeline => {
  // biome-ignore format: a row of that table
  return [[0, 'waiting'], [0.1, 'running'], [1, `=${word}`]];
};
