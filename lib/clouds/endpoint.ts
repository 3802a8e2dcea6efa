import { Misconfigured } from '../core/errors.ts';
import { remembering } from '../core/remembering.ts';
import { sentence } from '../core/sentences.ts';

export type Endpoint = {
  /** Scheme, host and port: the beginning of a URL. */
  readonly origin: string;
  /** The host with its port, as the signed `host` header contains it. */
  readonly host: string;
};

/**
 * Finds the address of a product in a region: the connection's override for the product, else its override for all
 * products (`*`), else `usual`. It replaces `{region}`. A host without a scheme gets https. Throws Misconfigured when
 * the text is neither a host nor an http(s) origin.
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

/** Remembers parsed endpoints, because one connection calls the same few hosts again and again. */
const endpointIn = remembering(500, (text): Endpoint | null => {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`);
  const bare = url && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  return bare ? { origin: url.origin, host: url.host } : null;
});
