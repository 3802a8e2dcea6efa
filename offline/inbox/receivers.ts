import { fault } from './standard-webhooks.ts';

export type Delivery = {
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
  /** What all attempts at one message have in common; empty if nothing does. */
  readonly id: string;
  /** Why it is not believed. */
  readonly fault?: string;
  /** What this kind of receiver answers to it. */
  readonly answer: Answer;
};

/** One kind of place that can be told: how it judges what it is sent. */
export type Receiver = (delivery: Delivery, secrets: readonly string[]) => Judgment;

const webhook: Receiver = ({ headers, body, at }, secrets) => {
  const id = headers['webhook-id'] ?? '';
  const why = fault(headers, body, secrets, at);
  return why === undefined ? { id, answer: { status: 204 } } : { id, fault: why, answer: { status: 401, body: why } };
};

/** By the first segment of the path: what is sent to `/hooks/{name}` is judged by `hooks`. */
export const receivers: Readonly<Record<string, Receiver>> = { hooks: webhook };
