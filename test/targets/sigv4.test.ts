import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../lib/net/http.ts';
import { awsEndpoint, Credentials, signedForAws } from '../../lib/targets/kit/sigv4.ts';

/** From AWS's own signing tests, aws-sig-v4-test-suite. */
const SUITE = {
  scope: { region: 'us-east-1', service: 'service' },
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  at: Date.UTC(2015, 7, 30, 12, 36),
  url: 'https://example.amazonaws.com/',
} as const;

describe('AWS’s own signing tests', () => {
  const authorization = (headers: Record<string, string>, body = '') =>
    signedForAws({ method: 'POST', url: SUITE.url, headers, body }, SUITE.scope, SUITE.credentials, SUITE.at).headers
      .authorization;
  const CREDENTIAL = 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';

  it('post-vanilla', () => {
    expect(authorization({})).toBe(
      `${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b`,
    );
  });

  it('post-x-www-form-urlencoded', () => {
    expect(authorization({ 'content-type': 'application/x-www-form-urlencoded' }, 'Param1=value1')).toBe(
      `${CREDENTIAL}, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a`,
    );
  });
});

/** The SDK's signer takes its hash as a class. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'string' ? secret : secret && Buffer.from(secret as Uint8Array);
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {}
}

const HOST = 'events.eu-west-1.amazonaws.com';
const EVENTS = { region: 'eu-west-1', service: 'events' } as const;

type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

/** The headers of ours, and those of the SDK's signer for the same request. */
const both = async (request: Omit<HttpRequest, 'url'>, credentials: Keys, at: number) => {
  const ours = signedForAws({ ...request, url: `https://${HOST}/` }, EVENTS, credentials, at);
  const signer = new SignatureV4({ ...EVENTS, credentials, sha256: Sha256, applyChecksum: false });
  const headers = { ...request.headers, host: HOST };
  const theirs = await signer.sign(
    { ...request, protocol: 'https:', hostname: HOST, path: '/', query: {}, headers },
    { signingDate: new Date(at) },
  );
  return { ours: { ...ours.headers, host: HOST }, theirs: theirs.headers };
};

it('signs whatever it is given as the SDK’s own signer does', async () => {
  const text = fc.string({ unit: 'grapheme' });
  const key = fc.string({ minLength: 1 });
  const token = fc.option(fc.stringMatching(/^[\w+/=]{1,60}$/), { nil: undefined });
  const date = fc.integer({ min: 0, max: Date.UTC(2099, 0) });
  await fc.assert(
    fc.asyncProperty(text, key, token, date, async (body, secretAccessKey, sessionToken, at) => {
      const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey, ...(sessionToken && { sessionToken }) };
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
      const { ours, theirs } = await both({ method: 'POST', headers, body }, credentials, at);
      expect(ours).toEqual(theirs);
    }),
  );
});

it('signs a request without a body, and header values without the spaces around them', async () => {
  const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret' };
  const { ours, theirs } = await both({ method: 'GET', headers: { 'x-amz-target': ' a b\t' } }, credentials, SUITE.at);
  expect(ours).toEqual(theirs);
});

it('takes the function’s own credentials where none are set', () => {
  expect(v.parse(Credentials, undefined)).toEqual({
    accessKeyId: 'env:AWS_ACCESS_KEY_ID',
    secretAccessKey: 'env:AWS_SECRET_ACCESS_KEY',
    sessionToken: 'env:AWS_SESSION_TOKEN',
  });
});

it('finds a service of a region', () => {
  expect(awsEndpoint('sns', 'eu-west-1')).toBe('https://sns.eu-west-1.amazonaws.com');
  expect(awsEndpoint('events', 'cn-north-1')).toBe('https://events.cn-north-1.amazonaws.com.cn');
});
