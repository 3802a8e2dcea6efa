/** The stand-ins as a server on one origin of 127.0.0.1: the local stack's clouds. */
import { ELSEWHERE, type LocalServer, readJson, sendJson, serveLocally } from '../local-server.ts';
import { transmit } from './answer.ts';
import { control } from './control.ts';
import { play } from './play.ts';
import { createState, type Key, type Operations } from './state.ts';

export type CloudsOptions = {
  /** Left out, a free one. */
  readonly port?: number;
  /** The access keys that both clouds accept. */
  readonly credentials: readonly Key[];
  /** Epoch ms. */
  readonly now?: () => number;
  /** Where operations are kept, and those that have begun already; left out, there are none. */
  readonly operations?: Operations;
};

/**
 * Plays the APIs of Alibaba Cloud and Huawei Cloud on one origin of 127.0.0.1. It knows only operations that were
 * created through `POST /_control/operations`, and verifies every signature by the published rules with code of its own.
 */
export const createClouds = ({
  port = 0,
  credentials,
  now = Date.now,
  operations,
}: CloudsOptions): Promise<LocalServer> => {
  const state = createState(credentials, operations);
  return serveLocally(port, (request, response) => {
    const { method, path, query, body } = request;
    if (path.startsWith('/_control/')) {
      const answer = control(method, path, {
        body: readJson(body),
        query: new URLSearchParams(query),
        state,
        now: now(),
      });
      return sendJson(response, answer ? 200 : 404, answer ?? { error: 'there is no such control' });
    }
    if (path === ELSEWHERE) {
      state.ledger.add({ at: now(), api: 'elsewhere', action: '', status: 200, key: '', params: {} });
      return sendJson(response, 200, {});
    }
    const { admission, answer } = play(request, state, now());
    state.ledger.add({
      at: now(),
      api: 'api' in admission ? admission.api.name : admission.vendor,
      action: admission.action,
      status: answer.sending === 'hang' ? 0 : answer.status,
      ...(answer.code !== undefined && { code: answer.code }),
      key: admission.key,
      params: 'params' in admission ? admission.params : {},
    });
    transmit(answer, response);
  });
};
