/** The recipient of a delivery: a target named in the configuration, or a callback. */

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
  /** The limiter that limits it: a named target has its own; the callbacks of one tenant to one host share one. */
  readonly limiter: string;
  /**
   * A limiter that is taken before that. All callbacks of a tenant share it. A tenant may name any number of hosts: if all of them
   * hang, they hold up no more functions than one target can.
   */
  readonly gate?: string;
  /** So many batches may tell it at a time. One host of callbacks leaves room for the other hosts of its tenant. */
  readonly permits: number;
  readonly isNamed: boolean;
  /** It has no address: a delivery there is a log line (hear-canary.ts). */
  readonly isInternal: boolean;
  readonly rate: Rate;
  /** Whether it has one live message of each watch, in place of several messages. */
  readonly follows: boolean;
  /** The item of the thing that it holds of a watch (held-state.ts). Undefined where it keeps every message. */
  readonly heldKey: (watch: Watch) => Key | undefined;
  /** Whether its messages hold a link that opens without a token. */
  readonly isLinked: boolean;
  /** Undefined where the configuration no longer names it. */
  readonly target?: Target;
  /** Reads its settings with every secret. Throws Misconfigured where the configuration no longer names it; throws SecretError. */
  readonly open: (secrets: Secrets, options?: ReadOptions) => Promise<Opened>;
};

/** The events that a named target is told: its configuration names them; otherwise its type does. Undefined means all events. */
export const eventsFor = ({ type, events }: Pick<TargetConfig, 'type' | 'events'>): readonly EventType[] | undefined =>
  events ?? targetOf(type)?.usualEvents;

/** Fields that a watch lacks and that one of these targets needs, with the name of that target. */
export const lacksOf = (notify: readonly string[], subject: Subject, config: Config): Lack[] =>
  notify.flatMap((name) => {
    const configured = config.targets.get(name);
    const lacks = configured && targetOf(configured.type)?.lacks?.(subject, configured.settings);
    return (lacks ?? []).map(({ at, detail }) => ({ at, detail: sentence('needed_by', { lack: detail, name }) }));
  });

/** The names under which targets show the watch, by target. Most targets have no such name. */
export const contextsOf = ({ notify, ...watch }: Watch, config: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(
    notify.flatMap((name) => {
      const configured = config.targets.get(name);
      const context = configured && targetOf(configured.type)?.context?.(watch, configured.settings);
      return context === undefined ? [] : [[name, context]];
    }),
  );

/** The limiter of a callback: that of its tenant and origin. */
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
/** A target that the configuration names no more. */
const ABSENT: Configured = { type: '', settings: {} };
const CALLBACK: Configured = { type: 'webhook', settings: {} };

type Read = (reference: string) => Promise<string[]>;

/** The settings of a callback: its address, and the secrets that sign for its origin. */
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
 * Sends a request to a recipient. Nothing that is secret, or is derived from a secret, stands in the answer: everything that opwatch
 * judges, keeps, logs and shows comes from this masked answer. Throws as `Send` does.
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

/** Settings with every secret reference, at any depth, replaced by what it stands for. */
const resolved = async (settings: unknown, read: Read): Promise<unknown> => {
  if (typeof settings === 'string') return isReference(settings) ? (await read(settings))[0] : settings;
  if (Array.isArray(settings)) return Promise.all(settings.map((entry) => resolved(entry, read)));
  if (typeof settings !== 'object' || settings === null) return settings;
  const entries = Object.entries(settings).map(async ([key, value]) => [key, await resolved(value, read)] as const);
  return Object.fromEntries(await Promise.all(entries));
};
