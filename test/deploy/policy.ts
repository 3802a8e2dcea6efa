/** As much of IAM as the roles here need: identity policies, and the one condition on partitions of a table. */
import { list } from './packaged.ts';

/** A statement whose resources are ARNs, nothing left to be worked out. */
export type Rule = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: { readonly 'ForAllValues:StringLike': { readonly 'dynamodb:LeadingKeys': readonly string[] } };
};

/** `partitions` are what IAM calls the leading keys of a request to a table. */
export type Deed = { readonly action: string; readonly resource: string; readonly partitions?: readonly string[] };

const LEADING_KEYS = 'dynamodb:LeadingKeys';
const patternsIn = ({ Condition }: Rule): readonly string[] | undefined =>
  Condition?.['ForAllValues:StringLike'][LEADING_KEYS];

/** Whether a pattern, `*` for any text and `?` for one character, covers all of a text. */
const covers = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern.replace(/[.*+?^${}()|[\]\\]/g, (sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`))}$`,
    's',
  ).test(text);

/** Whether every partition of the request is one of those that the rule is for. Of no partition, IAM takes it as true. */
const isForPartitions = (rule: Rule, partitions: readonly string[]): boolean => {
  const patterns = patternsIn(rule);
  return !patterns || partitions.every((one) => patterns.some((pattern) => covers(pattern, one)));
};

const isFor = (rule: Rule, { action, resource, partitions = [] }: Deed): boolean =>
  list(rule.Action).some((one) => covers(one.toLowerCase(), action.toLowerCase())) &&
  list(rule.Resource).some((one) => covers(one, resource)) &&
  isForPartitions(rule, partitions);

/** What of a rule this file does not know. */
const strangeIn = ({ Condition, ...rule }: Rule): string[] => [
  ...Object.keys(rule).filter((name) => !['Sid', 'Effect', 'Action', 'Resource'].includes(name)),
  ...Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    operator === 'ForAllValues:StringLike' && Object.keys(keys).join() === LEADING_KEYS
      ? []
      : [`Condition ${operator}`],
  ),
];

/**
 * Whether the rules allow a deed: one allows it and none denies it. Throws on what it does not know (NotAction, other conditions …):
 * half understood, a policy would seem narrower than it is.
 *
 * Source: IAM User Guide, "Policy evaluation logic", "Elements: Action", "Elements: Resource".
 */
export const isAllowed = (rules: readonly Rule[], deed: Deed): boolean => {
  for (const rule of rules) {
    const strange = strangeIn(rule);
    if (strange.length > 0) throw new Error(`this matcher does not know ${strange.join(', ')}`);
  }
  const effects = rules.filter((rule) => isFor(rule, deed)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
};

/** What the rules grant: an action on a resource each, and of a table on each kind of partition. */
export const grantsOf = (rules: readonly Rule[]): readonly Deed[] =>
  rules
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((rule) => {
      const patterns = patternsIn(rule)?.map((pattern) => ({ partitions: [pattern] })) ?? [{}];
      return list(rule.Action).flatMap((action) =>
        list(rule.Resource).flatMap((resource) => patterns.map((each) => ({ action, resource, ...each }))),
      );
    });

/** Whether a deed makes use of a grant. */
export const uses = (deed: Deed, { action, resource, partitions: [pattern] = [] }: Deed): boolean =>
  isFor({ Effect: 'Allow', Action: action, Resource: resource }, deed) &&
  (pattern === undefined || (deed.partitions ?? []).some((one) => covers(pattern, one)));
