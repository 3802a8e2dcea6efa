/**
 * Makes a target from the format of a chat: one message for each event, and digests. Each message fits the limits of
 * the chat.
 */
import type { EventType, OperationEvent, ProgressEvent } from '../../core/event.ts';
import type { HttpAnswer, HttpRequest } from '../../net/http.ts';
import type { Attempt, Target } from '../target.ts';
import { digestsOf } from './digest.ts';
import { type Message, messageOf, shorterAndShorter } from './message.ts';
import { noticeMessageOf, noticesMessagesOf } from './notice-message.ts';
import type { Language } from './words.ts';

export type ChatSettings = {
  readonly language: Language;
  readonly timeZone: string;
  readonly mention?: { readonly on: readonly EventType[] } | undefined;
};

/** `B` is the body before it becomes JSON. */
export type Format<S extends ChatSettings, B, T extends string = string, I = unknown> = Pick<
  Target<S, T, I>,
  'type' | 'settings' | 'addresses' | 'rate' | 'verdict'
> & {
  /**
   * Writes a message. `mention` is present only when this message mentions somebody. The format escapes every text
   * here.
   */
  readonly write: (message: Message, settings: S, mention: S['mention']) => B;
  /** Answers whether the body exceeds a limit of the chat. Then opwatch writes a shorter message. */
  readonly isTooLong: (body: B) => boolean;
  readonly send: (body: B, settings: S, attempt: Attempt) => HttpRequest;
  readonly edit?: {
    readonly handle: (answer: HttpAnswer) => string | undefined;
    readonly send: (body: B, settings: S, handle: string) => HttpRequest;
    readonly isGone: (answer: HttpAnswer) => boolean;
  };
};

export const chat = <S extends ChatSettings, B, T extends string, I>(format: Format<S, B, T, I>): Target<S, T, I> => {
  const { type, settings: schema, addresses, rate, verdict, write, isTooLong, send, edit } = format;

  /** Returns the first message that fits, or the last one. */
  const fitting = (messages: Iterable<Message>, events: readonly { readonly type: string }[], settings: S): B => {
    const on: readonly string[] = settings.mention?.on ?? [];
    const mention = events.some(({ type }) => on.includes(type)) ? settings.mention : undefined;
    let body: B | undefined;
    for (const message of messages) {
      body = write(message, settings, mention);
      if (!isTooLong(body)) break;
    }
    if (body === undefined) throw new Error('no message to write');
    return body;
  };
  const written = (message: Message, events: readonly { readonly type: string }[], settings: S): B =>
    fitting([message, ...shorterAndShorter(message)], events, settings);
  const bodyOf = (event: OperationEvent | ProgressEvent, settings: S): B =>
    written(messageOf(event, settings.language, settings.timeZone), [event], settings);

  return {
    type,
    settings: schema,
    ...(addresses && { addresses }),
    ...(rate && { rate }),
    verdict,
    request: (event, settings, attempt) => send(bodyOf(event, settings), settings, attempt),
    notice: (notice, settings, attempt) =>
      send(
        written(noticeMessageOf(notice, settings.language, settings.timeZone), [notice], settings),
        settings,
        attempt,
      ),
    notices: (notices, settings, attempt) =>
      send(
        fitting(noticesMessagesOf(notices, settings.language, settings.timeZone), notices, settings),
        settings,
        attempt,
      ),
    digest: (events, settings, attempt) =>
      send(fitting(digestsOf(events, settings.language), events, settings), settings, attempt),
    ...(edit && {
      edit: {
        handle: edit.handle,
        isGone: edit.isGone,
        request: (event: OperationEvent | ProgressEvent, settings: S, attempt: Attempt, handle: string | undefined) =>
          handle === undefined
            ? send(bodyOf(event, settings), settings, attempt)
            : edit.send(bodyOf(event, settings), settings, handle),
      },
    }),
  };
};
