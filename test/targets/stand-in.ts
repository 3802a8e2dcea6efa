/** Plays a target against its stand-in of offline/inbox, without a network between them. */
import * as v from 'valibot';
import { isReference } from '../../lib/core/reference.ts';
import type { Verdict } from '../../lib/core/verdict.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { targetOf } from '../../lib/targets/index.ts';
import type { Attempt, Target } from '../../lib/targets/target.ts';
import type { Answer, Judgment, Receiver } from '../../offline/inbox/receiver.ts';
import { receivers } from '../../offline/inbox/receivers.ts';
import { AT } from './events.ts';

/** What the references in a contract's settings stand for. */
export const SECRETS: Readonly<Record<string, string>> = {
  'env:TOKEN': 'token-4f0c9a7b1d2e',
  'env:SIGN': 'SEC9c3a71e5b8d2f604',
  'env:STAND_IN_TOKEN': 'token-4f0c9a7b1d2e',
  'env:STAND_IN_SIGN': 'SEC9c3a71e5b8d2f604',
  'env:STAND_IN_SIGNING_SECRET': `whsec_${Buffer.alloc(32, 'w').toString('base64')}`,
  'env:WEBHOOK': `whsec_${Buffer.alloc(32, 'w').toString('base64')}`,
  'env:AWS_ACCESS_KEY_ID': 'ASIAEXAMPLE',
  'env:AWS_SECRET_ACCESS_KEY': 'aws-secret-8Xq2',
  'env:AWS_SESSION_TOKEN': 'aws-session-Zp41',
};
export const TOKEN = SECRETS['env:TOKEN'] ?? '';

export const ATTEMPT: Attempt = { id: 'msg_7pswk3kbllkxpa3ulrggxbrwgz', at: AT };

/** Settings with every reference replaced by what it stands for. */
export const resolved = (value: unknown): unknown => {
  if (typeof value === 'string') return isReference(value) ? SECRETS[value] : value;
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
};

type Asked = { readonly type: string; readonly settings: Readonly<Record<string, unknown>> };

/** A target, and settings as it is given them: checked, and with every reference resolved. */
export const prepared = ({ type, settings }: Asked): { target: Target; settings: unknown } => {
  const target = targetOf(type);
  if (!target) throw new Error(`there is no target ${type}`);
  return { target, settings: resolved(v.parse(target.settings, settings)) };
};

export const fromStandIn = ({ status, headers = {}, body = '' }: Answer): HttpAnswer => ({
  status,
  headers,
  body,
  cut: false,
});

/** The stand-in of a type; the inbox keeps its webhooks under `hooks`. */
export const standInFor = (type: string): Receiver => {
  const receiver = receivers[type === 'webhook' ? 'hooks' : type];
  if (!receiver) throw new Error(`nobody plays ${type}`);
  return receiver;
};

/** What the stand-in makes of a request that reaches it at `/{kind}/{name}/…`. */
export const received = (request: HttpRequest, secrets = Object.values(SECRETS)): Judgment => {
  const { host, pathname, searchParams } = new URL(request.url);
  const [kind = '', , ...path] = pathname.slice(1).split('/').map(decodeURIComponent);
  return standInFor(kind).judge(
    {
      method: request.method,
      url: pathname,
      path,
      query: searchParams,
      headers: { host, ...request.headers },
      body: Buffer.from(request.body ?? ''),
      at: AT,
    },
    secrets,
  );
};

export const inWords = (verdict: Verdict): string => {
  if (verdict.kind !== 'retry') return verdict.kind === 'gone' ? `gone: ${verdict.reason}` : 'delivered';
  const wish = [
    verdict.ended && 'ended',
    verdict.slow && 'slow',
    verdict.afterMs !== undefined && `after ${verdict.afterMs} ms`,
  ].filter(Boolean);
  return [`retry: ${verdict.reason}`, ...wish].join(', ');
};
