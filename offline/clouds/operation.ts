/** What an operation is doing, in no cloud's words. Each API's `states` table says which of its words means what. */
export type Phase =
  | 'waiting'
  | 'running'
  | 'attention'
  | 'succeeded'
  | 'partial'
  | 'failed'
  | 'canceled'
  /** A word that no vendor documents. */
  | 'unknown'
  /** The API does not know it: not yet, or no more. */
  | 'absent'
  /** DWS only: it failed, and is now found under the name of its failure alone. */
  | 'renamed'
  /** DWS only: under way by the cluster's word, unknown at the action's own address. */
  | 'hidden'
  /** DWS only: gone, and the cluster is unavailable. */
  | 'broken';

/** From which share of the operation's duration (0 to 1 and beyond) which phase holds; `=WORD` is a word of the cloud, said as it stands. */
export type Timeline = readonly (readonly [from: number, phase: Phase | `=${string}`])[];

export type Reason = { readonly code: string; readonly message: string };

export type Operation = {
  readonly api: string;
  /** The fields that identify it, named as its API names them. */
  readonly ids: Readonly<Record<string, string>>;
  readonly timeline: Timeline;
  /** Epoch ms. */
  readonly beganAt: number;
  /** How long it takes, s. */
  readonly seconds: number;
  /** How long its API remembers it once it is over, s. */
  readonly keptSeconds: number;
  /** A fault in the answers about it, at its first `times` looks. */
  readonly fault?: string;
  readonly times: number;
  /** The cloud's name for this kind of operation. */
  readonly type?: string;
  /** Why it fails, if it does. */
  readonly reason?: Reason;
  /** Which of its API's ways to say "not known" it uses. */
  readonly absence?: string;
  /** An id of the record itself, for bodies that carry one. */
  readonly serial: string;
};

export type Moment = {
  readonly operation: Operation;
  readonly phase: Phase;
  /** The cloud's word; empty where the phase has none. */
  readonly word: string;
  /** Share of the duration that has passed, 0 to 1. */
  readonly share: number;
  /** When the present phase began, epoch ms; for one that is over, its end. */
  readonly sinceAt: number;
};

export type States = Readonly<Record<string, Phase>>;

const UNDOCUMENTED_WORD = 'AWAITING_REVIEW';
const OVER: ReadonlySet<Phase> = new Set<Phase>(['succeeded', 'partial', 'failed', 'canceled']);

/** Where the operation stands at `now` (epoch ms). Depends on nothing else. */
export function momentOf(operation: Operation, states: States, now: number): Moment {
  const { timeline, beganAt, seconds, keptSeconds } = operation;
  const elapsed = (now - beganAt) / 1000;
  const share = seconds > 0 ? Math.max(0, elapsed / seconds) : 1;
  const [from, entry] = timeline.findLast(([start]) => start <= share) ?? timeline[0] ?? [0, 'absent' as const];

  const sinceAt = beganAt + from * seconds * 1000;
  const said = entry.startsWith('=') ? entry.slice(1) : undefined;
  const phase = said === undefined ? (entry as Phase) : phaseOf(said, states);
  const forgotten = OVER.has(phase) && now - sinceAt > keptSeconds * 1000;
  return {
    operation,
    phase: forgotten ? 'absent' : phase,
    word: forgotten ? '' : (said ?? wordFor(phase, states) ?? ''),
    share: Math.min(1, share),
    sinceAt,
  };
}

export function isOver(phase: Phase): boolean {
  return OVER.has(phase);
}

/** The word an API uses for `phase`, or undefined if it has none. Where no word says "waiting", it is already "running". */
export function wordFor(phase: Phase, states: States): string | undefined {
  if (phase === 'unknown') return UNDOCUMENTED_WORD;
  const word = Object.keys(states).find((candidate) => states[candidate] === phase);
  return word ?? (phase === 'waiting' ? wordFor('running', states) : undefined);
}

function phaseOf(word: string, states: States): Phase {
  const known = Object.keys(states).find((candidate) => candidate.toLowerCase() === word.trim().toLowerCase());
  return (known && states[known]) || 'unknown';
}
