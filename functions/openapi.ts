/**
 * Answers GET /openapi.json with the description of this API. The text equals docs/openapi.json. The function reads
 * nothing else and changes nothing.
 */
import { createHash } from 'node:crypto';
import description from '../docs/openapi.json' with { type: 'json' };
import { answer, type HttpEvent, type HttpResult, refused, unchanged } from '../lib/access/http-event.ts';
import { NO_PARAMETERS, queryOf } from '../lib/access/query.ts';
import { isKnown } from '../lib/api/waiting.ts';

/**
 * The time (seconds) for which clients may keep the description of the API. The description of one release never
 * changes.
 */
const KEEP_SECONDS = 300;

const text = JSON.stringify(description);
const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
const headers = { etag, 'cache-control': `public, max-age=${KEEP_SECONDS}` };

/** Answers one request. It does not use the runtime, so a faulty configuration cannot hide the description. */
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
