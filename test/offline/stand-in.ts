import { afterEach, beforeEach, expect } from 'vitest';
import { createClouds } from '../../offline/clouds/server.ts';
import type { LocalServer } from '../../offline/local-server.ts';
import { callFor, idsOf } from './operations.ts';
import { control, type Headers, KEY, type Reply, type Sent, send } from './signed-call.ts';

export const START = Date.parse('2026-01-02T03:04:05Z');
export const MINUTE = 60_000;
/** A temporary key, good for an hour from START. */
export const TOKEN_KEY = { accessKeyId: 'STS.TEST', secretAccessKey: 'another-secret', securityToken: 'token-1' };

/** Gives every test of a file stand-in clouds of its own, whose clock stands at START until the test moves it. */
export function useClouds() {
  const clock = { now: START };
  let clouds: LocalServer;
  beforeEach(async () => {
    clock.now = START;
    const credentials = [KEY, { ...TOKEN_KEY, expiresAt: START + 60 * MINUTE }];
    clouds = await createClouds({ credentials, now: () => clock.now });
  });
  afterEach(() => clouds.close());

  const steer = (method: string, path: string, json?: unknown): Promise<Reply> =>
    control(clouds.url, method, path, json);
  return {
    clock,
    url: () => clouds.url,
    close: () => clouds.close(),
    steer,
    ask: (sent: Sent): Promise<Reply> => send(clouds.url, sent),

    async create(api: string, options: object = {}, ids: Headers = {}): Promise<void> {
      const reply = await steer('POST', 'operations', { api, operation: { ...idsOf(api), ...ids }, ...options });
      expect([reply.status, reply.body]).toEqual([200, '{"created":1}']);
    },

    look: (api: string, ids: Headers = {}): Promise<Reply> =>
      send(clouds.url, callFor(api, { ...idsOf(api), ...ids }, { at: clock.now })),
  };
}

/** The error code of an answer, in either cloud's spelling. */
export function codeOf({ json }: Reply): unknown {
  if (typeof json !== 'object' || json === null) return undefined;
  return 'Code' in json ? json.Code : 'error_code' in json ? json.error_code : undefined;
}
