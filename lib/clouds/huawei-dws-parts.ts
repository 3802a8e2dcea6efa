/** Reads the parts of a GaussDB(DWS) action: its progress, and the part that failed with its reason. */
import type { Progress } from '../core/observation.ts';
import { capitals, code, type Fields, fields, list, parseFields, percent, text, trimmed } from './fields.ts';

type Part = { readonly step: string; readonly status: string; readonly detail: string };

const partsOf = (body: Fields): readonly Part[] =>
  (list(body.items) ?? []).map(fields).flatMap((item) =>
    (list(item.sub_items) ?? []).map(fields).map((sub) => ({
      step: [text(item.item_name), text(sub.sub_item_name)].filter(Boolean).join(' / '),
      status: capitals(trimmed(text(sub.status) ?? '')),
      detail: trimmed(text(sub.detail) ?? ''),
    })),
  );

const DEPTH_MAX = 5;

type Leaf = readonly [name: string, value: string];

/**
 * Lists the texts and numbers in a value. It also unpacks JSON text within JSON text: {"progressInfo": "{\"progress\":
 * \"45.00%\"}"}.
 */
const leavesOf = (name: string, value: unknown, depth = 0): readonly Leaf[] => {
  const unpacked = typeof value === 'string' ? (parsed(value) ?? value) : value;
  if (typeof unpacked === 'object' && unpacked !== null) {
    if (depth >= DEPTH_MAX) return [];
    return Object.entries(unpacked).flatMap(([key, inner]) => leavesOf(key, inner, depth + 1));
  }
  const leaf = code(unpacked);
  return leaf === undefined || trimmed(leaf) === '' ? [] : [[name, trimmed(leaf)]];
};

const parsed = (json: string): object | undefined => {
  if (!/^\s*[[{]/.test(json)) return undefined;
  try {
    return JSON.parse(json) as object;
  } catch {
    return undefined;
  }
};

const leafNamed = (leaves: readonly Leaf[], pattern: RegExp): string | undefined =>
  leaves.find(([name]) => pattern.test(name))?.[1];

/**
 * Returns the progress of the part that is under way, or else of the last part. Progress is optional: the function
 * skips a value that it cannot read.
 */
export const progressIn = (body: Fields): Progress | undefined => {
  const parts = partsOf(body);
  const part = parts.find(({ status }) => status === 'RUNNING') ?? parts.at(-1);
  // The value is JSON text within JSON text: {"progressInfo": "{\"progress\": \"45.00%\"}"}
  const done = percent(parseFields(text(parseFields(part?.detail ?? '')?.progressInfo) ?? '')?.progress);
  return done === undefined ? undefined : { percent: done };
};

/**
 * The statuses of a failed part, in order of preference. A part that failed outright comes before a part that was
 * rolled back.
 */
const FAILED = ['FAILED', 'ROLLBACK_FAIL', 'ROLLBACK_SUCCESS', 'ROLLBACK_RUNNING'];

/**
 * Answers whether an error message reports only successes. The vendor's sample of a failure has such a message. It
 * gives no reason for the failure.
 */
const isCheerful = (message: string): boolean =>
  message.split(/[;,\n]/).every((entry) => /(^|SUCCESS)\s*$/.test(entry));

export type Failing = { readonly code?: string; readonly error?: string };

/** Returns the step, code and words of the part that failed. The result is empty when no part says that it failed. */
export const failingIn = (body: Fields): Failing => {
  const parts = partsOf(body);
  const part = FAILED.map((word) => parts.find(({ status }) => status === word)).find(Boolean);
  if (!part) return {};
  const leaves = leavesOf('', part.detail);
  const isPlain = leaves.length === 1 && leaves[0]?.[0] === '';
  const said = isPlain ? part.detail : leafNamed(leaves, /^(error_?msg|error_?message|message|msg|reason)$/i);
  const why = said === undefined || isCheerful(said) ? undefined : said;
  const error = [part.step, why].filter(Boolean).join(': ');
  const errorCode = leafNamed(leaves, /^error_?code$/i);
  return { ...(errorCode !== undefined && { code: errorCode }), ...(error !== '' && { error }) };
};
