/**
 * Structured logs: one JSON line for each event, few and named. A look that changes nothing writes no line.
 *
 * A line may carry metrics in CloudWatch's embedded metric format, so that metrics cost no call. docs/operations.md
 * lists them.
 */
import { plain } from './text.ts';

type Field = string | number | boolean | undefined;
/** Our code names the fields. A name never comes from outside, and it never repeats a field that each line has. */
export type LogFields = Readonly<Record<string, Field>> & {
  readonly [Own in 'level' | 'what' | 'deployment' | '_aws']?: never;
};
export type Metrics = Readonly<Record<string, readonly [value: number, unit: 'Count' | 'Milliseconds']>>;

/** `by` names the fields that separate the metrics, besides the deployment. */
type Write = (what: string, fields?: LogFields, metrics?: Metrics, by?: readonly string[]) => void;

export type Log = {
  readonly info: Write;
  /** A person should look at this. */
  readonly warn: Write;
  readonly error: Write;
};

/** The owner of the metrics: a deployment, by its name. */
export type Origin = { readonly deployment: string; readonly now: () => number };

const NAMESPACE = 'opwatch';

/** Source: CloudWatch User Guide, "Embedded metric format specification". */
const embedded = (metrics: Metrics, by: readonly string[], { deployment, now }: Origin) => ({
  _aws: {
    Timestamp: now(),
    CloudWatchMetrics: [
      {
        Namespace: NAMESPACE,
        Dimensions: [['deployment', ...by]],
        Metrics: Object.entries(metrics).map(([Name, [, Unit]]) => ({ Name, Unit })),
      },
    ],
  },
  deployment,
  ...Object.fromEntries(Object.entries(metrics).map(([name, [value]]) => [name, value])),
});

/** A person needs no more. A caller or a cloud may write any amount. */
const FIELD_BYTES = 4_096;

/** Text from outside stays in its field: it has no line breaks, no terminal commands and a bounded length. */
const safe = (value: unknown): unknown => (typeof value === 'string' ? plain(value, FIELD_BYTES) : value);

export const createLog = (write: (line: string) => void, origin?: Origin): Log => {
  const line =
    (level: string): Write =>
    (what, fields = {}, metrics, by = []) =>
      write(
        JSON.stringify({
          level,
          what: safe(what),
          ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, safe(value)])),
          ...(metrics && origin && embedded(metrics, by, origin)),
        }),
      );
  return { info: line('info'), warn: line('warn'), error: line('error') };
};
