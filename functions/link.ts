/** Answers GET /w/{link}: the facts of one watch, for people in a chat who have no token. It changes nothing. */

import type { HttpEvent, HttpResult } from '../lib/access/http-event.ts';
import { openLink } from '../lib/api/open-link.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';

/** Answers one request. Throws a SecretError where the keys of links cannot be read. */
export const serve = async ({ headers, pathParameters }: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const { accept, 'accept-language': acceptLanguage } = headers;
  const opened = await openLink({ link: pathParameters?.link ?? '', accept, acceptLanguage }, runtime);
  return { statusCode: opened.status, headers: opened.headers, body: opened.body };
};

export const handler = httpHandler(serve);
