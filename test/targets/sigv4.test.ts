import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedForAws } from '../../lib/targets/kit/sigv4.ts';

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

it('signs whatever it is given as the SDK’s own signer does', async () => {
  const text = fc.string({ unit: 'grapheme' });
  const key = fc.string({ minLength: 1 });
  const date = fc.integer({ min: 0, max: Date.UTC(2099, 0) });
  await fc.assert(
    fc.asyncProperty(
      text,
      key,
      fc.option(fc.stringMatching(/^[\w+/=]{1,60}$/), { nil: undefined }),
      date,
      async (body, secretAccessKey, sessionToken, at) => {
        const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey, ...(sessionToken && { sessionToken }) };
        const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
        const url = 'https://events.eu-west-1.amazonaws.com/';
        const scope = { region: 'eu-west-1', service: 'events' };
        const ours = signedForAws({ method: 'POST', url, headers, body }, scope, credentials, at);

        const signer = new SignatureV4({ ...scope, credentials, sha256: Sha256, applyChecksum: false });
        const host = 'events.eu-west-1.amazonaws.com';
        const theirs = await signer.sign(
          {
            method: 'POST',
            protocol: 'https:',
            hostname: host,
            path: '/',
            query: {},
            headers: { ...headers, host },
            body,
          },
          { signingDate: new Date(at) },
        );
        expect({ ...ours.headers, host }).toEqual(theirs.headers);
      },
    ),
    { numRuns: 100 },
  );
});
