/** The clouds: operations that go their way by a script, and answers in the clouds' own shapes, well or badly told. */
import { RetryLater } from '../../lib/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/http.ts';
import type { Vendor } from '../../lib/providers/provider.ts';
import { type Asked, askedIn, type CloudState, faceOf, type ProviderName } from './cloud-faces.ts';

/** From when on an operation is in a state, epoch ms; before the first step the cloud does not know it. */
export type Script = readonly { readonly at: number; readonly state: CloudState }[];

/** How a cloud answers instead of telling what it knows. */
export type Manner = 'throttled' | 'throttled for long' | 'broken' | 'page' | 'cut' | 'reset' | 'hang' | 'echo';

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
      if (manner) return misbehave(manner, asked, request);
      const time = now() + (skews.get(vendor) ?? 0);
      const expected = keys.get(vendor);
      if (Math.abs(asked.signedAt - time) > SKEW_MAX_MS) return dated(time, refusal(vendor, 'skewed'));
      if (expected !== undefined && asked.accessKeyId !== expected) return dated(time, refusal(vendor, 'refused'));
      return dated(time, tell(asked));
    },
  };
};

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
  cut: false,
});

const dated = (time: number, answer: HttpAnswer): HttpAnswer => ({
  ...answer,
  headers: { ...answer.headers, date: new Date(time).toUTCString() },
});

const error = (vendor: Vendor, status: number, code: string, message: string): HttpAnswer =>
  json(
    status,
    vendor === 'aliyun' ? { RequestId: 'R-0', Code: code, Message: message } : { error_code: code, error_msg: message },
  );

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

const misbehave = (manner: Manner, { vendor, host }: Asked, request: HttpRequest): HttpAnswer => {
  switch (manner) {
    case 'throttled':
      return vendor === 'aliyun'
        ? error(vendor, 400, 'Throttling.User', 'Request was denied due to user flow control.')
        : error(vendor, 429, 'APIGW.0308', 'The throttling threshold has been reached');
    case 'throttled for long':
      return { ...error(vendor, 429, 'Throttling', 'Come back later'), headers: { 'retry-after': '120' } };
    case 'broken':
      return error(
        vendor,
        503,
        'ServiceUnavailable',
        'The request has failed due to a temporary failure of the server.',
      );
    case 'page':
      return {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<html><h1>It works!</h1></html>',
        cut: false,
      };
    case 'cut':
      return { status: 200, headers: {}, body: '{"RequestId":"R-0","Operation":{"Opera', cut: false };
    case 'echo':
      // A refused signature is explained by quoting what was signed, token and all.
      return error(
        vendor,
        500,
        'InternalError',
        `server string to sign is: ${Object.values(request.headers).join(' ')}`,
      );
    case 'reset':
      throw new RetryLater({ code: 'reset', message: `${host} closed the connection without an answer (ECONNRESET)` });
    case 'hang':
      throw new RetryLater({ code: 'timeout', message: `${host} gave no full answer within 10000 ms (waiting)` });
  }
};
