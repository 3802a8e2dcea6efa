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

/** One operation to look at, and what is known of it. */
export type Ask<O> = {
  readonly operation: O;
  /** Whether an earlier look saw it. */
  readonly seen: boolean;
  /** When the watch was submitted, epoch ms. */
  readonly submittedAt: number;
  readonly memo: Memo;
  /** Runs (`run` of a sight) whose ends earlier watches of this name have reported: none is an end of this one. */
  readonly earlierRuns: readonly string[];
};

/** What one look brought. */
export type Observation =
  /** The cloud knows the operation. */
  | {
      readonly kind: 'seen';
      readonly status: CloudStatus;
      /** The cloud's own state word, unchanged. */
      readonly word: string;
      /**
       * The run that this sight is of, opaque, at most 128 bytes: id, verb, submit or update time, joined. It stays the same
       * for all sights of one run. Left out where the cloud tells nothing that distinguishes runs.
       */
      readonly run?: string;
      /** What a person should know about an end that is not plainly the end of what was asked for. */
      readonly note?: string;
      /** False when the word is none the vendor documents: then `status` is `running`. */
      readonly known: boolean;
      readonly progress?: Progress;
      readonly facts?: Facts;
      readonly memo?: Memo;
      readonly evidence?: Evidence;
    }
  /** The cloud answered, and does not know the operation (yet, or any more); or it shows only another run of it. */
  | {
      readonly kind: 'absent';
      /** What the cloud showed instead, in one line for a person. */
      readonly shows: string;
      /** True where absence is final at once: the cloud has forgotten it, or it shows that a later run has replaced it. */
      readonly forgotten?: boolean;
      /**
       * True while the cloud is busy with something else that has to end first. Such an absence tells nothing: it is no miss, and
       * the grace time begins when it is over.
       */
      readonly waits?: boolean;
      /**
       * Set where the cloud gave no answer that makes sense, and this is its way to say that it has forgotten the operation: such
       * an absence is a miss, and no answer.
       */
      readonly unanswered?: LookError;
      readonly requestId?: string;
      readonly memo?: Memo;
    }
  /** This one could not be looked at. */
  | { readonly kind: 'unanswered'; readonly error: LookError };
