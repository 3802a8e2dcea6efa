/** As much of IAM as the roles here need: identity policies without conditions. */
import { list } from './packaged.ts';

/** A statement whose resources are ARNs, nothing left to be worked out. */
export type Rule = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
};

export type Deed = { readonly action: string; readonly resource: string };

/** Whether a pattern, `*` for any text and `?` for one character, covers all of a text. */
const covers = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern.replace(/[.*+?^${}()|[\]\\]/g, (sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`))}$`,
    's',
  ).test(text);

const isFor = (rule: Rule, { action, resource }: Deed): boolean =>
  list(rule.Action).some((one) => covers(one.toLowerCase(), action.toLowerCase())) &&
  list(rule.Resource).some((one) => covers(one, resource));

/**
 * Whether the rules allow a deed: one allows it and none denies it. Throws on what it does not know (NotAction, Condition …):
 * half understood, a policy would seem narrower than it is.
 *
 * Source: IAM User Guide, "Policy evaluation logic", "Elements: Action", "Elements: Resource".
 */
export const isAllowed = (rules: readonly Rule[], deed: Deed): boolean => {
  for (const rule of rules) {
    const strange = Object.keys(rule).filter((name) => !['Sid', 'Effect', 'Action', 'Resource'].includes(name));
    if (strange.length > 0) throw new Error(`this matcher does not know ${strange.join(', ')}`);
  }
  const effects = rules.filter((rule) => isFor(rule, deed)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
};

/** What the rules grant, an action on a resource each. */
export const grantsOf = (rules: readonly Rule[]): readonly Deed[] =>
  rules
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => ({ action, resource }))),
    );

/** Whether a deed makes use of a grant. */
export const uses = (deed: Deed, { action, resource }: Deed): boolean =>
  isFor({ Effect: 'Allow', Action: action, Resource: resource }, deed);
