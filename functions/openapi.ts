/** Answers GET /openapi.json: the description of this API, as docs/openapi.json has it. It reads and changes nothing else. */
import { createHash } from 'node:crypto';
import description from '../docs/openapi.json' with { type: 'json' };
import { answer, type HttpEvent, type HttpResult, refused, unchanged } from '../lib/access/http-event.ts';
import { NO_PARAMETERS, queryOf } from '../lib/access/query.ts';
import { isKnown } from '../lib/api/waiting.ts';

/** Clients may keep it this long: the description of a release never changes. */
const KEEP_SECONDS = 300;

const text = JSON.stringify(description);
const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
const headers = { etag, 'cache-control': `public, max-age=${KEEP_SECONDS}` };

/** Answers one request. It needs no runtime: a configuration that is wrong hides no description. */
export const handler = async (event: HttpEvent): Promise<HttpResult> => {
  try {
    queryOf(event, NO_PARAMETERS);
  } catch (error) {
    return refused(error);
  }
  return isKnown(event.headers['if-none-match'], etag)
    ? unchanged(headers)
    : { ...answer(200, {}, headers), body: text };
};
