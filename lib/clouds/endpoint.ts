import { Misconfigured } from '../errors.ts';

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
  const filled = template.replaceAll('{region}', region);
  const url = URL.parse(/^https?:\/\//.test(filled) ? filled : `https://${filled}`);
  const bare = url && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  if (!bare) {
    throw new Misconfigured({
      code: 'bad_endpoint',
      message: `The endpoint of ${product} is neither a host nor an origin: ${template}`,
    });
  }
  return { origin: url.origin, host: url.host };
};
