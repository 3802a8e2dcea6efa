/** The recipient of a delivery: a target in the configuration, or a callback. */

import type { Config, TargetConfig } from '../config/config.ts';
import type { ReadOptions, Secrets } from '../config/secrets.ts';
import { CANARY } from '../core/canary.ts';
import type { Delivery } from '../core/delivery.ts';
import { Misconfigured } from '../core/errors.ts';
import type { EventType } from '../core/event.ts';
import type { Key } from '../core/item.ts';
import { isReference } from '../core/reference.ts';
import { sentence } from '../core/sentences.ts';
import { PERMITS } from '../core/target-limiter.ts';
import { isCallback, targetName } from '../core/target-name.ts';
import type { Rate } from '../core/verdict.ts';
import type { Watch } from '../core/watch.ts';
import { callbackSecrets } from '../net/callback-keys.ts';
import type { HttpAnswer, HttpRequest } from '../net/http.ts';
import { maskAnswer, partsOfAddress, partsOfRequest } from '../net/secret-parts.ts';
import type { Runtime } from '../runtime.ts';
import { targetOf } from '../targets/index.ts';
import type { Lack, Subject, Target } from '../targets/target.ts';
import { heldKeyOf } from './held-state.ts';

export type Opened = { readonly target: Target; readonly settings: unknown };

export type Recipient = {
  /**
   * The name of the recipient's target limiter. A named target has its own limiter. All callbacks of one tenant to one
   * host share a limiter.
   */
  readonly limiter: string;
  /**
   * The name of a further limiter that all callbacks of a tenant share. The batch takes a permit of it first. A tenant
   * may name any number of hosts. Even if all of them hang, they then occupy no more functions than one target.
   */
  readonly gate?: string;
  /**
   * The number of batches that may send to the recipient at a time. It is smaller for a host of callbacks, to leave
   * room for other hosts of the tenant.
   */
  readonly permits: number;
  readonly isNamed: boolean;
  /** The recipient has no address. A delivery to it writes a log line (hear-canary.ts). */
  readonly isInternal: boolean;
  readonly rate: Rate;
  /** The recipient has one live message for each watch, in place of several messages. */
  readonly follows: boolean;
  /**
   * Returns the key of the item for the object that the recipient holds for a watch (held-state.ts). Returns undefined
   * where it keeps every message.
   */
  readonly heldKey: (watch: Watch) => Key | undefined;
  /** The recipient's messages carry a link that opens without a token. */
  readonly isLinked: boolean;
  /** The type of the target. It is undefined where the configuration no longer has the target. */
  readonly target?: Target;
  /**
   * Reads the recipient's settings and secrets. Throws Misconfigured where the configuration no longer has this target.
   * Throws a SecretError where a secret is unreadable.
   */
  readonly open: (secrets: Secrets, options?: ReadOptions) => Promise<Opened>;
};

/**
 * Returns the events that a named target gets: those in its configuration, or else the usual events of its type.
 * Undefined means all events.
 */
export const eventsFor = ({ type, events }: Pick<TargetConfig, 'type' | 'events'>): readonly EventType[] | undefined =>
  events ?? targetOf(type)?.usualEvents;

/** Returns the fields that a watch lacks and that one of these targets needs, with the name of that target. */
export const lacksOf = (notify: readonly string[], subject: Subject, config: Config): Lack[] =>
  notify.flatMap((name) => {
    const configured = config.targets.get(name);
    const lacks = configured && targetOf(configured.type)?.lacks?.(subject, configured.settings);
    return (lacks ?? []).map(({ at, detail }) => ({ at, detail: sentence('needed_by', { lack: detail, name }) }));
  });

/** Returns the name under which each target shows the watch. Most targets have no such name. */
export const contextsOf = ({ notify, ...watch }: Watch, config: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(
    notify.flatMap((name) => {
      const configured = config.targets.get(name);
      const context = configured && targetOf(configured.type)?.context?.(watch, configured.settings);
      return context === undefined ? [] : [[name, context]];
    }),
  );

/** Returns the name of the target limiter for a callback. It depends on the tenant and the origin. */
export const originLimiter = (tenant: string, callback: string): string => `${tenant} ${targetName(callback)}`;

export const recipientOf = (delivery: Pick<Delivery, 'target' | 'tenant'>, config: Config): Recipient => {
  const { target: name, tenant } = delivery;
  const isNamed = !isCallback(name);
  const { type, settings, rate, progress = false, link } = isNamed ? (config.targets.get(name) ?? ABSENT) : CALLBACK;
  const target = targetOf(type);
  const follows = progress && target?.edit !== undefined;
  return {
    limiter: isNamed ? name : originLimiter(tenant, name),
    ...(!isNamed && { gate: `${tenant} callbacks` }),
    isNamed,
    isInternal: name === CANARY,
    permits: isNamed ? PERMITS : PERMITS - 1,
    rate: rate ?? target?.rate ?? {},
    follows,
    isLinked: (link ?? target?.usualLink) !== 'none',
    heldKey: (watch) => heldKeyOf(watch, { name, target, settings, follows }),
    ...(target && { target }),
    open: async (secrets, options) => {
      if (!target) throw new Misconfigured({ code: 'no_target', message: sentence('no_target', { name }) });
      const read = (reference: string) => secrets.read([reference], options);
      return {
        target,
        settings: await (isNamed ? resolved(settings, read) : callbackSettings(delivery, config, read)),
      };
    },
  };
};

type Configured = Pick<TargetConfig, 'type' | 'settings' | 'rate' | 'progress' | 'link'>;
/** A target that the configuration no longer has. */
const ABSENT: Configured = { type: '', settings: {} };
const CALLBACK: Configured = { type: 'webhook', settings: {} };

type Read = (reference: string) => Promise<string[]>;

/** Returns the settings of a callback: its address, and the secrets that sign requests to its origin. */
const callbackSettings = async (
  { target: url, tenant }: Pick<Delivery, 'target' | 'tenant'>,
  config: Config,
  read: Read,
): Promise<unknown> => {
  const { signing = [], callbackSigning } = config.tenants.get(tenant) ?? {};
  const secrets = (await Promise.all(signing.map(read))).flat();
  return { url, secrets: callbackSecrets(secrets, callbackSigning, targetName(url)) };
};

/**
 * Sends a request to a recipient and masks the answer. The masked answer contains no secret, and no text derived from a
 * secret. opwatch judges, stores, logs and shows only this masked answer. Throws as `Send` does.
 */
export const ask = async (
  request: HttpRequest,
  { target, settings }: Opened,
  { sendToTarget, secrets }: Pick<Runtime, 'sendToTarget' | 'secrets'>,
): Promise<HttpAnswer> => {
  const { url } = settings as { readonly url?: unknown };
  const { addresses } = target;
  const addressed = addresses && typeof url === 'string' ? [url, request.url] : [];
  return maskAnswer(await sendToTarget(request), [
    ...secrets.known(),
    ...addressed.flatMap((address) => partsOfAddress(address, addresses)),
    ...partsOfRequest(request),
  ]);
};

/** Replaces every reference to a secret in the settings, at any depth, with the secret. */
const resolved = async (settings: unknown, read: Read): Promise<unknown> => {
  if (typeof settings === 'string') return isReference(settings) ? (await read(settings))[0] : settings;
  if (Array.isArray(settings)) return Promise.all(settings.map((entry) => resolved(entry, read)));
  if (typeof settings !== 'object' || settings === null) return settings;
  const entries = Object.entries(settings).map(async ([key, value]) => [key, await resolved(value, read)] as const);
  return Object.fromEntries(await Promise.all(entries));
};
