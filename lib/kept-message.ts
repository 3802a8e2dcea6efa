/**
 * The one message that a target keeps up to date about a watch: what names it there, and who may write it just now. Without
 * that, how far something had got could be written over its end.
 */
import { messageKey } from './items.ts';
import type { Runtime } from './runtime.ts';
import { believed, CLAIM_MS, KEEP_MS, SECOND } from './schedule.ts';
import { sharedItem } from './shared-item.ts';

export type KeptMessage = {
  /** What names it at the target, once it is there. */
  readonly handle?: string;
  /** It tells the end: nothing is written over that. */
  readonly isFinal?: boolean;
  readonly claim?: { readonly by: string; readonly until: number };
};

export type KeptMessages = {
  /** Takes the message for one attempt, or tells when to ask again. */
  readonly take: (by: string) => Promise<KeptMessage | { readonly backAt: number }>;
  /** Gives it back with what has become of it. Whoever has lost it meanwhile changes nothing. */
  readonly leave: (by: string, message: KeptMessage) => Promise<void>;
};

const AGAIN_MS = 2 * SECOND;

export const keptMessage = (
  watchId: string,
  target: string,
  tools: Pick<Runtime, 'table' | 'chance' | 'pause' | 'now'>,
): KeptMessages => {
  const { now } = tools;
  const key = messageKey(watchId, target);
  const messages = sharedItem<KeptMessage>({}, tools, () => Math.ceil((now() + KEEP_MS) / SECOND));
  return {
    take: (by) =>
      messages.change<KeptMessage | { readonly backAt: number }>(key, (message) => {
        const isTaken =
          message.claim !== undefined &&
          message.claim.by !== by &&
          believed(message.claim.until, now(), CLAIM_MS) > now();
        if (isTaken) return { body: message, result: { backAt: now() + AGAIN_MS } };
        return { body: { ...message, claim: { by, until: now() + CLAIM_MS } }, result: message };
      }),
    leave: (by, { handle, isFinal }) =>
      messages.change(key, (message) => {
        const left = { ...(handle !== undefined && { handle }), ...(isFinal && { isFinal }) };
        return { body: message.claim?.by === by ? left : message, result: undefined };
      }),
  };
};
