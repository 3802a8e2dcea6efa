/**
 * DynamoDB's own ways to say "not now", played when asked for: `POST /_control/faults` sets how often, `{}` ends them, and
 * `GET` tells how many there were.
 *
 * As the DynamoDB Developer Guide has it ("Error handling", BatchGetItem): a table without capacity refuses a request with
 * 400 ProvisionedThroughputExceededException or ThrottlingException; a batch that is served in part is answered 200, and
 * what was left stands in UnprocessedKeys.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { isRecord } from './resolve.ts';

export type TableFaults = {
  /** Share of all requests that is refused, 0 to 1. */
  readonly throttled?: number;
  /** Share of the BatchGetItem requests of two keys or more that is served by half. */
  readonly unprocessed?: number;
};

const REFUSALS = [
  [
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded.',
  ],
  [
    'com.amazon.coral.availability#ThrottlingException',
    'Throughput exceeds the current capacity of your table or index.',
  ],
] as const;

const CONTROL = '/_control/faults';
/** Carried by what is asked of the table itself, behind its faults. */
const WHOLE = 'x-opwatch-whole';

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
};

const isShare = (value: unknown): boolean => value === undefined || (Number(value) >= 0 && Number(value) <= 1);

const readFaults = (body: unknown): TableFaults => {
  if (!isRecord(body)) throw new Error('the faults must be a JSON object');
  const { throttled, unprocessed, ...others } = body;
  if (!isShare(throttled) || !isShare(unprocessed) || Object.keys(others).length > 0)
    throw new Error('the faults must be throttled and unprocessed, each with a share from 0 to 1');
  return body;
};

type Keys = { readonly Keys: readonly object[] };

/** A batch in two: what is served, and what is left. Undefined for one that cannot be parted. */
const parted = (body: unknown): readonly [served: object, left: object] | undefined => {
  const requested = isRecord(body) && isRecord(body.RequestItems) ? body.RequestItems : {};
  const [[table, wanted] = ['', { Keys: [] }], ...others] = Object.entries(requested) as [string, Keys][];
  const half = Math.ceil(wanted.Keys.length / 2);
  if (others.length > 0 || wanted.Keys.length < 2) return undefined;
  const some = (Keys: readonly object[]) => ({ [table]: { ...wanted, Keys } });
  return [{ RequestItems: some(wanted.Keys.slice(0, half)) }, some(wanted.Keys.slice(half))];
};

/** Puts the faults before whatever `server` answers. */
export const playFaults = (server: Server): void => {
  let faults: TableFaults = {};
  const counts = { throttled: 0, unprocessed: 0 };
  const isPlayed = (share = 0): boolean => Math.random() < share;
  const serving = server.listeners('request') as RequestListener[];
  const serve: RequestListener = (request, response) => {
    for (const listener of serving) listener(request, response);
  };

  const control = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'POST') faults = readFaults(await json(request));
    send(response, 200, counts);
  };

  const serveByHalf = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body: unknown = await json(request);
    const [served, left] = parted(body) ?? [body, undefined];
    const { host, 'content-length': _, connection: __, ...headers } = request.headers as Record<string, string>;
    const answer = await fetch(`http://${host}/`, {
      method: 'POST',
      headers: { ...headers, [WHOLE]: 'yes' },
      body: JSON.stringify(served),
    });
    const items = (await answer.json()) as object;
    if (left) counts.unprocessed += 1;
    send(response, answer.status, { ...items, ...(left && { UnprocessedKeys: left }) });
  };

  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const failed = (error: unknown): void => send(response, 400, { message: String(error) });
    if (request.url === CONTROL) control(request, response).catch(failed);
    else if (request.headers[WHOLE] !== undefined) serve(request, response);
    else if (isPlayed(faults.throttled)) {
      counts.throttled += 1;
      const [__type, message] = REFUSALS[counts.throttled % REFUSALS.length] ?? REFUSALS[0];
      send(response, 400, { __type, message });
    } else if (String(request.headers['x-amz-target']).endsWith('.BatchGetItem') && isPlayed(faults.unprocessed)) {
      serveByHalf(request, response).catch(failed);
    } else serve(request, response);
  });
};
