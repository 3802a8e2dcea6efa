/** The log of the calls that the stand-ins were sent. */
export type CallRecord = {
  /** Counts from 1 over the whole life of the stand-in. */
  readonly n: number;
  /** When it came, epoch ms. */
  readonly at: number;
  /** `aliyun-emr`; a bare vendor where no API was reached. */
  readonly api: string;
  readonly action: string;
  /** 0 for a call that is left without an answer. */
  readonly status: number;
  /** The code of the error, where one was answered. */
  readonly code?: string;
  /** Access key id as the caller gave it, of whatever worth. */
  readonly key: string;
  /** The parameters that named the operation. */
  readonly params: Readonly<Record<string, string>>;
};

const KEPT_CALLS = 50_000;
const KEPT_SECONDS = 3600;

/** The log of calls: the newest 50,000, and how many each key made in each second of the last hour's worth. */
export type Ledger = {
  readonly add: (call: Omit<CallRecord, 'n'>) => void;
  readonly report: (since: number, limit: number) => object;
  readonly clear: () => void;
};

export const createLedger = (): Ledger => {
  let calls: CallRecord[] = [];
  let perSecond = new Map<number, Record<string, number>>();
  let total = 0;

  return {
    add(call) {
      total += 1;
      calls.push({ n: total, ...call });
      // Dropped a tenth at a time, so that a long run does not move the whole log at every call.
      if (calls.length > KEPT_CALLS * 1.1) calls = calls.slice(-KEPT_CALLS);
      const second = Math.floor(call.at / 1000);
      const counts = perSecond.get(second) ?? {};
      counts[call.key] = (counts[call.key] ?? 0) + 1;
      perSecond.set(second, counts);
      const [oldest] = perSecond.keys();
      if (perSecond.size > KEPT_SECONDS && oldest !== undefined) perSecond.delete(oldest);
    },

    report(since, limit) {
      return {
        total,
        busiest: busiest(calls),
        perSecond: Object.fromEntries(perSecond),
        calls: calls.filter((call) => call.n > since).slice(0, limit),
      };
    },

    clear() {
      calls = [];
      perSecond = new Map();
      total = 0;
    },
  };
};

/** The most calls each key made in any window of one second, wherever it begins. */
export const busiest = (calls: readonly Pick<CallRecord, 'at' | 'key'>[]): Record<string, number> => {
  const windows = new Map<string, number[]>();
  const most: Record<string, number> = {};
  for (const { at, key } of calls) {
    const window = windows.get(key) ?? [];
    windows.set(key, window);
    window.push(at);
    while ((window[0] ?? at) <= at - 1000) window.shift();
    most[key] = Math.max(most[key] ?? 0, window.length);
  }
  return most;
};
