/** What somebody who probes may choose, and what a probe is handed. */
import type { Runtime } from '../../runtime.ts';

export type ProbeOptions = {
  readonly provider: string;
  /** An operation, or a whole submission. */
  readonly input: unknown;
  readonly connection?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Whether to look as if an earlier look had seen the operation. */
  readonly seen: boolean;
  /** A directory to keep the exchange in, as a fixture. */
  readonly record?: string | undefined;
  readonly about?: string | undefined;
};

export type ProbeDeps = Pick<Runtime, 'config' | 'secrets' | 'sendToCloud' | 'now' | 'uniqueId'>;
