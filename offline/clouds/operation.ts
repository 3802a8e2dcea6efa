/** An operation as its cloud knows it: the steps it takes, and where it stands at a moment. Source of the phases: none, they are the stand-ins' own. */

/** The phase of an operation, in the words of no cloud. The `states` table of each API gives the cloud's words. */
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

/** From an instant (epoch ms) until the next step the operation is in this phase. */
export type Step = {
  readonly at: number;
  readonly phase: Phase;
  /** The cloud's word, where it is not the usual one for the phase. */
  readonly word?: string;
  /** Which run of its name the step belongs to, where the name stands for one run after another. */
  readonly run?: number;
  /** The reason that the cloud gives in this phase only. */
  readonly reason?: Reason;
};

export type Operation = {
  readonly api: string;
  /** The fields that identify it, named as its API names them. */
  readonly ids: Readonly<Record<string, string>>;
  /** In order of time. Before the first step its API does not know it. */
  readonly course: readonly Step[];
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
  /** The step it is at; none where its API does not know it yet. */
  readonly step?: Step;
  readonly phase: Phase;
  /** The cloud's word; empty where the phase has none. */
  readonly word: string;
  /** Share of the duration that has passed, 0 to 1. */
  readonly share: number;
  /** When its present run began, epoch ms. */
  readonly beganAt: number;
  /** When the present phase began, epoch ms; for one that is over, its end. */
  readonly sinceAt: number;
};

export type States = Readonly<Record<string, Phase>>;

const UNDOCUMENTED_WORD = 'AWAITING_REVIEW';
const OVER: ReadonlySet<Phase> = new Set<Phase>(['succeeded', 'partial', 'failed', 'canceled']);

/** Where the operation stands at `now` (epoch ms), by those of its steps that `isShown`. Depends on nothing else. */
export const momentOf = (
  operation: Operation,
  states: States,
  now: number,
  isShown: (step: Step) => boolean = () => true,
): Moment => {
  const { course, seconds, keptSeconds } = operation;
  const step = course.findLast((each) => each.at <= now && isShown(each));
  const beganAt = step?.run === undefined ? operation.beganAt : beginOf(step.run, operation);
  const { phase, at: sinceAt } = step ?? { phase: 'absent', at: beganAt };
  const share = seconds > 0 ? Math.max(0, (now - beganAt) / 1000 / seconds) : 1;
  const isForgotten = OVER.has(phase) && now - sinceAt > keptSeconds * 1000;
  return {
    operation,
    ...(step && { step }),
    phase: isForgotten ? 'absent' : phase,
    word: isForgotten ? '' : (step?.word ?? wordFor(phase, states) ?? ''),
    share: Math.min(1, share),
    beganAt,
    sinceAt,
  };
};

const beginOf = (run: number, { course, beganAt }: Operation): number =>
  course.find((step) => step.run === run)?.at ?? beganAt;

/** The steps of an operation that goes by `timeline`. */
export const courseBy = (timeline: Timeline, states: States, beganAt: number, seconds: number): readonly Step[] =>
  timeline.map(([from, entry]) => {
    const at = Math.round(beganAt + from * seconds * 1000);
    const word = entry.startsWith('=') ? entry.slice(1) : undefined;
    return word === undefined ? { at, phase: entry as Phase } : { at, phase: phaseOf(word, states), word };
  });

export const isOver = (phase: Phase): boolean => OVER.has(phase);

/** Whether something went wrong that its cloud gives a reason for. */
export const isIll = (phase: Phase): boolean => phase === 'failed' || phase === 'partial' || phase === 'renamed';

/** Why it is in its present phase; `otherwise` where nobody chose a reason. */
export const reasonOf = ({ operation, step }: Moment, otherwise: Reason): Reason =>
  step?.reason ?? operation.reason ?? otherwise;

/** The word an API uses for `phase`, or undefined if it has none. Where no word says "waiting", it is already "running". */
export const wordFor = (phase: Phase, states: States): string | undefined => {
  if (phase === 'unknown') return UNDOCUMENTED_WORD;
  const word = Object.keys(states).find((candidate) => states[candidate] === phase);
  return word ?? (phase === 'waiting' ? wordFor('running', states) : undefined);
};

const phaseOf = (word: string, states: States): Phase => {
  const known = Object.keys(states).find((candidate) => candidate.toLowerCase() === word.trim().toLowerCase());
  return (known && states[known]) || 'unknown';
};
