/** The second stage of a message: it reads the secrets of the recipient and writes the request. It never throws. */
import { isDeepStrictEqual } from 'node:util';
import { RetryLater } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import type { Runtime } from '../runtime.ts';
import { othersIn } from './held-state.ts';
import { readSigningKey } from './links.ts';
import type { Admitted, Composed, Letter, Stage } from './message.ts';
import type { Opened } from './recipient.ts';
import { write } from './request.ts';

type Begun = Omit<Composed, 'letter'>;

export const compose: Stage<Admitted, Composed> = async (message, runtime) => {
  const { recipient } = message;
  const at = runtime.now();
  if (recipient.isInternal) return { ...message, at, letter: { isInternal: true } };
  const linkKey = recipient.isLinked ? await readSigningKey(runtime) : undefined;
  const begun = { ...message, at, linkKey };
  const letter = await recipient.open(runtime.secrets).then(
    (opened) => letterTo(opened, begun, runtime),
    (error: unknown) => ({ error }),
  );
  return { ...begun, letter };
};

/** Reads the secrets again and writes the request with them. Returns undefined where the secrets have not changed. */
export const recompose: Stage<Composed, Composed | undefined> = async (message, runtime) => {
  const { letter, recipient } = message;
  if (!('opened' in letter)) return undefined;
  try {
    const opened = await recipient.open(runtime.secrets, { fresh: true });
    const isSame = isDeepStrictEqual(opened.settings, letter.opened.settings);
    return isSame ? undefined : { ...message, letter: letterTo(opened, message, runtime) };
  } catch (error) {
    return { ...message, letter: { error } };
  }
};

const letterTo = (opened: Opened, message: Begun, runtime: Runtime): Letter => {
  try {
    if (runtime.now() >= claimedUntil(message))
      throw new RetryLater({ code: 'too_late', message: sentence('too_late') });
    return { opened, request: requestOf(opened, message, runtime) };
  } catch (error) {
    return { error };
  }
};

/**
 * Returns the end of the claims. Before it no other function makes an attempt. A function that Lambda has frozen for
 * longer sends nothing.
 */
const claimedUntil = ({ claims, held }: Begun): number =>
  Math.min(
    held?.state.claim?.until ?? Number.POSITIVE_INFINITY,
    ...claims.map(({ item }) => item.body.claim?.until ?? Number.POSITIVE_INFINITY),
  );

const requestOf = ({ target, settings }: Opened, { claims, held, at, linkKey }: Begun, runtime: Runtime) =>
  write(
    {
      payloads: claims.map(({ due: { watch }, item }) => ({ delivery: item.body, ...(watch && { watch }) })),
      target,
      settings,
      attempt: { id: claims[0]?.item.body.id ?? '', at, ...(held && { others: othersIn(held.state, held.news) }) },
      handle: held?.state.handle,
      linkKey,
    },
    runtime,
  );
