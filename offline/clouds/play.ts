/** One call and its answer: all that the stand-ins do, without a network, a clock or chance of their own. */
import type { LocalRequest } from '../local-server.ts';
import { admitAliyun, aliyunCallIn } from './aliyun.ts';
import type { Answer } from './answer.ts';
import type { Api } from './api.ts';
import { ALIYUN_APIS, HUAWEI_APIS } from './apis.ts';
import { type Fault, faultNamed } from './cloud-faults.ts';
import type { Admission, Admitted } from './gateway.ts';
import { admitHuawei, huaweiCallIn } from './huawei.ts';
import { type Moment, momentOf, type Operation } from './operation.ts';
import { type State, withinLimit } from './state.ts';

export type Played = {
  readonly admission: Admission;
  readonly answer: Answer;
  /** The operations of the call, in the form of the API that the call reached. */
  readonly moments: readonly Moment[];
  /** The answer in place of the truth, if there is one: a fault by its name, or a refusal. */
  readonly untold?: string;
};

const isOfAliyun = ({ path, headers }: LocalRequest): boolean => path === '/' || 'x-acs-action' in headers;

/** The content of a request, from any sender, allowed or not. */
export const callIn = (request: LocalRequest): Pick<Admitted, 'api' | 'call' | 'params'> | undefined =>
  isOfAliyun(request) ? aliyunCallIn(ALIYUN_APIS, request) : huaweiCallIn(HUAWEI_APIS, request);

/** Answers one call as the cloud it was meant for would, and remembers in `state` what a cloud would remember of it. */
export const play = (request: LocalRequest, state: State, now: number, fault?: string): Played => {
  const admission = isOfAliyun(request)
    ? admitAliyun(ALIYUN_APIS, request, state, now)
    : admitHuawei(HUAWEI_APIS, request, state, now);
  const name = fault ?? outageOf(admission, state);
  const chosen = name === undefined ? undefined : faultNamed(name, 'api' in admission ? admission.api.faults : {});
  const played: Played =
    'api' in admission
      ? respond(admission, state, now - (chosen?.behindMs ?? 0), now)
      : { admission, answer: admission.refusal, moments: [], untold: 'refused' };
  const params = 'api' in admission ? admission.params : {};
  const answer = chosen?.spoil(played.answer, admission.responder, 1, params) ?? played.answer;
  return answer === played.answer ? played : { ...played, answer, ...(name !== undefined && { untold: name }) };
};

/** The fault in every answer of a cloud that is out. */
const outageOf = ({ vendor }: Admission, { settings: { outage } }: State): string | undefined =>
  outage && (outage.vendor ?? vendor) === vendor ? outage.fault : undefined;

const respond = (admission: Admitted, state: State, toldAt: number, now: number): Played => {
  const { responder, key, api, call, params } = admission;
  if (!withinLimit(state, key, now))
    return { admission, answer: responder.throttled(), moments: [], untold: 'throttled' };

  const concerned = [...state.operations.values()]
    .filter((operation) => operation.api === api.name && call.concerns(operation, params))
    .reverse();
  const looks = concerned.map((operation) => lookAt(operation, api, state));
  const { shows } = call;
  const moments = looks.map(({ operation, fault }) => {
    const at = call.isCurrent ? now : toldAt - (fault?.behindMs ?? 0);
    return momentOf(operation, api.states, at, shows && ((step) => shows(step, operation, params)));
  });
  const absent = (): Answer => {
    const named = concerned[0]?.absence ?? state.settings.absences[api.name] ?? '';
    const way = api.absences[named] ?? Object.values(api.absences)[0];
    return way ? way(responder, params) : responder.error(404, 'NotFound', 'Not found.');
  };
  const { clockOffsetMs: aheadMs, pageSize } = state.settings;
  const truth = call.answer({ params, moments, responder, aheadMs, pageSize, absent });
  const answers = looks.map(({ fault, look }) => fault?.spoil(truth, responder, look, params) ?? truth);
  const i = answers.findIndex((answer) => answer !== truth);
  const untold = concerned[i]?.fault;
  return { admission, answer: answers[i] ?? truth, moments, ...(untold !== undefined && { untold }) };
};

type Look = {
  readonly operation: Operation;
  /** Counts from 1. */
  readonly look: number;
  /** The fault of this look, if there is one. */
  readonly fault: Fault | undefined;
};

const lookAt = (operation: Operation, { faults }: Api, { looks }: State): Look => {
  const look = (looks.get(operation) ?? 0) + 1;
  looks.set(operation, look);
  const { fault, times } = operation;
  return { operation, look, fault: fault === undefined || look > times ? undefined : faultNamed(fault, faults) };
};
