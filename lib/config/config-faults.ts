/** What is wrong with a configuration beyond its schema: names of nothing, and settings that do not go together. */
import * as v from 'valibot';
import { CANARY } from '../core/canary.ts';
import { isReference } from '../core/reference.ts';
import { DEADLINE_MAX_MS, DEFAULT_GAP, type Gap, SECOND } from '../core/schedule.ts';
import { type Rules, refusal } from '../net/address-guard.ts';
import type { Provider } from '../providers/provider.ts';
import { targetOf, targetTypes } from '../targets/index.ts';
import { commonEntries } from '../targets/kit/settings.ts';
import type { GapSettings, Settings } from './settings.ts';
import { boundFaults } from './tenants.ts';

export const faultsOf = (issues: readonly v.BaseIssue<unknown>[], at = ''): string[] =>
  issues.map((issue) => {
    const path = [at, v.getDotPath(issue)].filter(Boolean).join('.') || 'the file';
    return `${path}: ${wording(issue)}`;
  });

/** Valibot's own messages quote what they received: a secret pasted by mistake must not reach a log. */
const wording = ({ message, expected, received }: v.BaseIssue<unknown>): string => {
  if (!message.includes('received')) return message;
  if (expected === 'never') return 'is not a known setting';
  return received === 'undefined' ? 'is missing' : `expected ${expected ?? 'something else'}`;
};

export const gapOf = (settings: v.InferOutput<typeof GapSettings> | undefined): Gap | undefined =>
  settings && {
    factor: settings.factor,
    minMs: Math.max(settings.min ?? DEFAULT_GAP.minMs, SECOND),
    maxMs: settings.max ?? DEFAULT_GAP.maxMs,
  };

export type Checked = v.InferOutput<typeof Settings>;

export const Common = v.strictObject(commonEntries);

/** Settings of earlier releases, and their names today. */
const RENAMED: Readonly<Record<string, string>> = { lane: 'rate' };

/** What of a target's settings opwatch itself heeds, and what is its type's own. */
export const partsOf = ({ type, ...rest }: Checked['targets'][string]) => {
  const isCommon = (name: string) => name in commonEntries;
  const entries = Object.entries(rest);
  return {
    type,
    common: Object.fromEntries(entries.filter(([name]) => isCommon(name))),
    own: Object.fromEntries(entries.filter(([name]) => !isCommon(name) && !Object.hasOwn(RENAMED, name))),
  };
};

/** Callers may only name hosts on the list; the operator's own targets are not bound by it. */
export const addressRules = ({ callbacks: { allowHosts: _, ...rules } }: Checked): Rules => rules;

export const crossFaults = (settings: Checked, knownProviders: ReadonlyMap<string, Provider>): string[] => {
  const faults: string[] = [];
  for (const kind of ['connections', 'targets', 'tenants'] as const)
    if (Object.hasOwn(settings[kind], CANARY)) faults.push(`${kind}.${CANARY}: is the name of opwatch's own canary`);
  const { deadline } = settings.defaults;
  if (deadline !== undefined && (deadline === 0 || deadline > DEADLINE_MAX_MS)) {
    faults.push('defaults.deadline: must be more than nothing and at most P7D');
  }
  const callbackRules = settings.callbacks;
  const checkNotify = (names: readonly string[] | undefined, at: string) => {
    for (const [i, name] of (names ?? []).entries()) {
      const isUrl = /^https?:/i.test(name);
      const reason = isUrl
        ? refusal(name, callbackRules)
        : Object.hasOwn(settings.targets, name)
          ? undefined
          : 'names no target';
      if (reason) faults.push(`${at}.${i}: ${reason}`);
    }
  };
  checkNotify(settings.defaults.notify, 'defaults.notify');
  for (const [name, tenant] of Object.entries(settings.tenants)) {
    checkNotify(tenant.notify, `tenants.${name}.notify`);
    faults.push(...boundFaults(name, tenant, settings));
  }

  for (const [vendor, name] of Object.entries(settings.defaults.connections)) {
    const connection = settings.connections[name];
    if (!connection) faults.push(`defaults.connections.${vendor}: names no connection`);
    else if (connection.vendor !== vendor)
      faults.push(`defaults.connections.${vendor}: is a connection of ${connection.vendor}`);
  }
  for (const [key, gap] of Object.entries(settings.gaps)) {
    if (!knownProviders.has(key.split('/')[0] ?? '')) faults.push(`gaps.${key}: names no provider`);
    const { minMs, maxMs } = gapOf(gap) ?? DEFAULT_GAP;
    if (minMs > maxMs) faults.push(`gaps.${key}: min is above max`);
  }
  for (const [name, target] of Object.entries(settings.targets)) {
    const kind = targetOf(target.type);
    if (!kind) {
      faults.push(`targets.${name}.type: must be one of ${targetTypes.join(', ')}`);
      continue;
    }
    const { common, own } = partsOf(target);
    for (const [old, today] of Object.entries(RENAMED))
      if (Object.hasOwn(target, old)) faults.push(`targets.${name}.${old}: is called "${today}" now`);
    for (const checked of [v.safeParse(Common, common), v.safeParse(kind.settings, own)]) {
      if (!checked.success) faults.push(...faultsOf(checked.issues, `targets.${name}`));
    }
    if (common.progress && !kind.edit) {
      const able = targetTypes.filter((type) => targetOf(type)?.edit).join(', ');
      faults.push(`targets.${name}.progress: this type cannot change what it has sent; these can: ${able}`);
    }
    if (common.progress && common.events) {
      faults.push(`targets.${name}.events: a message that is kept up to date tells everything`);
    }
    const { url } = target;
    const reason = typeof url === 'string' && !isReference(url) ? refusal(url, addressRules(settings)) : undefined;
    if (reason) faults.push(`targets.${name}.url: ${reason}`);
  }
  for (const [i, name] of settings.operators.entries()) {
    const type = settings.targets[name]?.type;
    if (type === undefined) faults.push(`operators.${i}: names no target`);
    else if (!targetOf(type)?.notice)
      faults.push(`operators.${i}: a target of type ${type} is nothing for people to read`);
  }
  return faults;
};
