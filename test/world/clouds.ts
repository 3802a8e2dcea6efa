/** The clouds: the stand-ins of the local stack in virtual time, and a record of all that they have said. */
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import type { Moment, Operation, Step } from '../../offline/clouds/operation.ts';
import { type Played, play } from '../../offline/clouds/play.ts';
import { begin, createState, type State } from '../../offline/clouds/state.ts';
import { type Asked, type Fields, groupOf, idOf, type ProviderName, read } from './asked.ts';
import { type CloudFault, received, unanswered } from './cloud-faults.ts';
import type { Process } from './process.ts';
import { apiOf, operationBy, type Script } from './scripts.ts';
import { SECRETS } from './settings.ts';
import type { CloudState, Shown, Statement } from './statements.ts';

type Vendor = Asked['vendor'];

export type Clouds = {
  readonly add: (provider: ProviderName, operation: Fields, script: Script) => void;
  /** Answers a request of `asker`. Throws where no answer comes. */
  readonly answer: (request: HttpRequest, fault?: CloudFault, asker?: Process) => HttpAnswer;
  /** An answer has come to the function that had asked. */
  readonly heard: (answer: HttpAnswer) => void;
  readonly stateOf: (provider: ProviderName, operation: Fields) => CloudState;
  /** Access key ids a vendor lets in; any while it is left out. */
  readonly keys: Map<Vendor, string>;
  /** How far a vendor's clock is ahead, ms. */
  readonly skews: Map<Vendor, number>;
  /** From now on the key of a vendor has no permission for a project (a region of Alibaba Cloud), or has it again. */
  readonly permit: (vendor: Vendor, project: string, isPermitted: boolean) => void;
  /** Everything that answers have said of an operation, in order. */
  readonly statements: (provider: ProviderName, operation: Fields) => readonly Statement[];
};

type Known = {
  readonly provider: ProviderName;
  readonly fields: Fields;
  readonly script: Script;
  readonly operation: Operation;
  /** What the steps of its course are in its script. */
  readonly scripted: ReadonlyMap<Step, Script[number]>;
  readonly statements: Statement[];
};

/** `pageSize`: how many entries a page of a list has at most. */
export const createClouds = (now: () => number, onLook?: (asked: Asked) => void, pageSize = 50): Clouds => {
  const operations = new Map<string, Known>();
  const keys = new Map<Vendor, string>();
  const skews = new Map<Vendor, number>();
  const unheard = new WeakMap<HttpAnswer, readonly Statement[]>();
  let requests = 0;
  const newState = () => {
    const state = createState([], new Map(), () => {
      requests += 1;
      return `R-${requests}`;
    });
    state.settings = { ...state.settings, pageSize };
    return state;
  };
  const states: Readonly<Record<Vendor, State>> = { aliyun: newState(), huawei: newState() };

  const found = (provider: ProviderName, operation: Fields): Known => {
    const known = operations.get(`${provider} ${idOf(provider, operation)}`);
    if (!known) throw new Error(`no script for this operation of ${provider}`);
    return known;
  };

  /** The operations that a question is about. */
  const meant = ({ provider, id, group }: Asked): readonly Known[] => {
    if (id === undefined)
      return [...operations.values()].filter(
        (known) => known.provider === provider && groupOf(provider, known.fields) === group,
      );
    const known = operations.get(`${provider} ${id}`);
    return known ? [known] : [];
  };

  /** Lets in the key of this vendor, with or without a token, and no other. */
  const letIn = (vendor: Vendor, { authorization = '', 'x-acs-security-token': token }: Fields): void => {
    const state = states[vendor];
    const [, asked = ''] = /(?:Credential|Access)=([^,\s]+)/.exec(authorization) ?? [];
    const { secretAccessKey } = SECRETS[vendor];
    const key = {
      accessKeyId: keys.get(vendor) ?? asked,
      secretAccessKey,
      ...(token && { securityToken: SECRETS.aliyun.securityToken }),
    };
    state.settings = { ...state.settings, credentials: [key], clockOffsetMs: skews.get(vendor) ?? 0 };
  };

  /** What an answer has said of each operation it was to tell of, but for those that a list leaves out. */
  const record = (asked: Asked, { moments, answer }: Played, asker: Process | undefined): Statement[] =>
    moments.flatMap((moment) => {
      const { provider, id } = asked;
      const known = found(provider, moment.operation.ids);
      // A list says nothing of what is not in it.
      if (id === undefined && !answer.body.includes(`"${idOf(provider, known.fields)}"`)) return [];
      const told = toldBy(moment, known);
      const requestId = requestIdIn(answer.headers);
      const statement = { at: now(), ...(requestId && { requestId }), told, ...(asker && { asker }) };
      known.statements.push(statement);
      return [statement];
    });

  return {
    keys,
    skews,
    permit: (vendor, project, isPermitted) => {
      const { operations: kept } = states[vendor];
      for (const { provider, fields, operation } of operations.values()) {
        if (!provider.startsWith(vendor) || (fields.RegionId ?? fields.project_id) !== project) continue;
        const fault = isPermitted ? {} : { fault: 'denied', times: Number.POSITIVE_INFINITY };
        kept.set(JSON.stringify([provider, operation.ids]), { ...operation, ...fault });
      }
    },
    add: (provider, fields, script) => {
      const { operation, scripted } = operationBy(provider, fields, script);
      begin(states[apiOf(provider).vendor], operation);
      operations.set(`${provider} ${idOf(provider, fields)}`, {
        provider,
        fields,
        script,
        operation,
        scripted,
        statements: [],
      });
    },
    stateOf: (provider, operation) =>
      found(provider, operation).script.findLast(({ at }) => at <= now())?.state ?? 'absent',
    statements: (provider, operation) => found(provider, operation).statements,
    heard: (answer) => {
      for (const statement of unheard.get(answer) ?? []) statement.heardAt ??= now();
    },

    answer: (request, fault, asker) => {
      const { asked, local } = read(request);
      onLook?.(asked);
      letIn(asked.vendor, local.headers);
      const played = play(local, states[asked.vendor], now(), fault);
      const untold = fault === 'no-name' ? fault : played.untold;
      if (untold !== undefined) {
        for (const { statements } of meant(asked))
          statements.push({ at: now(), heardAt: now(), untold, ...(asker && { asker }) });
        if (fault === 'no-name') throw unanswered(fault, request.url);
        return received(played.answer, request);
      }
      const answer = received(played.answer, request);
      unheard.set(answer, record(asked, played, asker));
      return answer;
    },
  };
};

const requestIdIn = (headers: Readonly<Record<string, string>>): string | undefined =>
  headers['x-acs-request-id'] ?? headers['x-request-id'];

/** What an answer tells of one operation, by its script. */
const toldBy = (moment: Moment, { provider, scripted }: Known): NonNullable<Statement['told']> => {
  const { state, run = 0 } = (moment.step && scripted.get(moment.step)) ?? { state: 'absent' };
  return { state, run, shown: shownBy(moment, provider, state) };
};

/** A success has no cause, whatever a cloud puts where causes stand. An action of DWS that failed has a name of its own. */
const shownBy = (moment: Moment, provider: ProviderName, state: CloudState): Shown => {
  const word = moment.phase === 'renamed' ? 'FAILED' : moment.word;
  const { reasonCode, reasonMessage, error, ...shown } = apiOf(provider).tells(moment);
  if (state === 'succeeded') return { word, ...shown };
  return {
    word,
    ...shown,
    ...(reasonCode !== undefined && { reasonCode }),
    ...(reasonMessage !== undefined && { reasonMessage }),
    ...(error !== undefined && { error }),
  };
};
