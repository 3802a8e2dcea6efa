declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** `path` keeps the tables in LevelDB there; left out, they live in memory. */
  export default function dynalite(options: { readonly path?: string; readonly createTableMs?: number }): Server;
}
