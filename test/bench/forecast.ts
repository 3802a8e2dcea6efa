/**
 * npm run -s bench -- forecast --trace FILE.csv[.gz] [--json] [--peers FILE.json]: what learning from past runs would
 * have saved on a log of jobs.
 */
import { parseArgs } from 'node:util';
import { type Peer, playPeer, readPeers } from './forecast/peers.ts';
import { delayAt, type Result, resultOf, timesTheDelay } from './forecast/result.ts';
import { readTrace, type Trace } from './forecast/trace.ts';
import { number, type Print, ratio, table } from './report.ts';

const ofShare = (value: number | null): string => (value === null ? 'none' : number(value, 3));

const curves = (result: Result): string => {
  const { sqrt, learned } = result;
  const rows = sqrt.map((today, i) => {
    const { looks, delay } = learned[i] ?? today;
    const times = timesTheDelay(result, today.factor);
    const figures = [today.looks, today.delay, looks, delay].map((each) => number(each, 1));
    return [String(today.factor), ...figures, times === undefined ? '' : ratio(times)];
  });
  return table(['factor', 'looks', 'delay s', 'learned looks', 'delay s', 'at equal looks'], rows);
};

/**
 * How much longer each peer's delay is than the learned one at as many looks, the best peer first. opwatch looks on
 * submission, too, whatever the schedule, and no figure counts it. The last column counts it beside a peer's looks.
 */
const ofPeers = ({ learned }: Result, { durations }: Trace, peers: readonly Peer[]): string => {
  const played = peers.map((peer) => {
    const { looks, delay } = playPeer(peer, durations);
    const [times, strictly] = [looks, looks - 1].map((as) => delay / (delayAt(learned, as) ?? Number.NaN));
    return { name: peer.name, looks, delay, times: times ?? Number.NaN, strictly: strictly ?? Number.NaN };
  });
  const rows = played
    .filter(({ times }) => Number.isFinite(times))
    .toSorted((a, b) => a.times - b.times)
    .map(({ name, looks, delay, times, strictly }) => [
      name,
      ...[looks, delay].map((each) => number(each, 1)),
      ...[times, strictly].map((each) => (Number.isFinite(each) ? ratio(each) : '')),
    ]);
  return table(['peer', 'looks', 'delay s', 'at equal looks', 'all looks counted'], rows);
};

const told = (result: Result): string => {
  const { jobs, types, eta, late, bytes } = result;
  const { '3-9': few, '10+': many } = eta.byRuns;
  return [
    `  ${number(jobs)} jobs of ${number(types)} types`,
    curves(result),
    `  within the 80 % interval: ${ofShare(eta.coverage80)} (after 3 to 9 runs ${ofShare(few)}, more ${ofShare(many)})`,
    `  late: ${ofShare(late.share)}; of the jobs beyond the 99.5th percentile of their type: ${ofShare(late.beyondP995)}`,
    `  bytes at most: item ${bytes.item}, plan ${bytes.plan}`,
  ].join('\n');
};

export const forecast = async (args: readonly string[], print: Print): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { trace: { type: 'string' }, json: { type: 'boolean' }, peers: { type: 'string' } },
  });
  if (values.trace === undefined) throw new Error('forecast needs --trace FILE.csv, with submitted_s,duration_s,type');
  const trace = await readTrace(values.trace);
  const result = resultOf(trace);
  if (values.json) return print(JSON.stringify(result));
  print(told(result));
  if (values.peers !== undefined) print(ofPeers(result, trace, readPeers(values.peers)));
};
