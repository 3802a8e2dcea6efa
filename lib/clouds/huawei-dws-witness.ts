/**
 * Reads the state of an action from its GaussDB(DWS) cluster. opwatch asks the cluster when the action's own API shows
 * nothing of the action, or shows only another run.
 */
import type { Ask, Facts, Memo, Observation } from '../core/observation.ts';
import { sentence } from '../core/sentences.ts';
import { given, percent } from './fields.ts';
import { type Action, type Cluster, taskWord } from './huawei-dws.ts';
import { runOf, type Tie, wasUnderWay } from './huawei-dws-run.ts';
import { isWellAfter, type Meaning, meaningOf } from './huawei-dws-tasks.ts';
import { stampOf } from './stamp.ts';

type DwsAsk = Ask<{ readonly action_name: string; readonly submit_time?: string | undefined }>;

/** An action that the action's own API shows, and the run to which it belongs. */
export type Shown = { readonly action: Action; readonly tie: Tie };

/**
 * The runs that the action's own API shows besides the watched run: under the action's name, and under its failure
 * name.
 */
export type Leftovers = { readonly own?: Shown | undefined; readonly failure?: Shown | undefined; readonly memo: Memo };

/** Describes an action in words: `SNAPSHOTTING_FAILED FAILED, submitted 2025-05-19 09:06:18`. */
export const described = ({ name, status, submitted }: Action): string => {
  const shown = { name, state: status ?? sentence('dws_stateless') };
  return submitted ? sentence('dws_submitted', { ...shown, at: submitted.text }) : sentence('dws_unsubmitted', shown);
};

const whose = ({ action, tie }: Shown): string =>
  sentence(tie === 'earlier' ? 'dws_earlier' : 'dws_perhaps_earlier', { shown: described(action) });

/**
 * Describes the answers of the cloud when no look sees the action: the action's API under two names, and the cluster.
 */
const showsOf = ({ word, tasks, reason }: Cluster, name: string, own?: Shown, failure?: Shown): string => {
  const mine = own ? whose(own) : sentence('dws_no_action', { name });
  const about = { shown: mine, word, tasks: tasks.join(', ') || sentence('dws_idle') };
  const shows = failure
    ? sentence('dws_cluster_two', { ...about, beside: whose(failure) })
    : sentence('dws_cluster', about);
  const words = [reason.reasonCode, reason.reasonMessage].filter(Boolean).join(': ');
  return words === '' ? shows : sentence('dws_reasons', { shows, words });
};

type Sight = Omit<Observation & { kind: 'seen' }, 'kind' | 'facts' | 'run' | 'known'> & { readonly known?: boolean };

export const byCluster = (cluster: Cluster, ask: DwsAsk, { own, failure, memo }: Leftovers): Observation => {
  const { action_name: name, submit_time: wanted } = ask.operation;
  const { status, requestId } = cluster;
  const has = wasUnderWay(ask);
  const isFailing = failure?.tie === 'this';
  const wordThat = (meaning: Meaning) => cluster.tasks.find((word) => meaningOf(taskWord(word), name) === meaning);
  const seen = (sight: Sight, more: Facts = {}): Observation => ({
    kind: 'seen',
    known: true,
    ...sight,
    facts: { operationType: name, ...more, ...given({ requestId }) },
    ...given({ run: runOf(ask, stampOf(ask.memo.submitTime)) }),
  });

  const { held: _, ...free } = memo;
  const underWay = wordThat('under_way');
  if (underWay !== undefined) {
    const done = percent(cluster.progress[underWay]);
    const progress = done === undefined ? {} : { progress: { percent: done } };
    // The cluster does not tell runs apart. When the submission names a run, only the action's own API can show that
    // this run is under way.
    const next = has || wanted === undefined ? free : { ...memo, held: 'perhaps another run' };
    const odd = isFailing ? failure.action.status : undefined;
    return seen({ status: 'running', word: odd ?? underWay, known: odd === undefined, memo: next, ...progress });
  }

  const failed = wordThat('failed');
  const isNew = has || (wanted === undefined && memo.taskBefore === 'none');
  if (failed !== undefined && (isFailing || (isNew && failure?.tie !== 'earlier'))) {
    return seen({ status: 'failed', word: failed, evidence: 'inferred', memo }, cluster.reason);
  }
  if (isFailing) return ofFailing(failure.action, seen, memo);

  const held = has ? memo : { ...memo, held: 'not begun' };
  const attention = wordThat('attention') ?? (has ? undefined : wordThat('ordered'));
  if (attention !== undefined) return seen({ status: 'attention', word: attention, memo: held });
  const pending = wordThat('pending');
  if (pending !== undefined) return seen({ status: 'pending', word: pending, memo: held });
  const unlisted = wordThat('unlisted');
  if (unlisted !== undefined && has) return seen({ status: 'running', word: unlisted, known: false, memo });

  const busy = unlisted ?? wordThat('busy') ?? wordThat('ordered');
  const isIdle = busy === undefined && failed === undefined;
  if (has && isIdle && isWellAfter(name, status)) {
    return seen({ status: 'succeeded', word: cluster.word, evidence: 'inferred', memo });
  }
  return {
    kind: 'absent',
    shows: showsOf(cluster, name, own, failure),
    memo: has ? memo : { ...memo, taskBefore: failed === undefined ? 'none' : 'shown' },
    ...(busy !== undefined && { waits: true }),
    ...given({ requestId }),
  };
};

/** Observes a failure of this run whose state no page lists. The run is over when the cluster no longer works on it. */
const ofFailing = (
  { name, isNamed, status, failing, submitted }: Action,
  seen: (sight: Sight, more?: Facts) => Observation,
  memo: Memo,
): Observation => {
  const facts = given({ reasonCode: failing.code ?? name, error: failing.error });
  if (isNamed) return seen({ status: 'failed', word: name, evidence: 'inferred', memo }, facts);
  return seen({ status: 'running', word: status ?? submitted?.text ?? name, known: false, memo });
};
