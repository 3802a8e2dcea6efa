/** A request for call times in a lane, and its answer. */

/** The request of a look to its lane. */
export type CallRequest = {
  /** The id of the look's watch. While the cloud refuses the credentials, the watches take turns to test them. */
  readonly watch: string;
  /** The cloud has shown the operation before, and no look has failed since. Such a look tests credentials best. */
  readonly isSound: boolean;
  /** The number of calls that the look needs. With 0, the look asks only whether the lane is paused. */
  readonly calls: number;
  /** The slots that the lane reserved for the look earlier. */
  readonly held?: readonly number[];
  /** A reserved slot that the look has missed. Another call may use it. */
  readonly missed?: number;
  /** The look goes before all calls in the waiting line. */
  readonly first?: boolean;
  /** The look has already made calls that it would have to repeat. So it goes before the waiting line. */
  readonly isUnderWay?: boolean;
  /** The function of this look does not know whether the connection works. */
  readonly isScout?: boolean;
  /** Other looks of the batch wait for the answer to this look. */
  readonly isFollowed?: boolean;
};

/** The slots of a look. Or, where no slot is free: the time when the look comes back, and the reason. */
export type Allotment = { readonly slots: readonly number[]; readonly isTrial?: true } | Later;

export type Later = {
  readonly retryAt: number;
  readonly why: 'refused' | 'paused' | 'full';
  readonly slots?: readonly number[];
};
