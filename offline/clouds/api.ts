/** One API of a cloud: its calls, its state words, its answers for an unknown operation, and its own faults. */
import type { Answer } from './answer.ts';
import type { Fault } from './cloud-faults.ts';
import type { Moment, Operation, Phase, States, Step, Timeline } from './operation.ts';
import type { Asked, Params, Responder } from './responder.ts';

/** One call an API answers. */
export type Call = {
  /** The vendor's name for it. */
  readonly action: string;
  /** Which operations it is about, of all there are of its API, newest first. Each counts it as a look. */
  readonly concerns: (operation: Operation, params: Params) => boolean;
  /** Which steps of such an operation it shows; all of them where it is left out. */
  readonly shows?: (step: Step, operation: Operation, params: Params) => boolean;
  /** It is never answered by a replica that lags. */
  readonly isCurrent?: boolean;
  readonly answer: (asked: Asked) => Answer;
};

/** An RPC of Alibaba Cloud: told apart by headers, its parameters in the query or in a form. */
export type AliyunCall = Call & {
  readonly version: string;
  readonly method: 'GET' | 'POST';
  readonly paramsIn: 'query' | 'form';
  readonly required: readonly string[];
};

/** A REST call of Huawei Cloud: `{name}` in the path is a parameter. */
export type HuaweiCall = Call & { readonly path: string };

/** The facts of an answer about an operation besides its word. Instants are epoch ms. */
export type ShownFacts = {
  readonly operationType?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly reasonCode?: string;
  readonly reasonMessage?: string;
  readonly result?: string;
  readonly error?: string;
};

type Common = {
  readonly name: string;
  /** The fields that identify an operation. */
  readonly fields: readonly string[];
  /** Every state the vendor documents, and what it means. */
  readonly states: States;
  /** The facts that the answers are written from. */
  readonly tells: (moment: Moment) => ShownFacts;
  /** Ways to say that nothing is known by that id; the first holds unless the operation or the settings name another. */
  readonly absences: Readonly<Record<string, (responder: Responder, params: Params) => Answer>>;
  /** Scenarios and faults of this API alone. */
  readonly timelines?: Readonly<Record<string, Timeline>>;
  readonly faults?: Readonly<Record<string, Fault>>;
  /** Phases it plays without a word for them. */
  readonly mute?: readonly Phase[];
  /** How long an operation that is over is remembered, s; without it for ever. */
  readonly keptSeconds?: number;
};

export type AliyunApi = Common & { readonly vendor: 'aliyun'; readonly calls: readonly AliyunCall[] };
export type HuaweiApi = Common & { readonly vendor: 'huawei'; readonly calls: readonly HuaweiCall[] };
export type Api = AliyunApi | HuaweiApi;

export const sameIds =
  (names: readonly string[]) =>
  (operation: Operation, params: Params): boolean =>
    names.every((name) => operation.ids[name] === params[name]);
