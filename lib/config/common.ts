/** What opwatch itself heeds of every target's settings, apart from what is its type's own. */
import * as v from 'valibot';
import { commonEntries } from '../targets/kit/settings.ts';

export const Common = v.strictObject(commonEntries);

/** Settings of earlier releases, and their names today. */
export const RENAMED: Readonly<Record<string, string>> = { lane: 'rate' };

export const partsOf = ({ type, ...rest }: { readonly type: string } & Readonly<Record<string, unknown>>) => {
  const isCommon = (name: string) => Object.hasOwn(commonEntries, name);
  const entries = Object.entries(rest);
  return {
    type,
    common: Object.fromEntries(entries.filter(([name]) => isCommon(name))),
    own: Object.fromEntries(entries.filter(([name]) => !isCommon(name) && !Object.hasOwn(RENAMED, name))),
  };
};
