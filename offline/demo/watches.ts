/** Watches as the API shows them, and nothing that only looks like an answer. */
import * as v from 'valibot';

const Watch = v.object({
  id: v.string(),
  provider: v.string(),
  status: v.string(),
  providerStatus: v.optional(v.string()),
  progress: v.optional(v.union([v.object({ done: v.number(), total: v.number() }), v.object({ percent: v.number() })])),
  looks: v.number(),
  nextLookAt: v.optional(v.string()),
  over: v.boolean(),
});
export type Watch = v.InferOutput<typeof Watch>;

export type Reading =
  | { readonly watch: Watch }
  | {
      /** The answer in place of a watch, for people. */
      readonly instead: string;
      /** Whether it is worth asking again: the server, or its authorizer, did not get to it. */
      readonly mayPass: boolean;
    };

const MAY_PASS = [401, 408, 429];
const SHOWN = 300;

/** Asks for a watch, by POST when there is a body. Never throws: a machine that is too busy answers all sorts of things. */
export const askForWatch = async (
  url: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body?: object },
): Promise<Reading> => {
  const method = body === undefined ? 'GET' : 'POST';
  try {
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    const found = v.safeParse(Watch, response.ok ? parsed(text) : undefined);
    if (found.success) return { watch: found.output };
    const { status } = response;
    const mayPass = response.ok || status >= 500 || MAY_PASS.includes(status);
    return { instead: `${method} ${url} answered ${status}, and no watch: ${text.slice(0, SHOWN)}`, mayPass };
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    return { instead: `${method} ${url} was not answered: ${why}`, mayPass: true };
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Changes whenever a watch has moved. Looks and the time of the next one go by the clock, and so do not count. */
export const positionOf = ({ status, providerStatus, progress }: Watch): string =>
  JSON.stringify([status, providerStatus, progress]);

/** Whom one waits for, once its webhook has not come. */
export const slowness = ({ provider, status, providerStatus, over, looks, nextLookAt }: Watch, now: number): string => {
  if (over) return `${provider}: ${status}, its webhook has not come`;
  const words = providerStatus === undefined ? status : `${status} (${providerStatus})`;
  const lateMs = nextLookAt === undefined ? 0 : now - Date.parse(nextLookAt);
  const next = lateMs > 0 ? `its next look is ${Math.ceil(lateMs / 1_000)} s late` : 'its operation goes on';
  return `${provider}: ${words} after ${looks} looks, ${next}`;
};
