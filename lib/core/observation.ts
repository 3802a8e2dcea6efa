/** The result of a look, in terms that are the same for all clouds. Instants are epoch ms. */
import type { LookError } from './errors.ts';

/** The states that a cloud can report. Our own verdicts (lost, timed out, stopped) are not among them. */
export type CloudStatus = 'pending' | 'running' | 'attention' | 'succeeded' | 'partial' | 'failed' | 'canceled';

export type Progress = { readonly done: number; readonly total: number } | { readonly percent: number };

/** The cloud's facts about the operation besides its state. The text is the cloud's own. Do not trust it. */
export type Facts = {
  /** The cloud's name for the kind of operation (`CREATE_CLUSTER`, `StopCluster`, `node_attach_volume`). */
  readonly operationType?: string;
  /** Times of the cloud, epoch ms. A time without a zone is left out. opwatch drops times that cannot be true. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly reasonCode?: string;
  readonly reasonMessage?: string;
  /** Result and error text. opwatch does not parse them. */
  readonly result?: string;
  readonly error?: string;
  /** The words of the cloud beside a success. They explain nothing, so they are apart from reason and error. */
  readonly message?: string;
  /** The request id of the answer. */
  readonly requestId?: string;
};

/**
 * The tie between an end and the watched operation, where the API of the operation does not give one. `inferred`: a
 * second source reported the end. `untied`: the cloud gives no id and no time that connects this end with the
 * operation.
 */
export type Evidence = 'inferred' | 'untied';

/** Short notes that an adapter keeps in the watch from one look to the next. A few short strings at most. */
export type Memo = Readonly<Record<string, string>>;

/** One operation to look at, and the facts that opwatch has of it. */
export type Ask<O> = {
  readonly operation: O;
  /** True if an earlier look saw the operation. */
  readonly seen: boolean;
  /** The time of the submission, epoch ms. */
  readonly submittedAt: number;
  readonly memo: Memo;
  /** Runs that earlier watches of this name have reported. None of them is an end of this watch. */
  readonly earlierRuns: readonly string[];
};

/** The result of one look. */
export type Observation =
  /** The cloud knows the operation. */
  | {
      readonly kind: 'seen';
      readonly status: CloudStatus;
      /** The state word of the cloud, unchanged. */
      readonly word: string;
      /**
       * The run that the cloud showed: id, verb, submit or update time, joined. Opaque, 128 bytes at most. It stays the
       * same for all looks at one run. Absent where the cloud tells nothing that separates runs.
       */
      readonly run?: string;
      /** An explanation for people, for an end that may not be the end of the requested run. */
      readonly note?: string;
      /** False when the vendor does not document the word. Then `status` is `running`. */
      readonly known: boolean;
      readonly progress?: Progress;
      readonly facts?: Facts;
      readonly memo?: Memo;
      readonly evidence?: Evidence;
    }
  /** The cloud answered and does not know the operation, or it shows another run only. */
  | {
      readonly kind: 'absent';
      /** The thing that the cloud showed instead, in one line for a person. */
      readonly shows: string;
      /** True when the absence is final at once: the cloud has forgotten the operation, or it shows a later run. */
      readonly forgotten?: boolean;
      /**
       * True while the cloud is busy with another job that has to end first. Such an absence is no miss. The grace time
       * begins when the job ends.
       */
      readonly waits?: boolean;
      /**
       * The cloud gave no sensible answer, and this API says "forgotten" in this way. Such an absence is a miss, but
       * not an answer.
       */
      readonly unanswered?: LookError;
      readonly requestId?: string;
      readonly memo?: Memo;
    }
  /** The look at this operation failed. */
  | { readonly kind: 'unanswered'; readonly error: LookError };
