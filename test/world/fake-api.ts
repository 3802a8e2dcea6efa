/** What one API of a cloud is in the world: how it names an operation, and how it tells of one. */

/** `odd` is a word no page knows. */
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

/** An operation as its cloud knows it at one instant. Instants are epoch ms. */
export type Telling = {
  readonly id: string;
  readonly state: CloudState;
  /** Since when it is in this state. */
  readonly since: number;
  /** When its present run began. */
  readonly begunAt: number;
  /** How far the clock is ahead by which the cloud tells when runs of a name began, ms. */
  readonly aheadMs: number;
  /** Which run of that name it is: 0 for the one that is meant, more for those that come later, less for earlier ones. */
  readonly run: number;
  /** What that run does, where a name stands for several things (a stack is created, updated, deleted). */
  readonly verb?: Verb;
};

export type Verb = 'CREATE' | 'UPDATE' | 'DELETE';

/** What a person must learn of an operation in this state: all of it stands in the cloud's answer, and nothing else does. */
export type Shown = {
  readonly word: string;
  readonly operationType?: string;
  readonly reasonCode?: string;
  readonly reasonMessage?: string;
  readonly result?: string;
  readonly error?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
};

export type Told = { readonly status?: number; readonly body: unknown };

export type Question = { readonly id?: string; readonly witness?: 'action' | 'failure' | 'cluster' };

export type FakeApi = {
  readonly idOf: (operation: Readonly<Record<string, string>>) => string;
  readonly groupOf?: (operation: Readonly<Record<string, string>>) => string;
  readonly shows: (telling: Telling) => Shown;
  readonly tell: (telling: Telling, shown: Shown, question: Question) => Told;
  readonly list?: (members: readonly { readonly telling: Telling; readonly shown: Shown }[]) => unknown;
};

export const missing = (code: string): Told => ({
  status: 404,
  body: { Code: code, Message: 'not found', error_code: code, error_msg: 'not found' },
});

export type Words = Readonly<Partial<Record<CloudState, string>>>;
/** Words no page knows; some look as if they were an end. */
const ODD_WORDS = ['REBALANCING', 'SUCCESS_PENDING', '完成', 'FINISHED'];

export const oddWord = ({ since }: Pick<Telling, 'since'>): string => ODD_WORDS[since % ODD_WORDS.length] ?? '';

export const worded = (words: Words, { state, since }: Telling): string =>
  state === 'odd' ? oddWord({ since }) : (words[state] ?? words.running ?? '');

export const isUnderWay = (state: CloudState): boolean =>
  state === 'pending' || state === 'running' || state === 'attention' || state === 'odd';

export const isEnd = (state: CloudState): boolean => state !== 'absent' && !isUnderWay(state);

/** Words of one state of one operation: they are found nowhere else. */
export const saying = (what: string, { id, since }: Telling): string =>
  `${what} (${id}, ${new Date(since).toISOString()})`;
