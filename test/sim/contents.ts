/** Contents: a webhook says of an operation what its cloud told of it, all of that, and nothing else. */
import type { OperationEvent } from '../../lib/core/event.ts';
import { FROZEN_MS } from '../world/process.ts';
import type { Received } from '../world/receivers.ts';
import { TARGETS_SIGNER } from '../world/settings.ts';
import { isUnderWay, type Shown, type Telling } from '../world/statements.ts';
import { type Case, CLOUD_WORDS, clockSlack, operationOf, type Rule, toldOf } from './case.ts';
import { FLOODING } from './flood.ts';
import { isCallback, type Operation } from './plan.ts';
import { MINUTE, SECOND } from './time.ts';

type Data = OperationEvent['data'];

const isOperationEvent = (event: Received['event']): event is OperationEvent => event.type.startsWith('operation.');

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/** Names a member of which two values differ. */
const difference = (pairs: Readonly<Record<string, readonly [unknown, unknown]>>): string | undefined => {
  const found = Object.entries(pairs).find(([, [is, shouldBe]]) => is !== shouldBe);
  return found && `${found[0]} is ${found[1][0]}, and should be ${found[1][1]}`;
};

/** A cloud's answer. `isBehind`: whoever heard it had a clock far behind, by which its times lay ahead and were not believed. */
type Answer = { readonly shown: Shown; readonly isBehind: boolean };

const timesOf = (said: string | undefined, { isBehind }: Answer, told: number | undefined) =>
  [said, isBehind && said === undefined ? undefined : iso(told)] as const;

/** What is wrong in the words for a state, beside what the cloud showed of it. */
const wordsFault = (data: Data, answer: Answer): string | undefined =>
  difference({
    operationType: [data.operationType, answer.shown.operationType],
    'reason.code': [data.reason?.code, answer.shown.reasonCode],
    'reason.message': [data.reason?.message, answer.shown.reasonMessage],
    startedAt: timesOf(data.startedAt, answer, answer.shown.startedAt),
  });

const endFault = (data: Data, answer: Answer): string | undefined =>
  wordsFault(data, answer) ??
  difference({
    result: [data.result, answer.shown.result],
    error: [data.error, answer.shown.error],
    endedAt: timesOf(data.endedAt, answer, answer.shown.endedAt),
    providerStatus: [data.providerStatus, answer.shown.word],
  });

const answerOf = ({ told: { shown }, asker }: Telling): Answer => ({
  shown,
  isBehind: (asker?.skewMs ?? 0) < -MINUTE,
});

/** What is wrong in an end that the cloud has told: it is held against the very answer that it names. */
const cloudEndFault = (data: Data, told: readonly Telling[]): string | undefined => {
  const answer = told.find(({ requestId }) => requestId === data.requestId);
  if (!answer) return `the request ${data.requestId} told nobody`;
  if (answer.told.state !== data.status) return `the answer said ${answer.told.state}`;
  // A failure that DWS shows by its cluster alone has no words.
  if (data.evidence === 'inferred') return undefined;
  return endFault(data, answerOf(answer));
};

/** Where opwatch itself ends a watch, what it says beside that is the cloud's all the same. */
const ownEndFault = (data: Data, told: readonly Telling[]): string | undefined => {
  const { reason, result, error } = data;
  const isTold = (what: keyof Shown, value: string | undefined) =>
    value === undefined || told.some((each) => each.told.shown[what] === value);
  return isTold('reasonCode', reason?.code) &&
    isTold('reasonMessage', reason?.message) &&
    isTold('result', result) &&
    isTold('error', error)
    ? undefined
    : 'a reason that no cloud gave';
};

/** A message that somebody is waited for bears the words of an answer that said so. */
const attentionFault = (data: Data, told: readonly Telling[]): string | undefined => {
  const answers = told.filter((each) => each.told.state === 'attention');
  if (answers.length === 0) return 'nobody is waited for';
  const faults = answers.map((answer) => wordsFault(data, answerOf(answer)));
  return faults.includes(undefined) ? undefined : faults.at(-1);
};

/** A span begins when its submission is read, and the watch some time later where the table is slow. */
const isInSpan = (lengthMs: number, wantedMs: number, lateMs: number): boolean =>
  lengthMs <= wantedMs + SECOND && lengthMs >= wantedMs - MINUTE - SECOND - lateMs;

const isAside = (type: string): boolean => /\.(resumed|blocked|unblocked)$/.test(type);

/** What happens on the way bears the status of that moment. */
const asideFault = ({ status }: Data, told: readonly Telling[]): string | undefined =>
  status === 'pending' ||
  told.some(({ told: { state } }) => state === status || (state === 'odd' && status === 'running'))
    ? undefined
    : `the cloud never said ${status}`;

const planFault = (data: Data, operation: Operation, run: Case): string | undefined => {
  const { provider, fields, labels, submittedAt, again, deadlineMs } = operation;
  const at = Date.parse(data.watch.submittedAt);
  const frozen = run.plan.rare.freezes > 0 ? FROZEN_MS : 0;
  const late = frozen + 2 * MINUTE + clockSlack(run.plan);
  const wasSubmitted = [submittedAt, ...again.map((each) => each.at)].some(
    (each) => at >= each - clockSlack(run.plan) && at <= each + late,
  );
  if (!wasSubmitted) return `nobody submitted it at ${data.watch.submittedAt}`;
  if (Object.entries(fields).some(([name, value]) => data.operation[name] !== value)) return 'another operation';
  return difference({
    provider: [data.provider, provider],
    connection: [data.connection, provider.split('-')[0]],
    labels: [JSON.stringify(data.watch.labels), JSON.stringify(labels)],
    'the deadline in its span': [
      run.plan.rare.acts?.some(({ deed }) => deed === 'extend') ||
        isInSpan(Date.parse(data.watch.deadline) - at, deadlineMs, frozen),
      true,
    ],
  });
};

const contentFault = ({ event, at, url, signedAs }: Received & { event: OperationEvent }, run: Case) => {
  const { data, type } = event;
  const operation = operationOf(run.plan, data);
  const told = toldOf(run, data).filter(({ heardAt = 0 }) => heardAt <= at + clockSlack(run.plan));
  const signer = isCallback(url) ? operation.tenant : TARGETS_SIGNER;
  return (
    planFault(data, operation, run) ??
    difference({ type: [type, isAside(type) ? type : `operation.${data.status}`], signature: [signedAs, signer] }) ??
    (isAside(type) ? asideFault(data, told) : undefined) ??
    (type === 'operation.attention'
      ? attentionFault(data, told)
      : CLOUD_WORDS.includes(data.status) && !isAside(type)
        ? cloudEndFault(data, told)
        : ownEndFault(data, told))
  );
};

/** A reason that a watch has while its operation goes on is that of the answer it names. */
export const checkReasons: Rule = (run) => {
  for (const watch of run.evidence.reasons) {
    const { requestId, reasonCode, reasonMessage } = watch.facts;
    const shown = toldOf(run, watch).find((answer) => answer.requestId === requestId && isUnderWay(answer.told.state))
      ?.told.shown;
    run.evidence.expect(
      !shown || (shown.reasonCode === reasonCode && shown.reasonMessage === reasonMessage),
      () => `a reason of another state (${reasonCode}, beside ${shown?.word}): ${watch.id} (${watch.provider})`,
    );
  }
};

export const checkContents: Rule = (run) => {
  const judged = new Set<string>();
  for (const received of run.world.receivers.received) {
    const { event, body, url } = received;
    // What is sent again is the same, or another rule says so.
    if (!isOperationEvent(event) || event.data.connection === FLOODING || judged.has(`${url} ${body}`)) continue;
    judged.add(`${url} ${body}`);
    const fault = contentFault({ ...received, event }, run);
    run.evidence.expect(
      fault === undefined,
      () => `a webhook that is not true (${fault}): ${event.type} of ${event.data.watch.id} (${event.data.provider})`,
    );
  }
};
