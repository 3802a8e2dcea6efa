/** The clouds: operations that go their way by a script, and answers in the clouds' own shapes, well or badly told. */
import type { HttpAnswer, HttpRequest } from '../../lib/http.ts';
import type { Vendor } from '../../lib/providers/provider.ts';
import { type Asked, askedIn, type CloudState, faceOf, type ProviderName } from './cloud-faces.ts';
import { error, json, type Manner, misbehave } from './manners.ts';

/** From when on an operation is in a state, epoch ms; before the first step the cloud does not know it. */
export type Script = readonly { readonly at: number; readonly state: CloudState }[];

export type Clouds = {
  readonly add: (provider: ProviderName, operation: Readonly<Record<string, string>>, script: Script) => void;
  readonly answer: (request: HttpRequest, manner?: Manner) => HttpAnswer;
  readonly stateOf: (provider: ProviderName, operation: Readonly<Record<string, string>>) => CloudState;
  /** Access key ids a vendor lets in; any while it is left out. */
  readonly keys: Map<Vendor, string>;
  /** How far a vendor's clock is ahead, ms. */
  readonly skews: Map<Vendor, number>;
  /** The states an operation has ever been said to be in. */
  readonly said: (provider: ProviderName, operation: Readonly<Record<string, string>>) => ReadonlySet<CloudState>;
};

type Known = {
  readonly provider: ProviderName;
  readonly group: string;
  readonly id: string;
  readonly script: Script;
  readonly said: Set<CloudState>;
};

const SKEW_MAX_MS = 15 * 60_000;

export const createClouds = (now: () => number, onLook?: (asked: Asked) => void): Clouds => {
  const operations = new Map<string, Known>();
  const keys = new Map<Vendor, string>();
  const skews = new Map<Vendor, number>();

  const stateNow = ({ script }: Known): CloudState => script.findLast(({ at }) => at <= now())?.state ?? 'absent';

  const found = (provider: ProviderName, operation: Readonly<Record<string, string>>): Known => {
    const known = operations.get(`${provider} ${faceOf(provider).idOf(operation)}`);
    if (!known) throw new Error(`no script for this operation of ${provider}`);
    return known;
  };

  const say = (known: Known): CloudState => {
    const state = stateNow(known);
    known.said.add(state);
    return state;
  };

  const tell = (asked: Asked): HttpAnswer => {
    const { provider, id, group } = asked;
    const face = faceOf(provider);
    if (id === undefined) {
      const members = [...operations.values()].filter((known) => known.provider === provider && known.group === group);
      return json(200, face.list?.(members.map((known) => ({ id: known.id, state: say(known) }))) ?? {});
    }
    const known = operations.get(`${provider} ${id}`);
    const { status = 200, body } = face.tell(known ? say(known) : 'absent', asked);
    return json(status, body);
  };

  return {
    keys,
    skews,
    add: (provider, operation, script) => {
      const face = faceOf(provider);
      const id = face.idOf(operation);
      operations.set(`${provider} ${id}`, {
        provider,
        group: face.groupOf?.(operation) ?? id,
        id,
        script,
        said: new Set(),
      });
    },
    stateOf: (provider, operation) => stateNow(found(provider, operation)),
    said: (provider, operation) => found(provider, operation).said,

    answer: (request, manner) => {
      const asked = askedIn(request);
      onLook?.(asked);
      const { vendor } = asked;
      if (manner) return misbehave(manner, vendor, request);
      const time = now() + (skews.get(vendor) ?? 0);
      const expected = keys.get(vendor);
      if (Math.abs(asked.signedAt - time) > SKEW_MAX_MS) return dated(time, refusal(vendor, 'skewed'));
      if (expected !== undefined && asked.accessKeyId !== expected) return dated(time, refusal(vendor, 'refused'));
      return dated(time, tell(asked));
    },
  };
};

const dated = (time: number, answer: HttpAnswer): HttpAnswer => ({
  ...answer,
  headers: { ...answer.headers, date: new Date(time).toUTCString() },
});

const refusal = (vendor: Vendor, why: 'refused' | 'skewed'): HttpAnswer => {
  if (vendor === 'huawei')
    return error(
      vendor,
      401,
      why === 'skewed' ? 'APIGW.0303' : 'APIGW.0301',
      'Incorrect IAM authentication information',
    );
  return why === 'skewed'
    ? error(vendor, 400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.')
    : error(vendor, 404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
};
