/**
 * Answers GET /w/{link} with the facts of one watch. People in a chat can open the link without a token. The function
 * changes nothing.
 */

import type { HttpEvent, HttpResult } from '../lib/access/http-event.ts';
import { openLink } from '../lib/api/open-link.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';

/** Answers one request. Throws a SecretError where opwatch cannot read the keys of links. */
export const serve = async ({ headers, pathParameters }: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const { accept, 'accept-language': acceptLanguage } = headers;
  const opened = await openLink({ link: pathParameters?.link ?? '', accept, acceptLanguage }, runtime);
  return { statusCode: opened.status, headers: opened.headers, body: opened.body };
};

export const handler = httpHandler(serve);
