/**
 * A process of its own that gives canned answers: DynamoDB, SQS and a cloud on one origin, kept-alive connections, no
 * thinking. What it is asked is counted by kind at `/counts`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from '../../offline/child.ts';
import { marshalledMembers } from './dynamodb-units.ts';
import { CLOUD_ANSWER, tenWatches } from './ten-watches.ts';

export const TABLE = 'bench';
export const CONNECTION = 'aliyun';

const LANE = {
  pk: `lane#${CONNECTION}`,
  sk: 'lane',
  version: 7,
  body: { nextSlotAt: 0, pace: 1, pacedAt: 0, pausedUntil: 0 },
};
const itemsAnswer = (items: readonly object[]): string =>
  JSON.stringify({ Responses: { [TABLE]: items.map(marshalledMembers) }, UnprocessedKeys: {} });
const ids = Array.from({ length: 10 }, (_, i) => ({ Id: String(i) }));

const answers = {
  watches: itemsAnswer(tenWatches(Date.now())),
  lane: itemsAnswer([LANE]),
  put: '{}',
  hide: JSON.stringify({ Successful: ids, Failed: [] }),
} as const;

/** Of the operation that was asked about. */
const cloudAnswer = (asked: string): string => {
  const OperationId = /\bOperationId=([^&]+)/.exec(asked)?.[1] ?? '';
  return JSON.stringify({ ...CLOUD_ANSWER, Operation: { ...CLOUD_ANSWER.Operation, OperationId } });
};

const kindOf = (target: string, body: string): keyof typeof answers | 'cloud' => {
  if (target.endsWith('.BatchGetItem')) return body.includes('"lane#') ? 'lane' : 'watches';
  if (target.endsWith('.PutItem')) return 'put';
  return target.endsWith('.ChangeMessageVisibilityBatch') ? 'hide' : 'cloud';
};

const serve = async (): Promise<void> => {
  const counts: Record<string, number> = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const isControl = request.url === '/counts';
      const kind = kindOf(String(request.headers['x-amz-target'] ?? ''), body);
      if (!isControl) counts[kind] = (counts[kind] ?? 0) + 1;
      const said = kind === 'cloud' ? cloudAnswer(`${request.url}&${body}`) : answers[kind];
      const answer = isControl ? JSON.stringify(counts) : said;
      const type = kind === 'cloud' ? 'application/json' : 'application/x-amz-json-1.0';
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(answer) }).end(answer);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  serveParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
    server.closeAllConnections();
  });
};

if (process.argv[1] === import.meta.filename) await serve();
