/**
 * Why a look brought no observation, named by what the caller does next.
 *
 * None of these says anything about the operation: that we could not look is never a state of what we look at.
 * They carry the cloud's own code and words so that a person can act on them.
 */

export type CloudWords = {
  /** The cloud's own error code (`Throttling.User`, `APIG.0301`), or ours in lower_snake for what no cloud said (`timeout`). */
  readonly code: string;
  readonly message: string;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  readonly requestId?: string;
};

/** What all of them are. */
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

/** Look again later: a passing fault (5xx, reset, time-out, an answer that makes no sense). */
export class RetryLater extends LookError {
  override readonly name: string = 'RetryLater';
  /** The cloud's own wish, in ms, where it gave one. */
  readonly afterMs?: number;

  constructor(words: CloudWords, afterMs?: number) {
    super(words);
    if (afterMs !== undefined) this.afterMs = afterMs;
  }
}

/** Look again later, and let the whole connection go slower: the cloud said we ask too often. */
export class Throttled extends RetryLater {
  override readonly name = 'Throttled';
}

/** The credentials were not accepted: stop every call of this connection (Huawei locks a key after more than five failures). */
export class Refused extends LookError {
  override readonly name = 'Refused';
  /** The cloud says that it has locked the key, and takes it again after this time, ms. */
  readonly lockedForMs?: number;

  constructor(words: CloudWords, lockedForMs?: number) {
    super(words);
    if (lockedForMs !== undefined) this.lockedForMs = lockedForMs;
  }
}

/** The credentials are good and may not make this call: a permission is missing. Somebody has to grant it. */
export class NotAllowed extends LookError {
  override readonly name = 'NotAllowed';
}

/** The cloud will not take this request as it stands (a parameter, the region, the endpoint). Repeating it cannot help. */
export class Misconfigured extends LookError {
  override readonly name: string = 'Misconfigured';
}

/** opwatch's own configuration lacks what the look needs: no cloud was asked. */
export class NotConfigured extends Misconfigured {
  override readonly name = 'NotConfigured';
}

/** Our clock is too far off for the cloud to accept the signature: sign once more by its clock. */
export class ClockSkew extends LookError {
  override readonly name = 'ClockSkew';
  /** The cloud's time, epoch ms, from its `Date` header. */
  readonly cloudTime: number;

  constructor(words: CloudWords, cloudTime: number) {
    super(words);
    this.cloudTime = cloudTime;
  }
}
