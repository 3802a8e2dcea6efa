/**
 * The reasons why a look brought no observation. Each name says what the caller does next.
 *
 * No error says anything about the operation: a failed look is not a failed operation. An error carries the code and
 * the words of the cloud, so that a person can act.
 */

export type CloudWords = {
  /**
   * The error code of the cloud (`Throttling.User`, `APIG.0301`). When no cloud answered, our own code in lower_snake
   * (`timeout`).
   */
  readonly code: string;
  readonly message: string;
  /** The HTTP status of the answer, if there was an answer. */
  readonly status?: number;
  readonly requestId?: string;
};

/** The base of all these errors. */
export abstract class LookError extends Error {
  readonly code: string;
  readonly status?: number;
  readonly requestId?: string;

  constructor(words: CloudWords) {
    super(words.message);
    this.code = words.code;
    if (words.status !== undefined) this.status = words.status;
    if (words.requestId !== undefined) this.requestId = words.requestId;
  }
}

/** Look again later. The fault passes: a 5xx, a reset, a time-out, an answer without sense. */
export class RetryLater extends LookError {
  override readonly name: string = 'RetryLater';
  /** The wait that the cloud asked for, in ms. */
  readonly afterMs?: number;

  constructor(words: CloudWords, afterMs?: number) {
    super(words);
    if (afterMs !== undefined) this.afterMs = afterMs;
  }
}

/** Look again later, and slow the whole connection down. The cloud said that we ask too often. */
export class Throttled extends RetryLater {
  override readonly name = 'Throttled';
}

/**
 * The cloud refused the credentials. Stop all calls of the connection. (Huawei locks a key after more than five
 * failures.)
 */
export class Refused extends LookError {
  override readonly name = 'Refused';
  /** The cloud has locked the key for this time, in ms. */
  readonly lockedForMs?: number;

  constructor(words: CloudWords, lockedForMs?: number) {
    super(words);
    if (lockedForMs !== undefined) this.lockedForMs = lockedForMs;
  }
}

/** The credentials are good, but the permission for this call is missing. A person has to grant it. */
export class NotAllowed extends LookError {
  override readonly name = 'NotAllowed';
}

/** The cloud refuses the request itself: a parameter, the region, the endpoint. A retry cannot help. */
export class Misconfigured extends LookError {
  override readonly name: string = 'Misconfigured';
}

/** The configuration of opwatch lacks a part that the look needs. opwatch asked no cloud. */
export class NotConfigured extends Misconfigured {
  override readonly name = 'NotConfigured';
}

/** Our clock is too far off, so the cloud refuses the signature. Sign once more by the cloud's clock. */
export class ClockSkew extends LookError {
  override readonly name = 'ClockSkew';
  /** The time of the cloud, epoch ms, from its `Date` header. */
  readonly cloudTime: number;

  constructor(words: CloudWords, cloudTime: number) {
    super(words);
    this.cloudTime = cloudTime;
  }
}
