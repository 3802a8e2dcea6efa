/** What the two clouds' signatures share: the canonical form of a request, and the hashes over it. */
import { createHmac, hash } from 'node:crypto';
import { encodePairs } from './encoding.ts';

/** A request before it is signed. Every header given is signed; names may come in any case. */
export type Unsigned = {
  readonly method: 'GET' | 'POST';
  /** Encoded already, each segment once. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const NOTHING = hash('sha256', '');

export const sha256 = (text: string): string => (text === '' ? NOTHING : hash('sha256', text));

export const hmacSha256 = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/** The canonical request: method, path, query, headers, their names, and the hash of the body, a line each. */
export const canonical = (request: Unsigned): { readonly text: string; readonly signedHeaders: string } => {
  const headers = Object.entries(request.headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const signedHeaders = headers.map(([name]) => name).join(';');
  const text = [
    request.method,
    request.path,
    encodePairs(request.query),
    // Each header line ends in a line feed of its own, hence the empty line after the last.
    headers.map(([name, value]) => `${name}:${value}\n`).join(''),
    signedHeaders,
    sha256(request.body),
  ].join('\n');
  return { text, signedHeaders };
};
