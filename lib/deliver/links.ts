/** Where people find a watch and its operation. */

import { signLink } from '../access/link.ts';
import { SecretError } from '../config/secrets.ts';
import type { Links } from '../core/event.ts';
import { sentence } from '../core/sentences.ts';
import type { Watch } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import type { Runtime } from '../runtime.ts';

export const watchUrl = (id: string, { env }: Pick<Runtime, 'env'>): string => `${env.publicUrl}/watches/${id}`;

/** `linkKey` signs the link that opens without a token; left out, there is none. */
export const linksOf = (watch: Watch, runtime: Pick<Runtime, 'env'>, linkKey?: string): Links => ({
  watch: watchUrl(watch.id, runtime),
  console: providerNamed(watch.provider)?.traits.console(watch.operation) ?? '',
  ...(linkKey !== undefined && { link: `${runtime.env.publicUrl}/w/${signLink(watch, linkKey)}` }),
});

const KEY_MIN = 32;

/**
 * The keys of links: the first signs, all verify. None where the configuration names none. Throws a SecretError for a key that
 * cannot be read or has fewer than 32 characters.
 */
export const readLinkKeys = async ({ config, secrets }: Pick<Runtime, 'config' | 'secrets'>): Promise<string[]> => {
  const references = config.linkKeys;
  const keys = references.length === 0 ? [] : await secrets.read(references);
  const weak = references.filter((_, i) => (keys[i] ?? '').length < KEY_MIN);
  if (weak.length > 0) throw new SecretError(sentence('key_short', { names: weak.join(', '), count: String(KEY_MIN) }));
  return keys;
};

/** The key that signs links now. A message without a link is better than no message: a key that cannot be read is logged. */
export const readSigningKey = async (
  runtime: Pick<Runtime, 'config' | 'secrets' | 'log'>,
): Promise<string | undefined> => {
  try {
    const [key] = await readLinkKeys(runtime);
    return key;
  } catch (error) {
    runtime.log.error('link keys cannot be read: messages go without a link', { error: String(error) });
    return undefined;
  }
};
