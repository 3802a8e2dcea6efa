import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encode } from '../../lib/clouds/encoding.ts';
import { sign } from '../../lib/clouds/huawei-signer.ts';
import { canonical, hmacSha256, sha256 } from '../../lib/clouds/signing.ts';

type Vector = {
  readonly name?: string;
  readonly source?: string;
  readonly credentials: { readonly ak: string; readonly sk: string };
  readonly request: {
    readonly method: 'GET' | 'POST';
    readonly host?: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly signaturePublished?: string;
  readonly authorization?: string;
};

const file = new URL('../vectors/huawei-sdk-hmac-sha256.json', import.meta.url);
const { official, vectors }: { official: Vector[]; vectors: Vector[] } = JSON.parse(readFileSync(file, 'utf8'));

/** `20260102T030405Z` in epoch ms. */
const instant = (stamp: string) =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const signed = ({ credentials, request }: Vector, securityToken?: string) => {
  const headers = Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'x-sdk-date');
  const stamp = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'x-sdk-date')?.[1] ?? '';
  return sign(
    {
      method: request.method,
      path: request.path,
      query: request.query,
      headers: { ...Object.fromEntries(headers), ...(request.host && { host: request.host }) },
      body: request.body ?? '',
    },
    { accessKeyId: credentials.ak, secretAccessKey: credentials.sk, ...(securityToken && { securityToken }) },
    instant(stamp),
  );
};

describe('SDK-HMAC-SHA256', () => {
  it.each(official.map((vector) => [vector.source, vector] as const))('reproduces %s', (_, vector) => {
    expect(signed(vector).authorization).toContain(`Signature=${vector.signaturePublished}`);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))('reproduces %s', (_, vector) => {
    expect(signed(vector).authorization).toBe(vector.authorization);
  });

  it('sends and signs a temporary security token', () => {
    const [vector] = vectors;
    const headers = vector && signed(vector, 'token');
    expect(headers?.['x-security-token']).toBe('token');
    expect(headers?.authorization).toContain('x-project-id;x-sdk-date;x-security-token');
  });

  it('sends the time to the second, whatever the clock shows, and no token where there is none', () => {
    const unsigned = { method: 'GET', path: '/', query: {}, headers: {}, body: '' } as const;
    const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const headers = sign(unsigned, { accessKeyId: 'AK', secretAccessKey: 'SK' }, at);
    expect(headers['x-sdk-date']).toBe('20260102T030405Z');
    expect(Object.keys(headers)).toEqual(['x-sdk-date', 'authorization']);
  });

  it('signs a path as it is sent, encoded once, with a slash at the end', () => {
    const path = `/v1/${encode('a b/c%2F~*é')}`;
    expect(path).toBe('/v1/a%20b%2Fc%252F~%2A%C3%A9');
    const unsigned = { method: 'GET', query: {}, body: '' } as const;
    const headers = sign({ ...unsigned, path, headers: {} }, { accessKeyId: 'AK', secretAccessKey: 'SK' }, 0);
    const { text } = canonical({ ...unsigned, path: `${path}/`, headers: { 'x-sdk-date': '19700101T000000Z' } });
    const signature = hmacSha256('SK', `SDK-HMAC-SHA256\n19700101T000000Z\n${sha256(text)}`);
    expect(headers.authorization).toBe(`SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=${signature}`);
  });
});
