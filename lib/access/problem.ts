/** Refusals as people and programs read them: problem+json (RFC 9457), every fault with a JSON pointer (RFC 6901) to its place. */

export type Fault = { readonly pointer: string; readonly detail: string };

export type Problem = {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly Fault[];
  /** Of a 429, what its Retry-After says as well: in an array each submission has its own. */
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

export const TOO_MANY_REQUESTS = 'this tenant has made as many requests as it may';

export const TOO_MANY_DELIVERIES = 'this tenant has as many deliveries waiting as it may';

export const tooMany = (detail: string, waitMs: number): Problem => {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return { ...problem(429, `${detail}: try again in ${retryAfterSeconds} s`), retryAfterSeconds };
};

/** The headers of an answer that is a problem, or holds some. */
export const problemHeaders = (problems: readonly Problem[]): Readonly<Record<string, string>> => {
  const seconds = problems.flatMap(({ retryAfterSeconds = [] }) => retryAfterSeconds);
  return seconds.length > 0 ? { 'retry-after': String(Math.max(...seconds)) } : {};
};

/** A refusal on its way to the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(status: number | Problem, detail = '', errors: readonly Fault[] = []) {
    const whole = typeof status === 'number' ? problem(status, detail, errors) : status;
    super(whole.detail);
    this.problem = whole;
  }
}

/** A JSON pointer below `base`. */
export const pointer = (base: string, ...path: readonly (string | number)[]): string =>
  base + path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
