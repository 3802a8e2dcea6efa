/**
 * The part that both clouds' signatures share: the pieces of a canonical request. Source: RFC 3986, and the pages that
 * acs3.ts and sdk-hmac.ts name.
 */
import { createHmac, hash } from 'node:crypto';

export const sha256 = (data: string | Buffer): string => hash('sha256', data);
export const hmacSha256 = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');

/** RFC 3986: everything but unreserved characters is escaped, so `*` too and a blank is `%20`. */
export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The pairs of a raw query or form; a key without a value has an empty one. */
export const pairs = (raw: string): [key: string, value: string][] => {
  return raw
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [blank(part), ''] : [blank(part.slice(0, at)), blank(part.slice(at + 1))];
    });
};

/** In queries and forms a plus stands for a blank. */
const blank = (text: string): string => decode(text.replaceAll('+', '%20'));

export const canonicalQuery = (raw: string): string =>
  pairs(raw)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .join('&');

/** `name:value\n` for each of the signed headers, sorted. */
export const canonicalHeaders = (names: readonly string[], headers: Readonly<Record<string, string>>): string =>
  names
    .toSorted()
    .map((name) => `${name}:${(headers[name] ?? '').trim()}\n`)
    .join('');

/** Undoes percent-encoding; text that is none stays as it is. */
export const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export type Authorization = {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

/** `ALGORITHM Credential=…,SignedHeaders=a;b,Signature=hex`. */
export const authorizationForm = (algorithm: string, keyField: string): RegExp =>
  new RegExp(`^${algorithm} ${keyField}=([^,\\s]+), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`);

/** Undefined where the header is not of that form. */
export const readAuthorization = (header: string, form: RegExp): Authorization | undefined => {
  const [, accessKeyId, signedHeaders, signature] = form.exec(header) ?? [];
  if (!accessKeyId || !signedHeaders || !signature) return undefined;
  return { accessKeyId, signedHeaders: signedHeaders.split(';'), signature };
};
