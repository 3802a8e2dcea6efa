/** What a check is: one assumption of docs/assumptions.md, put to the test. */
import type { AwsSite, Site } from './site.ts';

export type Verdict = { readonly holds: boolean; readonly evidence: string };

export type Check = { readonly name: string } & (
  | {
      readonly run: (site: Site) => Promise<Verdict>;
      /** Why the embedded stack cannot answer although it has all that the check needs: it differs from AWS. */
      readonly differsOffline?: string;
    }
  /** For what the embedded stack does not have at all. */
  | { readonly runOnAws: (site: AwsSite) => Promise<Verdict>; readonly notOffline: string }
  /** For what no run of minutes can show. */
  | { readonly never: string }
);

export const holds = (evidence: string): Verdict => ({ holds: true, evidence });
export const fails = (evidence: string): Verdict => ({ holds: false, evidence });

/** Holds when nothing was found wrong. */
export const verdict = (wrong: readonly string[], evidence: string): Verdict =>
  wrong.length === 0 ? holds(evidence) : fails(wrong.join('; '));
