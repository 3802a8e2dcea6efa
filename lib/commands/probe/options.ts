/** The options of a probe, and the parts of the runtime that it uses. */
import type { Runtime } from '../../runtime.ts';

export type ProbeOptions = {
  readonly provider: string;
  /** An operation, or a whole submission. */
  readonly input: unknown;
  readonly connection?: string | undefined;
  readonly endpoint?: string | undefined;
  /** True when the look treats the operation as one that an earlier look saw. */
  readonly seen: boolean;
  /** The directory in which the probe saves the exchange as a fixture. */
  readonly record?: string | undefined;
  readonly about?: string | undefined;
};

export type ProbeDeps = Pick<Runtime, 'config' | 'secrets' | 'sendToCloud' | 'now' | 'uniqueId'>;
