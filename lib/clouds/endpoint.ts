import { Misconfigured } from '../core/errors.ts';
import { remembering } from '../core/remembering.ts';
import { sentence } from '../core/sentences.ts';

export type Endpoint = {
  /** Scheme, host and port, as the URL begins. */
  readonly origin: string;
  /** Host with its port, as the `host` header says it and the signature covers it. */
  readonly host: string;
};

/**
 * Finds where a product of a region is called: the connection's override for the product, else its override for all
 * (`*`), else `usual`. `{region}` is filled in; a bare host is called by https.
 * Throws Misconfigured for what is neither a host nor an http(s) origin.
 */
export const endpointOf = (
  overrides: Readonly<Record<string, string>>,
  product: string,
  region: string,
  usual: string,
): Endpoint => {
  const template = overrides[product] ?? overrides['*'] ?? usual;
  const endpoint = endpointIn(template.replaceAll('{region}', region));
  if (!endpoint) {
    throw new Misconfigured({
      code: 'bad_endpoint',
      message: sentence('bad_endpoint', { name: product, words: template }),
    });
  }
  return endpoint;
};

/** One connection calls a few hosts, again and again. */
const endpointIn = remembering(500, (text): Endpoint | null => {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`);
  const bare = url && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  return bare ? { origin: url.origin, host: url.host } : null;
});
