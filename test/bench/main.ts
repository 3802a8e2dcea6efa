/**
 * `npm run bench`: measures, and prints what it measured. `npm run bench -- poller bundles` makes only those.
 * `npm run bench -- forecast --trace FILE` is made only by name: it replays a log that somebody must give.
 */
import type { Print } from './report.ts';

type Bench = (print: Print) => Promise<void>;

/** Each is loaded when its turn comes: most load the whole service, and one may be wanted that does not. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  poller: async () => (await import('./poller.ts')).poller,
  units: async () => (await import('./units.ts')).units,
  idle: async () => (await import('./idle.ts')).idle,
  canary: async () => (await import('./canary.ts')).canary,
  bundles: async () => (await import('./bundles.ts')).bundles,
  latency: async () => (await import('./latency.ts')).latency,
  coalescing: async () => (await import('./coalescing.ts')).coalescing,
  refused: async () => (await import('./refused.ts')).refused,
  budget: async () => (await import('./budget.ts')).budget,
  hanging: async () => (await import('./hanging.ts')).hanging,
};

const say: Print = (text) => console.log(text);

const run = async (names: readonly string[]): Promise<void> => {
  const [first, ...rest] = names;
  if (first === 'forecast') return (await import('./forecast.ts')).forecast(rest, say);
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0)
    throw new Error(`there is no ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}, and forecast`);
  for (const [name, load] of Object.entries(BENCHES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`\n${name}`);
    await (await load())(say);
  }
};

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
