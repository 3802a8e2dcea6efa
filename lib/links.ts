/** Where people find a watch and its operation. */
import type { Links } from './event.ts';
import { providerNamed } from './providers/index.ts';
import type { Runtime } from './runtime.ts';
import type { Watch } from './watch.ts';

export const linksOf = (watch: Watch, { env }: Pick<Runtime, 'env'>): Links => ({
  watch: `${env.publicUrl}/watches/${watch.id}`,
  console: providerNamed(watch.provider)?.traits.console(watch.operation) ?? '',
});
