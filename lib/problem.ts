/** Refusals as people and programs read them: problem+json (RFC 9457), every fault with a JSON pointer (RFC 6901) to its place. */

export type Fault = { readonly pointer: string; readonly detail: string };

export type Problem = {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly Fault[];
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

/** A refusal on its way to the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(status: number, detail: string, errors: readonly Fault[] = []) {
    super(detail);
    this.problem = problem(status, detail, errors);
  }
}

/** A JSON pointer below `base`. */
export const pointer = (base: string, ...path: readonly (string | number)[]): string =>
  base + path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
