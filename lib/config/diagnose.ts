/**
 * Finds every fault of a value by its schema. Valibot alone reports too little: it names only the first unknown
 * setting. For a union it says only that no form fits. Its sentences also quote the value.
 */
import * as v from 'valibot';
import { instead } from '../core/near.ts';
import { UNSAFE } from '../core/unsafe-names.ts';
import { type ConfigFault, isGiven, isObject } from './faults.ts';

type Action = { readonly kind: string; readonly message?: unknown };

/** The parts of a valibot schema that this file reads. */
type Node = v.GenericSchema & {
  readonly wrapped?: Node;
  readonly pipe?: readonly [Node, ...(Node & Action)[]];
  readonly entries?: Readonly<Record<string, Node>>;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly item?: Node;
  readonly key?: Node;
  readonly value?: Node;
  readonly message?: unknown;
};

type Path = readonly string[];

const KINDS: Readonly<Record<string, string>> = {
  string: 'must be a text',
  number: 'must be a number',
  boolean: 'must be true or false',
  array: 'must be a list',
};

const rootOf = (node: Node): Node => (node.wrapped ? rootOf(node.wrapped) : node.pipe ? rootOf(node.pipe[0]) : node);
const OBJECTS = ['strict_object', 'object', 'loose_object', 'record'];

const oneOf = (words: readonly unknown[]): string =>
  words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(', ')}`;

/** Returns a sentence about the values that a schema accepts. */
const mustBe = (node: Node): string => {
  const { wrapped, pipe, options, type } = node;
  if (wrapped) return mustBe(wrapped);
  if (pipe && OBJECTS.includes(rootOf(node).type)) return 'must be an object';
  const said = pipe?.flatMap(({ message }) => (typeof message === 'string' ? [message] : [])).at(-1);
  if (said !== undefined) return said;
  if (pipe) return mustBe(pipe[0]);
  if (type === 'picklist') return oneOf(options ?? []);
  if (type === 'literal') return oneOf([node.literal]);
  if (type === 'union') return [...new Set((options as Node[]).map(mustBe))].join(', or ');
  return KINDS[type] ?? 'must be an object';
};

/** Returns the cure for a fault that an action of a valibot pipe found. */
const ruleOf = (issue: v.BaseIssue<unknown>): string => {
  const { message, requirement, type, expected } = issue as v.BaseIssue<unknown> & { readonly requirement?: unknown };
  if (!message.startsWith('Invalid')) return message;
  const rules: Readonly<Record<string, string>> = {
    min_value: `must be at least ${requirement}`,
    max_value: `must be at most ${requirement}`,
    min_length: `must hold at least ${requirement}`,
    max_length: `must hold at most ${requirement}`,
    integer: 'must be a whole number',
  };
  return rules[type] ?? `must be ${expected}`;
};

/**
 * Returns the form of a union that takes the kind of the value: a text, a list or an object. The check then reports
 * every fault against that form. Returns undefined where several forms take this kind, or none.
 */
const formOf = (forms: readonly Node[], value: unknown): Node | undefined => {
  const type = Array.isArray(value) ? ['array'] : isObject(value) ? OBJECTS : [typeof value];
  const alike = forms.filter((form) => type.includes(rootOf(form).type));
  return alike.length === 1 ? alike[0] : undefined;
};

const inEntries = (node: Node, value: Readonly<Record<string, unknown>>, path: Path): ConfigFault[] => {
  const { entries = {}, type } = node;
  const known = Object.entries(entries).flatMap(([name, entry]) =>
    diagnose(entry, Object.hasOwn(value, name) ? value[name] : undefined, [...path, name]),
  );
  if (type !== 'strict_object') return known;
  const strangers = Object.keys(value).filter((name) => !Object.hasOwn(entries, name) && !UNSAFE.includes(name));
  return [
    ...known,
    ...strangers.map((name) => ({
      path: [...path, name],
      given: isGiven(value[name]),
      cure: `is not a known setting: ${instead(name, Object.keys(entries))}`,
    })),
  ];
};

const inRecord = ({ key, value: each }: Node, value: Readonly<Record<string, unknown>>, path: Path): ConfigFault[] =>
  Object.entries(value).flatMap(([name, inner]) => {
    if (UNSAFE.includes(name)) return [];
    const place = [...path, name];
    const misnamed = (key && v.safeParse(key, name).issues) ?? [];
    return [
      ...misnamed.map((issue) => ({ path: place, given: 'has a forbidden name', cure: ruleOf(issue) })),
      ...(each ? diagnose(each, inner, place) : []),
    ];
  });

const inside = (node: Node, value: unknown, path: Path): ConfigFault[] => {
  const fault = { path, given: isGiven(value), cure: mustBe(node) };
  if (OBJECTS.includes(node.type)) {
    if (!isObject(value)) return [fault];
    return node.type === 'record' ? inRecord(node, value, path) : inEntries(node, value, path);
  }
  if (node.type === 'array') {
    if (!Array.isArray(value)) return [fault];
    return value.flatMap((one, i) => diagnose(node.item as Node, one, [...path, String(i)]));
  }
  if (node.type === 'union') {
    const form = formOf(node.options as Node[], value);
    return form ? diagnose(form, value, path) : v.is(node, value) ? [] : [fault];
  }
  return v.is(node, value) ? [] : [fault];
};

/** Returns every fault of `value` by `schema`. Each fault carries its place below `path`. */
export const diagnose = (schema: v.GenericSchema, value: unknown, path: Path = []): ConfigFault[] => {
  const node = schema as Node;
  if (node.wrapped) return value === undefined ? [] : diagnose(node.wrapped, value, path);
  const { pipe } = node;
  if (!pipe) return inside(node, value, path);
  const faults = inside(pipe[0], value, path).map((fault) =>
    // The sentence of the whole pipe says more than the sentence of its first step.
    fault.path.length === path.length ? { ...fault, cure: mustBe(node) } : fault,
  );
  const issues = v.safeParse(schema, value).issues ?? [];
  const own = issues.filter(({ kind, path: within }) => kind !== 'schema' && !within);
  return [...faults, ...own.map((issue) => ({ path, given: isGiven(value), cure: ruleOf(issue) }))];
};
