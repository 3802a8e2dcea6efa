import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sign } from '../../lib/clouds/aliyun-signer.ts';

type Vector = {
  readonly name?: string;
  readonly credentials: { readonly accessKeyId: string; readonly accessKeySecret: string };
  readonly request: {
    readonly method: 'GET' | 'POST';
    readonly host: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly signature?: string;
  readonly signaturePublished?: string;
  readonly authorization?: string;
};

const file = new URL('../vectors/alibaba-acs3.json', import.meta.url);
const { official, vectors }: { official: Vector; vectors: Vector[] } = JSON.parse(readFileSync(file, 'utf8'));

const given = /^(host|content-type|x-acs-action|x-acs-version)$/;

const signed = ({ credentials, request }: Vector, securityToken?: string) =>
  sign(
    {
      ...request,
      headers: {
        ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => given.test(name))),
        host: request.host,
      },
    },
    {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.accessKeySecret,
      ...(securityToken && { securityToken }),
    },
    Date.parse(request.headers['x-acs-date'] ?? ''),
    request.headers['x-acs-signature-nonce'] ?? '',
  );

describe('ACS3-HMAC-SHA256', () => {
  it('reproduces the published example', () => {
    expect(signed(official).authorization).toContain(`Signature=${official.signaturePublished}`);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))('reproduces %s', (_, vector) => {
    const headers = signed(vector);
    expect(headers.authorization).toBe(vector.authorization);
    expect(headers).toMatchObject(vector.request.headers);
  });

  it('sends and signs an STS token', () => {
    const headers = signed(official, 'token');
    expect(headers['x-acs-security-token']).toBe('token');
    expect(headers.authorization).toContain('x-acs-date;x-acs-security-token;x-acs-signature-nonce');
  });

  it('keeps the secret to itself', () => {
    expect(JSON.stringify(signed(official))).not.toContain(official.credentials.accessKeySecret);
  });
});
