/** Makes the links to the pages of a watch and of its operation. */

import { signLink } from '../access/link.ts';
import { SecretError } from '../config/secrets.ts';
import type { Links } from '../core/event.ts';
import { sentence } from '../core/sentences.ts';
import type { Watch } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import type { Runtime } from '../runtime.ts';

export const watchUrl = (id: string, { env }: Pick<Runtime, 'env'>): string => `${env.publicUrl}/watches/${id}`;

/**
 * Returns the links of a watch. `linkKey` signs the link that opens without a token. Without `linkKey` there is no such
 * link.
 */
export const linksOf = (watch: Watch, runtime: Pick<Runtime, 'env'>, linkKey?: string): Links => ({
  watch: watchUrl(watch.id, runtime),
  console: providerNamed(watch.provider)?.traits.console(watch.operation) ?? '',
  ...(linkKey !== undefined && { link: `${runtime.env.publicUrl}/w/${signLink(watch, linkKey)}` }),
});

const KEY_MIN = 32;

/**
 * Reads the keys of links. The first key signs links, and all keys verify them. The list is empty where the
 * configuration names no keys. Throws a SecretError where a key is unreadable or has fewer than 32 characters.
 */
export const readLinkKeys = async ({ config, secrets }: Pick<Runtime, 'config' | 'secrets'>): Promise<string[]> => {
  const references = config.linkKeys;
  const keys = references.length === 0 ? [] : await secrets.read(references);
  const weak = references.filter((_, i) => (keys[i] ?? '').length < KEY_MIN);
  if (weak.length > 0) throw new SecretError(sentence('key_short', { names: weak.join(', '), count: String(KEY_MIN) }));
  return keys;
};

/** Returns the key that signs links now. An unreadable key is logged, and the message then goes out without a link. */
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
