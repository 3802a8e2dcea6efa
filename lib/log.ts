/**
 * Structured logs: one JSON line each, few and named. A look that changes nothing logs nothing.
 *
 * A line may carry metrics: in CloudWatch's embedded metric format, so that they cost no call. docs/operations.md lists them.
 */

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;
export type Metrics = Readonly<Record<string, readonly [value: number, unit: 'Count' | 'Milliseconds']>>;

type Write = (what: string, fields?: Fields, metrics?: Metrics) => void;

export type Log = {
  readonly info: Write;
  /** Something a person should look at. */
  readonly warn: Write;
  readonly error: Write;
};

/** Whose metrics these are: a deployment's, by its name. */
export type Origin = { readonly deployment: string; readonly now: () => number };

const NAMESPACE = 'opwatch';

/** Source: CloudWatch User Guide, "Embedded metric format specification". */
const embedded = (metrics: Metrics, { deployment, now }: Origin) => ({
  _aws: {
    Timestamp: now(),
    CloudWatchMetrics: [
      {
        Namespace: NAMESPACE,
        Dimensions: [['deployment']],
        Metrics: Object.entries(metrics).map(([Name, [, Unit]]) => ({ Name, Unit })),
      },
    ],
  },
  deployment,
  ...Object.fromEntries(Object.entries(metrics).map(([name, [value]]) => [name, value])),
});

export const createLog = (write: (line: string) => void, origin?: Origin): Log => {
  const line =
    (level: string): Write =>
    (what, fields = {}, metrics) =>
      write(JSON.stringify({ level, what, ...fields, ...(metrics && origin && embedded(metrics, origin)) }));
  return { info: line('info'), warn: line('warn'), error: line('error') };
};
