/** Where people find a watch and its operation. */
import type { Links } from './event.ts';
import { providerNamed } from './providers/index.ts';
import type { Runtime } from './runtime.ts';
import type { Watch } from './watch.ts';

export const watchUrl = (id: string, { env }: Pick<Runtime, 'env'>): string => `${env.publicUrl}/watches/${id}`;

export const linksOf = (watch: Watch, runtime: Pick<Runtime, 'env'>): Links => ({
  watch: watchUrl(watch.id, runtime),
  console: providerNamed(watch.provider)?.traits.console(watch.operation) ?? '',
});
