/** The clouds: operations that go their way by a script, and answers in the clouds' own shapes, well or badly told. */

import type { Vendor } from '../../lib/clouds/cloud.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { type Asked, askedIn, type CloudState, faceOf, type ProviderName } from './cloud-faces.ts';
import { isUnderWay, type Telling, type Verb } from './fake-api.ts';
import { denial, error, isPlainFault, json, type Manner, misbehave } from './manners.ts';
import type { Process } from './process.ts';
import type { Statement } from './statements.ts';

/** From when on an operation is in a state, epoch ms; before the first step the cloud does not know it. */
export type Script = readonly {
  readonly at: number;
  readonly state: CloudState;
  /** Which run of that name it is; the one that is meant where it is left out. */
  readonly run?: number;
  readonly verb?: Verb;
}[];

type Fields = Readonly<Record<string, string>>;

export type Clouds = {
  readonly add: (provider: ProviderName, operation: Fields, script: Script) => void;
  /** Answers a request of `asker`. Throws where no answer comes. */
  readonly answer: (request: HttpRequest, manner?: Manner, asker?: Process) => HttpAnswer;
  /** An answer has come to the function that had asked. */
  readonly heard: (answer: HttpAnswer) => void;
  readonly stateOf: (provider: ProviderName, operation: Fields) => CloudState;
  /** Access key ids a vendor lets in; any while it is left out. */
  readonly keys: Map<Vendor, string>;
  /** How far a vendor's clock is ahead, ms. */
  readonly skews: Map<Vendor, number>;
  /** What each vendor's account may not be asked about: projects that the key has no permission for. */
  readonly denied: Map<Vendor, ReadonlySet<string>>;
  /** Everything that answers have said of an operation, in order. */
  readonly statements: (provider: ProviderName, operation: Fields) => readonly Statement[];
};

type Known = {
  readonly provider: ProviderName;
  readonly group: string;
  readonly id: string;
  readonly script: Script;
  readonly statements: Statement[];
};

/** The id in answers about an operation that nobody asked about. */
export const OTHER_ID = 'another-0000';

/** How far a replica that lags is behind. */
const BEHIND_MS = 10 * 60_000;

const SKEW_MAX_MS = 15 * 60_000;

export const createClouds = (now: () => number, onLook?: (asked: Asked) => void): Clouds => {
  const operations = new Map<string, Known>();
  const keys = new Map<Vendor, string>();
  const skews = new Map<Vendor, number>();
  const denied = new Map<Vendor, ReadonlySet<string>>();
  const unheard = new WeakMap<HttpAnswer, readonly Statement[]>();
  let answers = 0;

  const tellingOf = ({ id, script }: Known, at: number, witness?: Asked['witness']): Telling => {
    // DWS goes on showing the last failure under its failure name.
    const isMeant = ({ state }: Script[number]) => witness !== 'failure' || state === 'failed';
    const step = script.findLast((each) => each.at <= at && isMeant(each));
    const { run = 0, verb } = step ?? {};
    const begunAt = script.find((each) => (each.run ?? 0) === run)?.at ?? 0;
    return {
      id,
      state: step?.state ?? 'absent',
      since: step?.at ?? 0,
      begunAt,
      run,
      aheadMs: 0,
      ...(verb && { verb }),
    };
  };

  const found = (provider: ProviderName, operation: Fields): Known => {
    const known = operations.get(`${provider} ${faceOf(provider).idOf(operation)}`);
    if (!known) throw new Error(`no script for this operation of ${provider}`);
    return known;
  };

  /** The operations that a question is about. */
  const meant = ({ provider, id, group }: Asked): readonly Known[] => {
    if (id === undefined)
      return [...operations.values()].filter((known) => known.provider === provider && known.group === group);
    const known = operations.get(`${provider} ${id}`);
    return known ? [known] : [];
  };

  const stated = (known: Known, statement: Statement): Statement => {
    known.statements.push(statement);
    return statement;
  };

  const tell = (asked: Asked, requestId: string, asker: Process | undefined, at: number): HttpAnswer => {
    const { provider, vendor, id = '' } = asked;
    const face = faceOf(provider);
    const subjects = meant(asked).map((known) => {
      // The times by which a run is known from another are by the clock of its cloud.
      const telling = { ...tellingOf(known, at, asked.witness), aheadMs: skews.get(vendor) ?? 0 };
      return { known, telling, shown: face.shows(telling) };
    });
    const [subject] = subjects;
    const nothing: Telling = { id, state: 'absent', since: 0, begunAt: 0, run: 0, aheadMs: 0 };
    const { status = 200, body } =
      asked.id === undefined
        ? { body: face.list?.(subjects) }
        : face.tell(subject?.telling ?? nothing, subject?.shown ?? { word: '' }, asked);
    const answer = identified(vendor, status, body as object, requestId);
    const statements = subjects
      // A list says nothing of what is not in it.
      .filter(({ telling: { state } }) => asked.id !== undefined || isUnderWay(state))
      .map(({ known, telling: { state, run }, shown }) =>
        stated(known, { at: now(), requestId, told: { state, run, shown }, ...(asker && { asker }) }),
      );
    unheard.set(answer, statements);
    return answer;
  };

  /** The end of an operation that nobody asked about, told as if it were. */
  const ofAnother = (asked: Asked, requestId: string, asker: Process | undefined): HttpAnswer => {
    const { provider, vendor } = asked;
    const face = faceOf(provider);
    const telling: Telling = {
      id: OTHER_ID,
      state: 'succeeded',
      since: 0,
      begunAt: 0,
      run: 0,
      aheadMs: 0,
      verb: 'UPDATE',
    };
    untold(asked, 'another id', asker);
    const { status = 200, body } = face.tell(telling, face.shows(telling), asked);
    return identified(vendor, status, body as object, requestId);
  };

  /** An answer that says nothing of what was asked about, and why. */
  const untold = (asked: Asked, why: string, asker: Process | undefined): void => {
    for (const known of meant(asked))
      stated(known, { at: now(), heardAt: now(), untold: why, ...(asker && { asker }) });
  };

  return {
    keys,
    skews,
    denied,
    add: (provider, operation, script) => {
      const face = faceOf(provider);
      const id = face.idOf(operation);
      const group = face.groupOf?.(operation) ?? id;
      operations.set(`${provider} ${id}`, { provider, group, id, script, statements: [] });
    },
    stateOf: (provider, operation) => tellingOf(found(provider, operation), now()).state,
    statements: (provider, operation) => found(provider, operation).statements,
    heard: (answer) => {
      for (const statement of unheard.get(answer) ?? []) statement.heardAt ??= now();
    },

    answer: (request, manner, asker) => {
      const asked = askedIn(request);
      onLook?.(asked);
      const { vendor } = asked;
      if (isPlainFault(manner)) {
        untold(asked, manner, asker);
        return misbehave(manner, vendor, request);
      }
      const time = now() + (skews.get(vendor) ?? 0);
      const expected = keys.get(vendor);
      const refused = (why: Refusal): HttpAnswer => {
        untold(asked, why, asker);
        return dated(time, refusal(vendor, why));
      };
      if (Math.abs(asked.signedAt - time) > SKEW_MAX_MS) return refused('skewed');
      if (expected !== undefined && asked.accessKeyId !== expected) return refused('refused');
      if (denied.get(vendor)?.has(asked.project)) return refused('denied');
      answers += 1;
      const requestId = `R-${answers}`;
      if (manner === 'another id' && asked.id !== undefined) return dated(time, ofAnother(asked, requestId, asker));
      // What DWS tells of its cluster settles what its actions leave open: it is up to date.
      const isBehind = manner === 'back in time' && asked.witness !== 'cluster';
      return dated(time, tell(asked, requestId, asker, isBehind ? now() - BEHIND_MS : now()));
    },
  };
};

/** Adds the date, in place: the answer stays the one that is listened for. */
const dated = (time: number, answer: HttpAnswer): HttpAnswer =>
  Object.assign(answer, { headers: { ...answer.headers, date: new Date(time).toUTCString() } });

/** An answer with its request id where the vendor has it. */
const identified = (vendor: Vendor, status: number, body: object, requestId: string): HttpAnswer =>
  vendor === 'aliyun'
    ? json(status, { RequestId: requestId, ...body })
    : json(status, body, { 'x-request-id': requestId });

type Refusal = 'refused' | 'skewed' | 'denied';

const refusal = (vendor: Vendor, why: Refusal): HttpAnswer => {
  if (why === 'denied') return denial(vendor);
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
