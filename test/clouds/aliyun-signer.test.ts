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

  const unsigned = { method: 'POST', path: '/', query: {}, body: '' } as const;
  const keys = { accessKeyId: 'AK', secretAccessKey: 'SK' };

  it('sends the time to the second, whatever the clock shows', () => {
    const headers = sign({ ...unsigned, headers: {} }, keys, Date.UTC(2026, 0, 2, 3, 4, 5, 678), 'n');
    expect(headers['x-acs-date']).toBe('2026-01-02T03:04:05Z');
  });

  it('sends no token where there is none', () => {
    expect(Object.keys(sign({ ...unsigned, headers: {} }, keys, 0, 'n'))).toEqual([
      'x-acs-date',
      'x-acs-signature-nonce',
      'x-acs-content-sha256',
      'authorization',
    ]);
  });

  it('signs a header by its name in small letters, without the spaces around its value', () => {
    const plain = sign({ ...unsigned, headers: { host: 'ecs.aliyuncs.com', 'x-acs-action': 'A' } }, keys, 0, 'n');
    const spaced = sign({ ...unsigned, headers: { 'X-Acs-Action': ' A ', Host: 'ecs.aliyuncs.com' } }, keys, 0, 'n');
    expect(spaced.authorization).toBe(plain.authorization);
  });

  it('keeps the secret to itself', () => {
    expect(JSON.stringify(signed(official))).not.toContain(official.credentials.accessKeySecret);
  });
});
