/**
 * Defines the schema of every answer of the API. The schemas allow no unknown field. A program makes docs/openapi.json
 * from them, and the tests check each answer against them. No function loads this file.
 */
import * as v from 'valibot';
import { BLOCKED_KINDS } from '../core/blocked.ts';
import { STATUSES } from '../core/watch.ts';

const described = <const T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));

const text = v.string();
const instant = v.pipe(text, v.isoTimestamp());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const texts = v.record(v.string(), v.string());
export const WATCH_ID = /^w_[a-z2-7]{26}$/;
export const DELIVERY_ID = /^msg_[a-z2-7]{26}$/;
const watchId = v.pipe(text, v.regex(WATCH_ID));
const deliveryId = v.pipe(text, v.regex(DELIVERY_ID));
const status = described(
  v.picklist(STATUSES),
  'docs/api.md explains each status, and tells which of them mean the end.',
);

export const Fault = v.strictObject({
  pointer: described(text, 'A JSON pointer (RFC 6901) into the body of the request.'),
  detail: text,
});

export const Problem = v.strictObject({
  type: v.literal('about:blank'),
  title: text,
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  detail: text,
  errors: v.optional(described(v.array(Fault), 'Every fault of the request, each with its place.')),
  retryAfterSeconds: v.optional(
    described(v.pipe(count, v.minValue(1)), 'In a 429: the same number as in Retry-After.'),
  ),
});

const Progress = v.union([
  v.strictObject({ done: v.number(), total: v.number() }),
  v.strictObject({ percent: v.number() }),
]);

const watchEntries = {
  id: watchId,
  url: described(v.pipe(text, v.url()), 'The address of this watch in the API.'),
  console: described(v.pipe(text, v.url()), 'The operation in the console of its cloud.'),
  provider: text,
  connection: text,
  operation: described(texts, "The cloud's own names and values."),
  operationType: v.optional(text),
  status,
  over: v.boolean(),
  providerStatus: v.optional(described(text, "The cloud's own word.")),
  evidence: v.optional(v.picklist(['inferred', 'untied'])),
  progress: v.optional(Progress),
  note: v.optional(described(text, 'Explains an end that the cloud did not report with a plain word.')),
  blocked: v.optional(
    v.strictObject({ since: instant, kind: v.picklist(BLOCKED_KINDS), code: text, message: text, help: text }),
  ),
  trouble: v.optional(v.strictObject({ since: instant, code: text, message: text })),
  reason: v.optional(v.strictObject({ code: v.optional(text), message: v.optional(text) })),
  result: v.optional(text),
  error: v.optional(text),
  message: v.optional(text),
  requestId: v.optional(text),
  labels: texts,
  notify: v.array(text),
  contexts: v.optional(
    described(texts, 'The commit status of each target of type github-status, by the name of the target.'),
  ),
  submittedAt: instant,
  startedAt: v.optional(instant),
  endedAt: v.optional(instant),
  detectedAt: v.optional(instant),
  deadline: instant,
  looks: count,
  lookedAt: v.optional(instant),
  nextLookAt: v.optional(
    described(instant, 'opwatch computes this time for each answer. It is absent while the connection makes no calls.'),
  ),
  history: v.array(v.strictObject({ at: instant, status, providerStatus: v.optional(text) })),
};

export const Watch = v.strictObject(watchEntries);

export const Attempt = v.strictObject({
  number: count,
  at: instant,
  durationMs: v.pipe(v.number(), v.minValue(0)),
  status: v.optional(described(count, 'The HTTP status, if an answer came.')),
  verdict: text,
  answer: v.optional(described(text, 'The first bytes of the answer, secrets masked.')),
  nextAttemptAt: v.optional(instant),
});

const STATES = ['waiting', 'delivered', 'parked', 'overtaken'] as const;

export const Delivery = v.strictObject({
  id: described(deliveryId, 'The webhook-id.'),
  target: text,
  event: v.pipe(text, v.regex(/^operation\.[a-z_]+$/)),
  state: v.picklist(STATES),
  attempts: count,
  nextAttemptAt: v.optional(instant),
  waitingFor: v.optional(
    v.strictObject({ cause: v.picklist(['retry_after', 'address', 'target', 'disabled']), until: instant }),
  ),
  dismissedAt: v.optional(instant),
  log: v.array(Attempt),
});

export const WholeWatch = v.strictObject({
  ...watchEntries,
  paused: v.optional(
    described(
      v.strictObject({
        until: instant,
        cause: v.picklist(['refused', 'paused', 'full', 'no_secret']),
        code: text,
        message: text,
        refused: v.optional(v.strictObject({ since: instant, code: text, message: text })),
      }),
      'Why the connection makes no calls right now.',
    ),
  ),
  deliveries: v.array(Delivery),
  leftOut: v.optional(described(text, 'Names the details of deliveries that do not fit into this answer.')),
});

export const Watches = v.strictObject({
  watches: v.array(Watch),
  cursor: v.optional(
    described(text, 'Send it as the query parameter `cursor` to get the next page. The last page has none.'),
  ),
});

export const Receipts = v.array(
  v.union([v.strictObject({ status: count, watch: Watch }), v.strictObject({ status: count, problem: Problem })]),
);

export const DeliveryState = v.strictObject({
  id: deliveryId,
  target: text,
  state: v.picklist(STATES),
  dismissedAt: v.optional(instant),
});

const more = v.optional(described(text, 'The work is not complete: send the same request again with this cursor.'));
export const Resent = v.strictObject({ resent: count, cursor: more });
export const Dismissed = v.strictObject({ dismissed: count, cursor: more });
export const TargetState = v.strictObject({ target: text, disabled: v.literal(false) });
export const OriginDisabled = v.strictObject({ origin: text, disabled: v.literal(true) });
export const OriginEnabled = v.strictObject({ origin: text, disabled: v.literal(false), woken: count });
export const Keys = v.strictObject({ keys: v.array(v.pipe(text, v.regex(/^whpk_[A-Za-z0-9+/]+=*$/))) });

/** The answers of a route: its successful answers by HTTP status, and the statuses of its problems. */
export type Answers = {
  readonly good: Readonly<Record<number, v.GenericSchema | undefined>>;
  readonly problems: readonly number[];
};

const changing = [400, 403, 404, 409, 429, 500];

export const ANSWERS: Readonly<Record<string, Answers>> = {
  'POST /watches': {
    good: { 200: Watch, 202: Watch, 207: Receipts },
    problems: [400, 403, 409, 413, 422, 429, 500, 503],
  },
  'GET /watches': { good: { 200: Watches }, problems: [400, 403, 429, 500] },
  'GET /watches/{id}': { good: { 200: WholeWatch, 304: undefined }, problems: [400, 403, 404, 429, 500] },
  'DELETE /watches/{id}': { good: { 200: Watch }, problems: [400, 403, 404, 429, 500] },
  'PATCH /watches/{id}': { good: { 200: Watch }, problems: [400, 403, 404, 409, 413, 422, 429, 500] },
  'POST /watches/{id}/deliveries/{delivery}/resend': { good: { 202: DeliveryState }, problems: changing },
  'POST /watches/{id}/deliveries/{delivery}/dismiss': { good: { 200: DeliveryState }, problems: changing },
  'POST /deliveries/resend': { good: { 202: Resent }, problems: [400, 403, 404, 413, 422, 429, 500] },
  'POST /deliveries/dismiss': { good: { 200: Dismissed }, problems: [400, 403, 413, 422, 429, 500] },
  'POST /targets/{name}/enable': { good: { 200: TargetState }, problems: [400, 403, 404, 429, 500] },
  'POST /origins/disable': { good: { 200: OriginDisabled }, problems: [400, 403, 413, 422, 429, 500] },
  'POST /origins/enable': { good: { 200: OriginEnabled }, problems: [400, 403, 413, 422, 429, 500] },
  'GET /keys': { good: { 200: Keys }, problems: [400, 500] },
  'GET /openapi.json': { good: { 200: v.looseObject({ openapi: text }), 304: undefined }, problems: [400, 500] },
};
