/**
 * Structured logs: one JSON line each, few and named. A look that changes nothing logs nothing.
 *
 * A line may carry metrics: in CloudWatch's embedded metric format, so that they cost no call. docs/operations.md lists them.
 */
import { plain } from './text.ts';

type Field = string | number | boolean | undefined;
/** Named by our code, never by what comes from outside; and never as what a line has of its own. */
export type LogFields = Readonly<Record<string, Field>> & {
  readonly [Own in 'level' | 'what' | 'deployment' | '_aws']?: never;
};
export type Metrics = Readonly<Record<string, readonly [value: number, unit: 'Count' | 'Milliseconds']>>;

/** `by` names fields that the metrics are told apart by, beside the deployment. */
type Write = (what: string, fields?: LogFields, metrics?: Metrics, by?: readonly string[]) => void;

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

/** Enough for what a person needs to read; what a caller or a cloud says may be as long as it likes. */
const FIELD_BYTES = 4_096;

/** Whatever somebody outside has said stays in its field: no line breaks or terminal commands, and not without end. */
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
