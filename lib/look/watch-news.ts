/** Tells the operators and the log that a look has changed a watch. */
import { isCanary } from '../core/canary.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { tellOperatorsOf } from '../deliver/operators.ts';
import type { Runtime } from '../runtime.ts';
import { watchKey } from '../store/keys.ts';
import { raise } from '../store/standing.ts';

const hasNewWord = (before: Watch, after: Watch): boolean =>
  after.unknownWords !== undefined && after.unknownWords.at(-1) !== before.unknownWords?.at(-1);

/** Tells the operators of a word that no page of the vendor has. */
export const tellOfWord = async (before: Watch, after: Watch, runtime: Runtime): Promise<void> => {
  const { id: watch, tenant, provider, word = '' } = after;
  if (!hasNewWord(before, after)) return;
  await tellOperatorsOf(tenant, { event: 'unknown_word', at: runtime.now(), provider, word, watch }, runtime);
};

/** Tells the operators that a cloud refuses the looks of a watch. */
export const tellOfBlock = async (before: Watch, after: Watch, runtime: Runtime): Promise<void> => {
  const { id: watch, tenant, provider, connection, blocked } = after;
  if (!blocked || before.blocked) return;
  await raise('blocked', watchKey(watch), runtime);
  const { kind, code, message } = blocked;
  const about = { provider, connection, watch, kind, code, message };
  await tellOperatorsOf(tenant, { event: 'watch_blocked', at: runtime.now(), ...about }, runtime);
};

/** Logs what a write has changed. */
export const report = (before: Watch, after: Watch, { log, now }: Runtime): void => {
  const { id, provider, status, word, looks, submittedAt } = after;
  // The canary has lines and a metric of its own.
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
        // From the cloud's own end, where it tells one that can be ours to have missed.
        ...(endedAt !== undefined && endedAt >= submittedAt && { detectionDelay: [now() - endedAt, 'Milliseconds'] }),
      },
    );
  }
};
