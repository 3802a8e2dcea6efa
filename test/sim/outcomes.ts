/** Outcomes: a watch is over as its cloud really said, or for a reason that really was one. */

import { isOver, type Watch } from '../../lib/core/watch.ts';
import { providerNamed } from '../../lib/providers/index.ts';
import { JUMP_MAX } from '../world/memory-sqs.ts';
import { isEnd, type Statement, type Telling } from '../world/statements.ts';
import {
  asksAbout,
  type Case,
  CLOUD_WORDS,
  clockSlack,
  heardOf,
  isNamedUnderWay,
  NAMED,
  operationKey,
  operationOf,
  providerOf,
  type Rule,
  toldOf,
} from './case.ts';
import type { Seen } from './recorder.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** How long a function believes a list that another look has read. */
const SHARED_MS = 5 * SECOND;

/** How long a cloud may refuse or be silent after a deadline until nobody waits for it any more. */
const SILENT_MS = 15 * MINUTE;

/** How long a function may take from an answer to what it makes of it. */
const LOOK_MS = 45 * SECOND;

/** A watch that is over, and what its cloud had told functions by then. */
type Ended = {
  readonly run: Case;
  readonly watch: Watch;
  readonly overAt: number;
  readonly told: readonly Telling[];
  /** Runs of its name whose ends earlier watches have reported. */
  readonly reported: ReadonlySet<number>;
};

/** Runs whose ends earlier watches of the same name have reported: whatever the cloud shows of one of them is none of this watch. */
const reportedBefore = (run: Case, watch: Watch): ReadonlySet<number> => {
  if (!NAMED.has(watch.provider)) return new Set();
  const earlier = [...run.evidence.watches.values()].filter(
    (seen) =>
      operationKey(seen.watch) === operationKey(watch) &&
      seen.watch.tenant === watch.tenant &&
      seen.watch.generation < watch.generation,
  );
  return new Set(
    earlier.flatMap(({ watch: { status }, overAt = 0 }) => {
      const end = toldOf(run, watch).findLast(({ heardAt = 0, told }) => heardAt <= overAt && told.state === status);
      return end ? [end.told.run] : [];
    }),
  );
};

const endedOf = (run: Case, { watch, overAt }: Seen): Ended | undefined => {
  if (overAt === undefined) return undefined;
  const from = watch.submittedAt - clockSlack(run.plan) - SHARED_MS;
  const told = toldOf(run, watch).filter(({ at, heardAt = at }) => at >= from && heardAt <= overAt);
  return { run, watch, overAt, told, reported: reportedBefore(run, watch) };
};

/**
 * Whether an answer looks as if what is meant was not there. Where a name stands for one thing after another, an end is
 * believed of a run that was seen under way, by a word that names what it does; any other may be of something else.
 */
const looksAbsent = (ended: Ended, { told: { state, run } }: Telling): boolean => {
  const { watch, told: all, reported } = ended;
  const { provider, seenAt } = watch;
  if (state === 'absent' || reported.has(run)) return true;
  if (!NAMED.has(provider)) return false;
  const wasSeen = seenAt !== undefined && all.some(isNamedUnderWay);
  return run !== 0 || (isEnd(state) && !wasSeen);
};

/** How long before and after its submission a run may have begun that a watch takes for the one that is meant. */
const ABOUT_MS = 6 * MINUTE;

/**
 * Whether an answer is about the run that a watch is bound to: the one that is meant, one that began about when it was
 * submitted, or the first that was seen under way.
 */
const isOfRun = ({ run: { plan }, watch, told }: Ended, { told: { run } }: Telling): boolean => {
  // What did not go well is no more than a hint where nothing was seen under way.
  const isHint = !['succeeded', 'partial'].includes(watch.status) && watch.seenAt === watch.endedAt;
  const begunAt = operationOf(plan, watch).script.find((step) => (step.run ?? 0) === run)?.at ?? 0;
  return (
    run === 0 ||
    isHint ||
    Math.abs(begunAt - watch.submittedAt) <= ABOUT_MS ||
    run === told.find(isNamedUnderWay)?.told.run
  );
};

/** Whether something went wrong for the function that heard it, so that it may not have been written down. */
const isOfTroubled = ({ run: { evidence } }: Ended, { asker }: Statement): boolean =>
  asker !== undefined && (evidence.troubled.has(asker) || asker.death !== undefined);

/** Answers of its connection in an interval that told nothing of what was asked about. */
const silences = ({ run, watch }: Ended, from: number, to: number): readonly Statement[] => {
  const slack = clockSlack(run.plan);
  const vendor = providerOf(watch).split('-')[0] ?? '';
  return run.plan.operations
    .filter(({ provider }) => provider.startsWith(vendor))
    .flatMap(({ provider, fields }) => run.world.clouds.statements(provider, fields))
    .filter(({ at, untold }) => untold !== undefined && at >= from - slack - 20 * SECOND && at <= to + slack);
};

/** A cloud that is known to forget an operation after an hour may be silent from then on: that is its way to say so. */
const isForgotten = (ended: Ended): boolean => {
  const { run, watch, overAt, told } = ended;
  if (watch.provider !== 'aliyun-bpstudio') return false;
  const slack = clockSlack(run.plan);
  const shownAt = told.findLast((each) => !looksAbsent(ended, each))?.at ?? watch.submittedAt;
  // What is shown after its hour has another one, reckoned from ten minutes that are noted.
  const since = shownAt > watch.submittedAt + HOUR ? shownAt - 10 * MINUTE : watch.submittedAt;
  const misses = heardOf(run, watch).filter(
    ({ at, told: state }) => at > shownAt && at <= overAt && (state === undefined || state.state === 'absent'),
  );
  const wanted = told.at(-1)?.told.state === 'absent' ? 1 : 3;
  return overAt >= since + HOUR - slack && misses.length >= wanted;
};

const RULES: Readonly<Record<string, (ended: Ended) => boolean>> = {
  lost: (ended) => {
    const { run, watch, overAt, told } = ended;
    const traits = providerNamed(watch.provider)?.traits;
    const absences = told.filter((each) => looksAbsent(ended, each));
    const last = told.at(-1);
    if (isForgotten(ended)) return true;
    if (!traits || !last || !looksAbsent(ended, last)) return false;
    if (watch.seenAt === undefined)
      return (
        (absences.length > 1 || overAt >= watch.deadline - clockSlack(run.plan)) &&
        overAt >= watch.submittedAt + traits.graceMs - 2 * clockSlack(run.plan)
      );
    // Once the name stands for something else, the end of what was meant will not be seen any more.
    return told.some((each) => each.told.run > 0) || absences.length >= traits.missesUntilLost;
  },

  timed_out: (ended) => {
    const { run, watch, overAt } = ended;
    const { deadline } = watch;
    const slack = clockSlack(run.plan);
    if (overAt < deadline - slack) return false;
    const lastLook = ended.told.findLast(({ at }) => at >= deadline - slack - SECOND);
    // One call of a look at DWS may tell an end that the next, unanswered, was to settle.
    const isPartOfLook = watch.provider === 'huawei-dws';
    if (lastLook && !(isPartOfLook && isEnd(lastLook.told.state)))
      return !isEnd(lastLook.told.state) || isOfTroubled(ended, lastLook);
    const isSilent = silences(ended, deadline, overAt).length > 0;
    return overAt >= deadline + (isSilent ? SILENT_MS : DAY) - slack;
  },

  stopped: ({ run: { plan }, watch, overAt }) => {
    const { stoppedAt } = operationOf(plan, watch);
    return stoppedAt !== undefined && overAt >= stoppedAt;
  },
};

const isRight = (ended: Ended): boolean => {
  const { watch, told } = ended;
  const { status } = watch;
  return CLOUD_WORDS.includes(status)
    ? told.some((each) => each.told.state === status && isOfRun(ended, each))
    : (RULES[status]?.(ended) ?? false);
};

/** What made a watch what it is, for whoever reads that it is wrong. */
const circumstances = ({ run, watch, overAt, told }: Ended): string => {
  const since = (at: number | undefined) =>
    at === undefined ? 'never' : `${Math.round((overAt - at) / SECOND)} s before`;
  const last = told.at(-1);
  return [
    watch.id,
    watch.provider,
    `deadline ${since(watch.deadline)}`,
    `the cloud last told ${last?.told.state ?? 'nothing'} ${since(last?.at)}`,
    `and is at ${run.world.clouds.stateOf(operationOf(run.plan, watch).provider, watch.operation)}`,
    `note: ${watch.note}`,
  ].join(', ');
};

export const checkOutcomes: Rule = (run) => {
  for (const seen of run.evidence.watches.values()) {
    const ended = endedOf(run, seen);
    if (!ended || !isOver(ended.watch.status)) continue;
    run.evidence.expect(isRight(ended), () => `not for a good reason ${seen.watch.status}: ${circumstances(ended)}`);
  }
};

/** Every state a watch went through is one that its cloud told, with the cloud's word. */
export const checkHistories: Rule = (run) => {
  const slack = clockSlack(run.plan);
  for (const { watch } of run.evidence.watches.values()) {
    const told = toldOf(run, watch);
    for (const { at, status, word } of watch.history.slice(1)) {
      if (!['pending', 'running', 'attention', ...CLOUD_WORDS].includes(status)) continue;
      const isTold = told.some(
        ({ heardAt = 0, told: { state, shown } }) =>
          heardAt <= at + slack &&
          (state === status || (state === 'odd' && status === 'running')) &&
          // What DWS tells by its cluster has the cluster's words.
          (watch.provider === 'huawei-dws' || shown.word === word),
      );
      run.evidence.expect(isTold, () => `the cloud never said ${status} (${word}): ${watch.id} (${watch.provider})`);
    }
  }
};

/** A note says of the cloud only what it told. */
export const checkNotes: Rule = (run) => {
  for (const seen of run.evidence.watches.values()) {
    const ended = endedOf(run, seen);
    if (!ended) continue;
    const wrong = noteFault(ended);
    run.evidence.expect(wrong === undefined, () => `a false note (${wrong}): ${circumstances(ended)}`);
  }
};

const NOT_OVER = /^The deadline passed\. The last look, at (\S+), found it not over: (.*)\.$/;
const NOT_FOUND = /^The deadline passed\. The last look, at (\S+), did not find it: /;
const NO_ANSWER = /^The deadline passed without a last answer\. (.*) From (\S+) to (\S+) (.*?): /;
const ON_RECORD = /^The last answer on record, of (\S+): (.*)\.$/;

const timeoutFault = (ended: Ended, note: string): string | undefined => {
  const { run, watch, told } = ended;
  const heardAt = (at: string, isMeant: (telling: Telling) => boolean): boolean =>
    told.some(
      (telling) =>
        Math.abs((telling.heardAt ?? 0) - Date.parse(at)) <= LOOK_MS + clockSlack(run.plan) && isMeant(telling),
    );
  const says = (word: string) => (telling: Telling) =>
    watch.provider === 'huawei-dws'
      ? isNamedUnderWay(telling) || !looksAbsent(ended, telling)
      : telling.told.shown.word === word;
  const isAbsent = (telling: Telling) => looksAbsent(ended, telling);

  const [, seenAt, word = ''] = NOT_OVER.exec(note) ?? [];
  if (seenAt !== undefined && Date.parse(seenAt) < watch.deadline - clockSlack(run.plan) - SECOND)
    return 'that look was not the last';
  if (seenAt !== undefined) return heardAt(seenAt, says(word)) ? undefined : 'no look found that';
  const [, missedAt] = NOT_FOUND.exec(note) ?? [];
  if (missedAt !== undefined) return heardAt(missedAt, isAbsent) ? undefined : 'no look missed it';
  const [, record = '', from = '', to = '', why = ''] = NO_ANSWER.exec(note) ?? [];
  if (from === '') return 'it says nothing of a last look';
  const [, recordedAt, said = ''] = ON_RECORD.exec(record) ?? [];
  if (recordedAt === undefined && watch.history.slice(1, -1).length > 0) return 'an answer is on record';
  const isRecorded = said.startsWith('not found') ? isAbsent : says(said);
  if (recordedAt !== undefined && !heardAt(recordedAt, isRecorded)) return 'no such answer is on record';
  const isOfCloud = why.startsWith('the cloud');
  if (isOfCloud && silences(ended, Date.parse(from), Date.parse(to)).length === 0) return 'the cloud did no such thing';
  return undefined;
};

/** Whether the operation was over before anybody submitted it. */
const isOld = ({ run, watch }: Ended): boolean =>
  operationOf(run.plan, watch).script.some(({ at, state }) => isEnd(state) && at < watch.submittedAt);

const noteFault = (ended: Ended): string | undefined => {
  const { watch, told } = ended;
  const { status, note = '' } = watch;
  if (CLOUD_WORDS.includes(status))
    return note === '' || isOld(ended) || NAMED.has(watch.provider) ? undefined : "a note beside the cloud's word";
  if (note === '') return 'none';
  if (status === 'timed_out') return timeoutFault(ended, note);
  if (/never seen/.test(note)) return watch.seenAt === undefined ? undefined : 'it was seen';
  if (/last seen/.test(note)) return told.some((each) => !looksAbsent(ended, each)) ? undefined : 'it was never seen';
  return undefined;
};

/** How often something went wrong in an interval that may have kept a look at this watch from its question. */
const troublesIn = ({ evidence }: Case, watch: Watch, from: number, to: number): number => {
  const poller = `poller-${providerOf(watch).split('-')[0]}`;
  return evidence.troubles.filter(({ at, by = poller }) => by === poller && at >= from && at <= to).length;
};

/** A watch counts only looks that were made, and was looked at when it says so. */
export const checkLookCounts: Rule = (run) => {
  for (const { watch, overAt = 0 } of run.evidence.watches.values()) {
    const { looks, lookedAt, submittedAt } = watch;
    const since = submittedAt - SHARED_MS - clockSlack(run.plan);
    const asked = asksAbout(run, watch).filter((at) => at >= since && at <= overAt);
    // A receipt whose function dies before it asks, or that nobody is called with, counts as a look.
    const troubles = troublesIn(run, watch, since, overAt);
    // Looks are counted by receipts, and SQS's count of those is approximate.
    const jumps = run.evidence.troubles.filter(({ what }) => what === 'receives jump').length;
    run.evidence.expect(
      looks <= asked.length + troubles + jumps * JUMP_MAX,
      () => `looks that were never made: ${watch.id} (${watch.provider}) ${looks}, asked ${asked.length} times`,
    );
    const slack = clockSlack(run.plan) * 2 + LOOK_MS;
    run.evidence.expect(
      lookedAt === undefined || asked.some((at) => Math.abs(lookedAt - at) <= slack),
      () => `a look that was never made: ${watch.id} (${watch.provider}) at ${new Date(lookedAt ?? 0).toISOString()}`,
    );
  }
};
