/** One call and its answer: all that the stand-ins do, without a network, a clock or chance of their own. */
import type { LocalRequest } from '../local-server.ts';
import { admitAliyun, aliyunCallIn } from './aliyun.ts';
import type { Answer } from './answer.ts';
import { ALIYUN_APIS, HUAWEI_APIS } from './apis.ts';
import { type Fault, faultNamed } from './cloud-faults.ts';
import type { Admission, Admitted } from './gateway.ts';
import { admitHuawei, huaweiCallIn } from './huawei.ts';
import { type Moment, momentOf, type Operation } from './operation.ts';
import { type State, withinLimit } from './state.ts';

export type Played = {
  readonly admission: Admission;
  readonly answer: Answer;
  /** What the call is about, as the API that was reached knows it. */
  readonly moments: readonly Moment[];
  /** The answer tells of it, and no fault or refusal stands in its place. */
  readonly isTrue: boolean;
};

const isOfAliyun = ({ path, headers }: LocalRequest): boolean => path === '/' || 'x-acs-action' in headers;

/** What a request asks, whoever sends it and whether it is let in or not. */
export const callIn = (request: LocalRequest): Pick<Admitted, 'api' | 'call' | 'params'> | undefined =>
  isOfAliyun(request) ? aliyunCallIn(ALIYUN_APIS, request) : huaweiCallIn(HUAWEI_APIS, request);

/** Answers one call as the cloud it was meant for would, and remembers in `state` what a cloud would remember of it. */
export const play = (request: LocalRequest, state: State, now: number, fault?: string): Played => {
  const admission = isOfAliyun(request)
    ? admitAliyun(ALIYUN_APIS, request, state, now)
    : admitHuawei(HUAWEI_APIS, request, state, now);
  const spoils = faultOf(admission, state, fault);
  if (!('api' in admission))
    return spoiled(spoils, { admission, answer: admission.refusal, moments: [], isTrue: false });
  return spoiled(spoils, respond(admission, state, now, spoils?.behindMs ?? 0));
};

/** The fault of this call alone, or of a cloud that is out. */
const faultOf = (admission: Admission, { settings: { outage } }: State, fault?: string): Fault | undefined => {
  const isOut = outage && (outage.vendor ?? admission.vendor) === admission.vendor;
  const name = fault ?? (isOut ? outage.fault : undefined);
  return name === undefined ? undefined : faultNamed(name, 'api' in admission ? admission.api.faults : {});
};

const spoiled = (fault: Fault | undefined, played: Played): Played => {
  const { admission, answer: truth } = played;
  const answer = fault?.spoil(truth, admission.responder, 1, 'api' in admission ? admission.params : {}) ?? truth;
  return answer === truth ? played : { ...played, answer, isTrue: false };
};

const respond = (admission: Admitted, state: State, now: number, behindMs: number): Played => {
  const { responder, key, api, call, params } = admission;
  if (!withinLimit(state, key, now)) return { admission, answer: responder.throttled(), moments: [], isTrue: false };

  const concerned = [...state.operations.values()]
    .filter((operation) => operation.api === api.name && call.concerns(operation, params))
    .reverse();
  const at = call.isCurrent ? now : now - behindMs;
  const { shows } = call;
  const moments = concerned.map((operation) =>
    momentOf(operation, api.states, at, shows && ((step) => shows(step, operation, params))),
  );
  const absent = (): Answer => {
    const named = concerned[0]?.absence ?? state.settings.absences[api.name] ?? '';
    const way = api.absences[named] ?? Object.values(api.absences)[0];
    return way ? way(responder, params) : responder.error(404, 'NotFound', 'Not found.');
  };
  const truth = call.answer({ params, moments, responder, aheadMs: state.settings.clockOffsetMs, absent });
  const answer =
    concerned.map((operation) => ofOperation(operation, truth, admission, state)).find((each) => each !== truth) ??
    truth;
  return { admission, answer, moments, isTrue: answer === truth };
};

/** Counts the look at `operation` and gives the answer its own fault makes of the truth. */
const ofOperation = (
  operation: Operation,
  truth: Answer,
  { api, responder, params }: Admitted,
  state: State,
): Answer => {
  const look = (state.looks.get(operation) ?? 0) + 1;
  state.looks.set(operation, look);
  const isSpoiled = operation.fault !== undefined && look <= operation.times;
  const fault = isSpoiled ? faultNamed(operation.fault, api.faults) : undefined;
  return fault?.spoil(truth, responder, look, params) ?? truth;
};
