/**
 * The settings that every target may have. opwatch itself uses them. The type of a target defines all its other
 * settings.
 */
import * as v from 'valibot';
import { commonEntries } from '../targets/kit/settings.ts';

export const Common = v.strictObject(commonEntries);

/** Settings whose names have changed: the name in earlier releases, and the name today. */
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
