/** Runs checks and says of each what came of it. */
import type { Check, Verdict } from './check.ts';
import type { AwsSite, Site } from './site.ts';

export type Result =
  | { readonly name: string; readonly kind: 'holds' | 'DOES NOT HOLD'; readonly text: string }
  /** `isExpected` where it was known beforehand. */
  | {
      readonly name: string;
      readonly kind: 'could not be checked';
      readonly text: string;
      readonly isExpected: boolean;
    };

/** What the checks are run on; offline there is no more than what the embedded stack has. */
export type Ground =
  | { readonly where: 'aws'; readonly site: AwsSite }
  | { readonly where: 'offline'; readonly site: Site };

/** The work of a check on this ground, or why there is none. */
const workOf = (check: Check, ground: Ground): (() => Promise<Verdict>) | string => {
  if ('never' in check) return check.never;
  if ('runOnAws' in check) {
    return ground.where === 'aws' ? () => check.runOnAws(ground.site) : `not offline: ${check.notOffline}`;
  }
  if (ground.where === 'offline' && check.differsOffline !== undefined) return `not offline: ${check.differsOffline}`;
  return () => check.run(ground.site);
};

export const runCheck = async (check: Check, ground: Ground): Promise<Result> => {
  const { name } = check;
  const kind = 'could not be checked';
  const work = workOf(check, ground);
  if (typeof work === 'string') return { name, kind, text: work, isExpected: true };
  try {
    const { holds, evidence } = await work();
    return { name, kind: holds ? 'holds' : 'DOES NOT HOLD', text: evidence };
  } catch (error) {
    return {
      name,
      kind,
      text: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      isExpected: false,
    };
  }
};

/**
 * Groups run beside each other, the checks of one after one another; `tell` hears of each result as it comes. When `stopped`
 * is aborted no other begins, and what there is by then is answered at once.
 */
export const runAll = async (
  groups: readonly (readonly Check[])[],
  ground: Ground,
  tell: (result: Result) => void,
  stopped: AbortSignal = new AbortController().signal,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  const runGroup = async (group: readonly Check[]): Promise<void> => {
    for (const check of group) {
      if (stopped.aborted) return;
      const result = await runCheck(check, ground);
      if (stopped.aborted) return;
      tell(result);
      results.push(result);
    }
  };
  const aborted = new Promise<void>((resolve) => {
    stopped.addEventListener('abort', () => resolve());
  });
  await Promise.race([Promise.all(groups.map(runGroup)), aborted]);
  return results;
};

export const lineOf = ({ kind, name, text }: Result): string => `${kind.padEnd(20)}  ${name.padEnd(34)}  ${text}`;

/** 1 when something does not hold, 2 when something that should have been checked was not, otherwise 0. */
export const exitCodeOf = (results: readonly Result[]): 0 | 1 | 2 => {
  if (results.some(({ kind }) => kind === 'DOES NOT HOLD')) return 1;
  return results.some((result) => result.kind === 'could not be checked' && !result.isExpected) ? 2 : 0;
};
