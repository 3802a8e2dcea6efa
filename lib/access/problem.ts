/**
 * Writes refusals for people and programs, as problem+json (RFC 9457). A JSON pointer (RFC 6901) names the place of
 * every fault.
 */

export type Fault = { readonly pointer: string; readonly detail: string };

export type Problem = {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly Fault[];
  /**
   * The wait of a 429, as in its header Retry-After. When one request holds several submissions, each refused one has
   * its own wait.
   */
  readonly retryAfterSeconds?: number;
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const problem = (status: number, detail: string, errors: readonly Fault[] = []): Problem => ({
  type: 'about:blank',
  title: TITLES[status] ?? 'Error',
  status,
  detail,
  ...(errors.length > 0 && { errors }),
});

export const TOO_MANY_REQUESTS = 'this tenant has reached its limit of requests a minute';

export const TOO_MANY_DELIVERIES = 'this tenant has reached its limit of waiting deliveries';

export const tooMany = (detail: string, waitMs: number): Problem => {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return { ...problem(429, `${detail}: try again in ${retryAfterSeconds} s`), retryAfterSeconds };
};

/** Returns the headers of an answer that is a problem or contains problems. */
export const problemHeaders = (problems: readonly Problem[]): Readonly<Record<string, string>> => {
  const seconds = problems.flatMap(({ retryAfterSeconds = [] }) => retryAfterSeconds);
  return seconds.length > 0 ? { 'retry-after': String(Math.max(...seconds)) } : {};
};

/** The error that carries a problem to the HTTP answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(status: number | Problem, detail = '', errors: readonly Fault[] = []) {
    const whole = typeof status === 'number' ? problem(status, detail, errors) : status;
    super(whole.detail);
    this.problem = whole;
  }
}

/** Returns a JSON pointer below `base`. */
export const pointer = (base: string, ...path: readonly (string | number)[]): string =>
  base + path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
