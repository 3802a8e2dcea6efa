/**
 * Looks a second: the poller's handler code on the real SDK clients and the real network, beside a bare loop that makes
 * the same requests, both against one server of canned answers, turn by turn.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readConfig } from '../../lib/config/config.ts';
import { openLane } from '../../lib/core/lane.ts';
import { poll } from '../../lib/look/poll.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import { createQueue } from '../../lib/store/queue.ts';
import { createTable } from '../../lib/store/store.ts';
import { createBareLoop } from './bare-loop.ts';
import { CONNECTION, TABLE } from './canned.ts';
import { withChild } from './child.ts';
import { median, number, type Print, ratio, table } from './report.ts';
import { benchRuntime } from './runtime.ts';
import { recordsOf, tenWatches } from './ten-watches.ts';

const TURNS = 12;
const TURN_MS = 1_000;
const LOOKS = 10;

type Round = { readonly perSecond: number; readonly cpuMicros: number };

const acquire = async (batch: () => Promise<unknown>): Promise<Round> => {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let batches = 0;
  while (performance.now() - began < TURN_MS) {
    await batch();
    batches += 1;
  }
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (batches * LOOKS) / seconds, cpuMicros: (user + system) / (batches * LOOKS) };
};

export const poller = (print: Print): Promise<void> =>
  withChild('canned.ts', [], async (ready) => {
    const url = String(ready);
    const queueUrl = `${url}/000000000000/poll`;
    const aws = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const dynamodb = new DynamoDBClient(aws);
    const sqs = new SQSClient(aws);

    const reference = { accessKeyId: 'env:KEY', secretAccessKey: 'env:SECRET' };
    const config = readConfig({
      connections: { [CONNECTION]: { vendor: 'aliyun', credentials: reference, endpoints: { '*': url } } },
      tenants: { default: { notify: [] } },
    });
    const connection = config.connections.get(CONNECTION);
    if (!connection) throw new Error('the connection is missing');
    const runtime = benchRuntime({
      // A lane that keeps nobody waiting: what is measured is the work, not the politeness.
      config: { ...config, connections: new Map([[CONNECTION, { ...connection, callsPerSecond: 1e6 }]]) },
      table: createTable(dynamodb, TABLE, () => Promise.resolve()),
      queue: createQueue(sqs),
      pollQueues: { aliyun: [queueUrl] },
      variables: { KEY: 'LTAI5tExample1', SECRET: 'secret' },
    });
    const items = tenWatches(Date.now());
    const records = recordsOf(items, 'poll');

    const requests: HttpRequest[] = [];
    const recording = async (request: HttpRequest) => {
      requests.push(request);
      return runtime.sendToCloud(request);
    };
    const counts = async (): Promise<Record<string, number>> => (await fetch(`${url}/counts`)).json() as never;
    await poll(records, [queueUrl], { ...runtime, sendToCloud: recording });
    const ofPoller = await counts();

    const bare = createBareLoop({
      dynamodb,
      sqs,
      table: TABLE,
      queueUrl,
      records,
      keys: items,
      lane: { pk: `lane#${CONNECTION}`, sk: 'lane', version: 8, body: openLane },
      requests,
    });
    await bare();
    const ofBoth = await counts();

    const sides = { poller: () => poll(records, [queueUrl], runtime), 'bare loop': bare };
    const targetLimiters = new Map<string, Round[]>();
    for (let turn = -2; turn < TURNS; turn += 1) {
      for (const [name, batch] of Object.entries(sides)) {
        const taken = await acquire(batch);
        if (turn >= 0) targetLimiters.set(name, [...(targetLimiters.get(name) ?? []), taken]);
      }
    }
    dynamodb.destroy();
    sqs.destroy();

    const rows = Object.keys(sides).map((name) => {
      const taken = targetLimiters.get(name) ?? [];
      return { name, perSecond: median(taken.map((t) => t.perSecond)), cpu: median(taken.map((t) => t.cpuMicros)) };
    });
    const [first, second] = rows;
    print(
      table(
        ['', 'looks/s', 'CPU us a look'],
        rows.map(({ name, perSecond, cpu }) => [name, number(perSecond), number(cpu)]),
      ),
    );
    print(
      `ratio: ${ratio((first?.perSecond ?? 0) / (second?.perSecond ?? 1))} of the bare loop's looks a second (wanted: at least 0.7), ` +
        `${ratio((second?.cpu ?? 0) / (first?.cpu ?? 1))} by CPU time`,
    );
    const kinds = Object.keys(ofBoth).sort();
    print(
      `requests a batch of ten, by kind: ${kinds.map((kind) => `${kind} ${ofPoller[kind] ?? 0} and ${(ofBoth[kind] ?? 0) - (ofPoller[kind] ?? 0)}`).join(', ')}`,
    );
  });
