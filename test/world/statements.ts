/** What clouds have said, answer by answer: the truth that outcomes, notes and webhooks are held against. */
import type { ShownFacts } from '../../offline/clouds/api.ts';
import type { Process } from './process.ts';

/** What becomes of an operation. `odd` is a word no page knows. */
export type CloudState =
  | 'absent'
  | 'pending'
  | 'running'
  | 'attention'
  | 'odd'
  | 'succeeded'
  | 'partial'
  | 'failed'
  | 'canceled';

export const isUnderWay = (state: CloudState): boolean =>
  state === 'pending' || state === 'running' || state === 'attention' || state === 'odd';

export const isEnd = (state: CloudState): boolean => state !== 'absent' && !isUnderWay(state);

/** What a person must learn of an operation in this state: all of it stands in the cloud's answer, and nothing else does. */
export type Shown = ShownFacts & { readonly word: string };

/** What one answer said of one operation. Instants are epoch ms. */
export type Statement = {
  readonly at: number;
  /** When the function that had asked got it; left out for an answer that never came through. */
  heardAt?: number;
  readonly asker?: Process;
  readonly requestId?: string;
  /** What it says; left out where the answer told nothing of the operation. */
  readonly told?: { readonly state: CloudState; readonly run: number; readonly shown: Shown };
  /** Why it tells nothing. */
  readonly untold?: string;
};

/** A statement that tells of its operation. */
export type Telling = Statement & { readonly told: NonNullable<Statement['told']> };

export const tells = (statement: Statement): statement is Telling => statement.told !== undefined;
