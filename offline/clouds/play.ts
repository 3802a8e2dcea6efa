import type { LocalRequest } from '../local-server.ts';
import type { Admission } from './admission.ts';
import { admitAliyun } from './aliyun.ts';
import type { Answer } from './answer.ts';
import type { Api, Call } from './api.ts';
import { aliyunApis, huaweiApis } from './apis.ts';
import type { Door, Params } from './door.ts';
import { admitHuawei } from './huawei.ts';
import { momentOf, type Operation } from './operation.ts';
import { faultNamed } from './scenarios.ts';
import { type World, withinLimit } from './world.ts';

export type Played = { readonly admission: Admission; readonly answer: Answer };

/** Answers one call as the cloud it was meant for would, and remembers what a cloud would remember of it. */
export function play(request: LocalRequest, world: World): Played {
  const aliyun = request.path === '/' || 'x-acs-action' in request.headers;
  const admission = aliyun ? admitAliyun(aliyunApis, request, world) : admitHuawei(huaweiApis, request, world);
  return { admission, answer: outage(admission, world) ?? respond(admission, world) };
}

function respond(admission: Admission, world: World): Answer {
  if ('refusal' in admission) return admission.refusal;
  const { door, key, api, call, params } = admission;
  if (!withinLimit(world, key)) return door.throttled();

  const concerned = [...world.operations.values()]
    .filter((operation) => operation.api === api.name && call.concerns(operation, params))
    .reverse();
  const truth = tell(api, call, params, concerned, door, world);
  const spoiled = concerned.map((operation) => spoil(operation, api, truth, door, params, world));
  return spoiled.find((answer) => answer !== truth) ?? truth;
}

function tell(api: Api, call: Call, params: Params, concerned: readonly Operation[], door: Door, world: World): Answer {
  const now = world.now();
  const moments = concerned.map((operation) => momentOf(operation, api.states, now));
  return call.answer({
    params,
    moments,
    door,
    absent() {
      const named = concerned[0]?.absence ?? world.settings.absences[api.name] ?? '';
      const way = api.absences[named] ?? Object.values(api.absences)[0];
      return way ? way(door, params) : door.error(404, 'NotFound', 'Not found.');
    },
  });
}

/** Counts the look at `operation` and gives the answer its fault makes of the truth. */
function spoil(operation: Operation, api: Api, truth: Answer, door: Door, params: Params, world: World): Answer {
  const look = (world.looks.get(operation) ?? 0) + 1;
  world.looks.set(operation, look);
  const fault =
    operation.fault === undefined || look > operation.times ? undefined : faultNamed(operation.fault, api.faults);
  return fault ? fault.play(truth, door, look, params) : truth;
}

/** What an outage leaves of the cloud, whatever it would have said. */
function outage({ door, vendor }: Admission, world: World): Answer | undefined {
  const { outage: out } = world.settings;
  if (!out || (out.vendor ?? vendor) !== vendor) return undefined;
  return faultNamed(out.fault)?.play(door.unavailable(), door, 1, {});
}
