/** What every adapter keeps: the suite each of them runs, on the exchanges in test/fixtures/{its name} and its own table. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Vendor } from '../../lib/clouds/cloud.ts';
import { trimmed } from '../../lib/clouds/fields.ts';
import { LookError } from '../../lib/core/errors.ts';
import type { Memo, Observation } from '../../lib/core/observation.ts';
import type { Watch } from '../../lib/core/watch.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import { providers } from '../../lib/providers/index.ts';
import type { Provider } from '../../lib/providers/provider.ts';
import { casesAmong } from '../helpers/cases.ts';
import { type Step, scriptOf, standing, watched } from './course.ts';
import { bentAnswers, NONSENSE, textsIn } from './hostile.ts';
import { answer, ask, CREDENTIALS, lookAtOne, NOW, outcome, type Reply, scripted } from './scripted.ts';

/** One look as the cloud's documents have it, and what it means. */
type Recorded = {
  readonly name: string;
  readonly about: string;
  readonly source: string;
  readonly operation: Readonly<Record<string, string>>;
  readonly seen?: boolean;
  readonly memo?: Memo;
  /** Instants. Without them it is looked at on 2026-01-02T03:04:05Z, and was submitted ten seconds before. */
  readonly submittedAt?: string;
  readonly lookedAt?: string;
  readonly exchanges: readonly {
    readonly request: Pick<HttpRequest, 'method' | 'url' | 'body'>;
    readonly answer: Reply;
  }[];
  readonly observation: Observation;
};

type Known = { readonly seen?: boolean; readonly submittedAt?: number; readonly memo?: Memo };

/** A state word or case, the cloud's answers (a single one is given to every call), and what comes of them. */
export type Row = readonly [about: string, told: Reply | readonly Reply[], outcome: string, known?: Known];

/** Several looks at one watch, and how the watch stands after them. */
export type Course = readonly [
  about: string,
  steps: readonly Step[],
  standing: string,
  more?: {
    /** Fields submitted beside those of the contract's operation. */
    readonly fields?: Readonly<Record<string, string>>;
    /** The watch when it is submitted, where it differs. */
    readonly before?: Partial<Watch>;
    /** What the watch holds at the end, and all its facts. */
    readonly after?: object;
    readonly facts?: object;
  },
];

export type Contract<O> = {
  readonly provider: Provider<O>;
  /** An operation as people submit it, all fields given. */
  readonly operation: Readonly<Record<string, string>>;
  readonly optional?: readonly string[];
  /** Optional fields that change what an answer means: the rows and courses leave them out unless they name them. */
  readonly also?: Readonly<Record<string, string>>;
  readonly table: readonly Row[];
  readonly courses?: readonly Course[];
  /** Every word by which the cloud itself says that an operation is over, by what it means. */
  readonly ends: Readonly<Record<string, readonly string[]>>;
  /** Words of a second witness, good only for what was seen before. */
  readonly inferredEnds?: Readonly<Record<string, readonly string[]>>;
  /** The most calls one look at one operation may take. */
  readonly callsMax?: number;
};

const folder = new URL('../fixtures/', import.meta.url);

const recordedOf = (name: string): Recorded[] =>
  readdirSync(new URL(`${name}/`, folder))
    .sort()
    .map((file) => ({ ...JSON.parse(readFileSync(new URL(`${name}/${file}`, folder), 'utf8')), name: file }));

const ERRORS: Readonly<Record<Vendor, readonly (readonly [string, Reply, string])[]>> = {
  aliyun: [
    ['HTTP 400 Throttling.User', { status: 400, body: { Code: 'Throttling.User' } }, 'Throttled'],
    [
      'x-acs-retry-after',
      { status: 400, headers: { 'x-acs-retry-after': '1500' }, body: {} },
      'Throttled after 1500 ms',
    ],
    ['HTTP 503 ServiceUnavailable', { status: 503, body: { Code: 'ServiceUnavailable' } }, 'RetryLater'],
    ['HTTP 406 DbError', { status: 406, body: { Code: 'DbError' } }, 'RetryLater'],
    ['HTTP 403 SignatureDoesNotMatch', { status: 403, body: { Code: 'SignatureDoesNotMatch' } }, 'Refused'],
    ['HTTP 404 EntityNotExist.Role', { status: 404, body: { Code: 'EntityNotExist.Role' } }, 'Refused'],
    [
      'HTTP 400 InvalidParameter about SecurityToken.Expired',
      {
        status: 400,
        body: { Code: 'InvalidParameter', Message: 'The specified parameter "SecurityToken.Expired" is not valid.' },
      },
      'Refused',
    ],
    ['HTTP 401 Unauthorized', { status: 401, body: { Code: 'Unauthorized' } }, 'NotAllowed'],
    ['HTTP 400 SystemBusy', { status: 400, body: { Code: 'SystemBusy' } }, 'RetryLater'],
    ['HTTP 403 LastTokenProcessing', { status: 403, body: { Code: 'LastTokenProcessing' } }, 'RetryLater'],
    ['HTTP 400 QpsLimitExceeded', { status: 400, body: { Code: 'QpsLimitExceeded' } }, 'Throttled'],
    ['HTTP 404 of no listed code', { status: 404, body: { Code: 'ThingNotFound' } }, 'Misconfigured'],
    ['HTTP 407 NotAuthorized', { status: 407, body: { Code: 'NotAuthorized' } }, 'NotAllowed'],
    ['HTTP 400 InvalidParameter', { status: 400, body: { Code: 'InvalidParameter' } }, 'Misconfigured'],
    [
      'HTTP 400 InvalidTimeStamp.Expired',
      { status: 400, headers: { date: 'Fri, 02 Jan 2026 04:04:05 GMT' }, body: { Code: 'InvalidTimeStamp.Expired' } },
      'ClockSkew',
    ],
  ],
  huawei: [
    ['HTTP 429 APIGW.0308', { status: 429, body: { error_code: 'APIGW.0308' } }, 'Throttled'],
    ['HTTP 504 APIGW.0201', { status: 504, body: { error_code: 'APIGW.0201' } }, 'RetryLater'],
    ['HTTP 401 APIGW.0301', { status: 401, body: { error_code: 'APIGW.0301' } }, 'Refused'],
    ['HTTP 403 APIGW.0302', { status: 403, body: { error_code: 'APIGW.0302' } }, 'NotAllowed'],
    ['HTTP 404 APIGW.0101', { status: 404, body: { error_code: 'APIGW.0101' } }, 'Misconfigured'],
    [
      'HTTP 401 APIGW.0301, clocks apart',
      { status: 401, headers: { date: 'Fri, 02 Jan 2026 04:04:05 GMT' }, body: { error_code: 'APIGW.0301' } },
      'ClockSkew',
    ],
  ],
};

const HOSTS: Readonly<Record<Vendor, RegExp>> = {
  aliyun: /^[a-z]+(\.[a-z0-9-]+)?\.aliyuncs\.com$/,
  huawei: /^[a-z]+\.[a-z0-9-]+\.myhuaweicloud\.(com|cn|eu)$/,
};

const cases = { numRuns: casesAmong(providers.length) };

export const runContract = <O>(contract: Contract<O>): void => {
  const { provider, also = {}, table, courses = [], ends, inferredEnds = {}, callsMax = 1 } = contract;
  const optional = [...(contract.optional ?? []), ...Object.keys(also)];
  const allFields = { ...contract.operation, ...also };
  const { name, vendor, operation: schema } = provider.traits;
  const operation = v.parse(schema, contract.operation);
  const recorded = recordedOf(name);

  describe(`${name}: outcomes`, () => {
    for (const [about, told, expected, known] of table) {
      it(`${name} | ${about} -> ${expected}`, async () => {
        expect(await outcome(provider, operation, scriptOf(told), known)).toBe(expected);
      });
    }
    for (const [about, steps, expected, { fields = {}, before = {}, after = {}, facts } = {}] of courses) {
      it(`${name} | ${about} -> ${expected}`, async () => {
        const watch = await watched(provider, v.parse(schema, { ...contract.operation, ...fields }), steps, before);
        expect(standing(watch)).toBe(expected);
        expect(watch).toMatchObject(after);
        if (facts) expect(watch.facts).toEqual(facts);
      });
    }
    for (const [about, told, expected] of ERRORS[vendor]) {
      it(`${name} | ${about} -> ${expected}`, async () => {
        expect(await outcome(provider, operation, () => told, { seen: true })).toBe(expected);
      });
    }
    it.each(NONSENSE)(`${name} | %s is no answer [F32]`, async (_, told) => {
      expect(await outcome(provider, operation, () => told, { seen: true })).toBe('RetryLater');
    });
  });

  describe(`${name}: recorded exchanges`, () => {
    it('tell of success, failure and absence', () => {
      const told = recorded.map(({ observation }) =>
        observation.kind === 'seen' ? observation.status : observation.kind,
      );
      expect(told).toEqual(expect.arrayContaining(['succeeded', 'failed', 'absent']));
    });

    it.each(
      recorded.flatMap((one) => [
        [one.name, 0, one] as const,
        [`${one.name}, from a cloud whose clock is 20 min ahead [F37]`, 20 * 60_000, one] as const,
        [`${one.name}, from a cloud whose clock is 20 min behind [F37]`, -20 * 60_000, one] as const,
      ]),
    )('%s', async (_, skewMs, { exchanges, seen, memo, submittedAt, lookedAt, ...one }) => {
      // The answers tell times by the clock of the cloud. Ours is behind by as much as it is ahead.
      const ours = (time: string) => Date.parse(time) - skewMs;
      const settings = { skewMs, now: lookedAt === undefined ? NOW - skewMs : ours(lookedAt) };
      const { cloud, requests } = scripted(
        exchanges.map((exchange) => exchange.answer),
        settings,
      );
      const asked = ask(v.parse(schema, one.operation), {
        ...(seen && { seen }),
        ...(memo && { memo }),
        submittedAt: submittedAt === undefined ? NOW - 10_000 - skewMs : ours(submittedAt),
      });
      expect(await lookAtOne(provider, asked, cloud)).toStrictEqual(one.observation);
      const made = requests.map(({ method, url, body }) => ({ method, url, ...(body !== undefined && { body }) }));
      expect(made).toStrictEqual(exchanges.map(({ request }) => request));
    });
  });

  describe(`${name}: operation`, () => {
    const faults = (changed: unknown) => v.safeParse(schema, changed).issues?.map(({ message }) => message) ?? [];

    it.each(Object.keys(allFields))('%s must be there and hold what it should', (field) => {
      const { [field]: _, ...without } = allFields;
      expect(faults(without)).toEqual(optional.includes(field) ? [] : [expect.stringContaining(field)]);
      for (const value of ['', '  ', 'a\nb', 'a\u0000b', 'a\u202eb', '\ud800', 'x'.repeat(257), 7, null, {}, ['a']]) {
        expect(faults({ ...allFields, [field]: value })).toContainEqual(expect.stringContaining(field));
      }
    });

    const inPaths = vendor === 'huawei' ? Object.keys(contract.operation) : [];
    for (const field of inPaths) {
      it(`${field} must not be a path`, () => {
        for (const value of ['.', '..']) {
          expect(faults({ ...contract.operation, [field]: value })).toContainEqual(expect.stringContaining(field));
        }
      });
    }

    it('has no other fields', () => {
      expect(faults({ ...contract.operation, Zone: 'a' })).toEqual([expect.stringContaining('Zone')]);
      expect(faults(null)).not.toEqual([]);
    });

    it('is all strings', () => {
      expect(Object.values(operation as object).every((value) => typeof value === 'string')).toBe(true);
    });

    it('has a console page', () => {
      expect(new URL(provider.traits.console(operation)).protocol).toBe('https:');
    });
  });

  describe(`${name}: requests`, () => {
    const requestsFor = async (some: O) => {
      const { cloud, requests } = scripted(() => ({ body: {} }));
      await lookAtOne(provider, ask(some), cloud);
      return requests;
    };

    it('are few, and each is signed anew', async () => {
      const requests = await requestsFor(operation);
      expect(requests.length).toBeLessThanOrEqual(callsMax);
      const nonces = requests.map(({ headers }) => headers['x-acs-signature-nonce']);
      expect(new Set(nonces).size).toBe(vendor === 'aliyun' ? requests.length : 1);
    });

    it('carry no secret', async () => {
      const sent = JSON.stringify(await requestsFor(operation));
      expect(sent).not.toContain(CREDENTIALS.secretAccessKey);
      expect(sent.replaceAll(`-security-token":"${CREDENTIALS.securityToken}"`, '')).not.toContain(
        CREDENTIALS.securityToken,
      );
    });

    it('reach the same host and path whatever the fields hold', async () => {
      const shape = ({ url }: HttpRequest) =>
        [new URL(url).pathname.split('/').length, ...new URL(url).searchParams.keys()].join(' ');
      const plain = (await requestsFor(operation)).map(shape);
      const value = fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('..', '../../v2/secret?x=1#', 'a@b', '%2e%2e', '\\..'),
      );
      const fields = fc.tuple(fc.constantFrom(...Object.keys(allFields)), value);
      await fc.assert(
        fc.asyncProperty(fields, async ([field, text]) => {
          const parsed = v.safeParse(schema, { ...allFields, [field]: text });
          if (!parsed.success) return;
          for (const request of await requestsFor(parsed.output)) {
            const { url, headers } = request;
            expect(new URL(url).href).toBe(url);
            expect(new URL(url).host).toMatch(HOSTS[vendor]);
            expect(headers.host).toBe(new URL(url).host);
            expect(plain).toContain(shape(request));
          }
        }),
        cases,
      );
    });
  });

  describe(`${name}: several at once`, () => {
    it('none', async () => {
      expect(await provider.look([], scripted([]).cloud)).toEqual([]);
    });

    it('lets faults through that are no answer of a cloud', async () => {
      const fault = new TypeError('a fault of our own');
      const send = () => Promise.reject(fault);
      const asks = [ask(operation), ask(operation)];
      await expect(provider.look(asks, scripted([], { send }).cloud)).rejects.toBe(fault);
    });

    it('stops at the first refusal [F38]', async () => {
      const refusal = ERRORS[vendor].find(([, , expected]) => expected === 'Refused')?.[1] ?? {};
      const { cloud, requests } = scripted(() => refusal);
      const asks = Array.from({ length: 5 }, () => ask(operation));
      await expect(provider.look(asks, cloud)).rejects.toMatchObject({ name: 'Refused' });
      expect(requests.length).toBe(1);
    });
  });

  describe(`${name}: random and bent answers`, () => {
    const bodies = recorded.flatMap(({ exchanges }) => exchanges.map((exchange) => exchange.answer.body));
    const words = [...Object.values(ends).flat(), ...Object.values(inferredEnds).flat(), 'RUNNING', 'Fine'];

    it('throw nothing but a LookError and end nothing that the cloud’s words do not end [F32]', async () => {
      const told = fc.array(bentAnswers(bodies, words), { minLength: callsMax, maxLength: callsMax });
      const known = fc.record({
        seen: fc.boolean(),
        memo: fc.dictionary(
          fc.constantFrom('submitTime', 'failureBefore'),
          fc.constantFrom('none', '2025-05-19 09:06:18.0'),
        ),
      });
      await fc.assert(
        fc.asyncProperty(told, known, async (answers, { seen, memo }) => {
          let calls = 0;
          const { cloud } = scripted(() => {
            calls += 1;
            return answers[calls - 1] ?? {};
          });
          const observation = await lookAtOne(provider, ask(operation, { seen, memo }), cloud);
          expect(calls).toBeLessThanOrEqual(callsMax);
          if (observation instanceof LookError || observation.kind !== 'seen') return;
          const { status, word, evidence } = observation;
          const heard = answers.slice(0, calls).filter(({ status: code = 200, cut }) => !cut && code < 300);
          expect(heard.flatMap((one) => textsIn(answer(one).body)).map(trimmed)).toContain(trimmed(word));
          if (['pending', 'running', 'attention'].includes(status)) return;
          const permitted = evidence === 'inferred' ? (seen && inferredEnds[status]) || [] : (ends[status] ?? []);
          expect(permitted.map((end) => end.toLowerCase())).toContain(asciiLower(word));
        }),
        cases,
      );
    });
  });
};

const asciiLower = (word: string) => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
