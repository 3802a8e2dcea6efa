/** The stand-in clouds in a process of their own: when a call came is said by whom it came to. They know two access keys. */
import { hasParent, serveParent } from '../../offline/child.ts';
import { createClouds } from '../../offline/clouds/server.ts';

export const KEYS = {
  first: { accessKeyId: 'first-key', secretAccessKey: 'first-secret' },
  second: { accessKeyId: 'second-key', secretAccessKey: 'second-secret' },
} as const;

type Call = {
  /** Epoch ms. */
  readonly at: number;
  readonly status: number;
  /** Access key id. */
  readonly key: string;
  readonly params: Readonly<Record<string, string>>;
};

/** `busiest`: the most calls of each key in any second, wherever it begins. */
export type Calls = { readonly busiest: Readonly<Record<string, number>>; readonly calls: readonly Call[] };

if (process.argv[1] === import.meta.filename && hasParent()) {
  const { url, close } = await createClouds({ credentials: Object.values(KEYS) });
  serveParent(url, close);
}
