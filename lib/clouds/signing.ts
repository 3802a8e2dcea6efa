/** The shared parts of the two clouds' signatures: the canonical form of a request, and its hashes. */
import { createHmac, hash } from 'node:crypto';
import { encodePairs } from './encoding.ts';

/** A request before it is signed. The signature covers every header here. Names may be in upper or lower case. */
export type Unsigned = {
  readonly method: 'GET' | 'POST';
  /** The path, with each segment encoded once. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const NOTHING = hash('sha256', '');

export const sha256 = (text: string): string => (text === '' ? NOTHING : hash('sha256', text));

export const hmacSha256 = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/**
 * Returns the canonical request. It has one line each for method, path, query, headers, header names, and the hash of
 * the body.
 */
export const canonical = (request: Unsigned): { readonly text: string; readonly signedHeaders: string } => {
  const headers = Object.entries(request.headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const signedHeaders = headers.map(([name]) => name).join(';');
  const text = [
    request.method,
    request.path,
    encodePairs(request.query),
    // Each header line ends in its own line feed, so an empty line follows the last one.
    headers.map(([name, value]) => `${name}:${value}\n`).join(''),
    signedHeaders,
    sha256(request.body),
  ].join('\n');
  return { text, signedHeaders };
};
