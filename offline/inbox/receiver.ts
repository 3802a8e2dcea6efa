/**
 * The interface of a receiver's stand-in. It judges a message as the real receiver does, and shows the message as a
 * reader sees it.
 */
import type { Shown } from './shown.ts';

export type Delivery = {
  readonly method: string;
  /** The path as it stood in the request line. */
  readonly url: string;
  /** Its segments behind `/{kind}/{name}`, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Epoch ms. */
  readonly at: number;
};

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type Judgment = {
  /** The part that all attempts at one message share. Empty if there is none. */
  readonly id: string;
  /** Why it is not believed. */
  readonly fault?: string;
  /** The answer of this kind of receiver. */
  readonly answer: Answer;
  readonly shown?: Shown;
};

export type Receiver = {
  /** `secrets` are all there are, of whatever kind: a token, a key or a signing secret is good if it is one of them. */
  readonly judge: (delivery: Delivery, secrets: readonly string[]) => Judgment;
  /** The answer to a sender that sends too often. */
  readonly limited: Answer;
  /** How it says no in its own way: for most, in a 2xx. */
  readonly refused: Answer;
  /** How many messages it takes. */
  readonly perMinute?: number;
};

export const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

/** The answers of a proxy or a login page before a service. */
export const webPage = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Sign in</title>',
});

/** A refusal: the fault for people, the answer for the sender. */
export const no = (fault: string, answer: Answer): Judgment => ({ id: '', fault, answer });

export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The body as a JSON object; without any field where it is none. */
export const jsonOf = ({ body }: Delivery): Fields => {
  try {
    return fieldsOf(JSON.parse(body.toString()));
  } catch {
    return {};
  }
};

export const formOf = ({ body }: Delivery): URLSearchParams => new URLSearchParams(body.toString());

export const bearerOf = ({ headers }: Delivery): string => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
