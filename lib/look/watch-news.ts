/** Tells the operators and the log about a change that a look found. */
import { isCanary } from '../core/canary.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { tellOperatorsOf } from '../deliver/operators.ts';
import type { Runtime } from '../runtime.ts';
import { watchKey } from '../store/keys.ts';
import { raise } from '../store/standing.ts';

const hasNewWord = (before: Watch, after: Watch): boolean =>
  after.unknownWords !== undefined && after.unknownWords.at(-1) !== before.unknownWords?.at(-1);

/** Tells the operators about a word of the cloud that the vendor does not document. */
export const tellOfWord = async (before: Watch, after: Watch, runtime: Runtime): Promise<void> => {
  const { id: watch, tenant, provider, word = '' } = after;
  if (!hasNewWord(before, after)) return;
  await tellOperatorsOf(tenant, { event: 'unknown_word', at: runtime.now(), provider, word, watch }, runtime);
};

/** Tells the operators that a cloud refuses the looks at one watch. */
export const tellOfBlock = async (before: Watch, after: Watch, runtime: Runtime): Promise<void> => {
  const { id: watch, tenant, provider, connection, blocked } = after;
  if (!blocked || before.blocked) return;
  await raise('blocked', watchKey(watch), runtime);
  const { kind, code, message } = blocked;
  const about = { provider, connection, watch, kind, code, message };
  await tellOperatorsOf(tenant, { event: 'watch_blocked', at: runtime.now(), ...about }, runtime);
};

/** Logs the change of a watch. */
export const report = (before: Watch, after: Watch, { log, now }: Runtime): void => {
  const { id, provider, status, word, looks, submittedAt } = after;
  // The canary has its own log lines and its own metric.
  if (isCanary(after.tenant)) return;
  if (hasNewWord(before, after)) {
    log.warn('unknown word from a cloud', { watch: id, provider, word });
  }
  if (after.blocked && !before.blocked) {
    const { kind, code, message } = after.blocked;
    log.warn('watch blocked', { watch: id, provider, connection: after.connection, kind, code, message });
  }
  if (isOver(status) && !isOver(before.status)) {
    const endedAt = after.facts.endedAt;
    log.info(
      'watch over',
      { watch: id, provider, status, word, looks, seconds: Math.round((now() - submittedAt) / 1000) },
      {
        looks: [looks, 'Count'],
        // The delay counts from the end time that the cloud gives. An end before the submission does not count, because
        // opwatch could not have seen it.
        ...(endedAt !== undefined && endedAt >= submittedAt && { detectionDelay: [now() - endedAt, 'Milliseconds'] }),
      },
    );
  }
};
