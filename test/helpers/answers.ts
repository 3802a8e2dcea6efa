/** Holds an answer of the API to its published schema: every field is known, and the status is one that the route may answer. */
import * as v from 'valibot';
import { ANSWERS, Problem } from '../../lib/api/answers.ts';

/** Of API Gateway, or of what stands in for it. */
const GatewayMessage = v.looseObject({ message: v.string() });

const ROUTES = Object.keys(ANSWERS).map((route) => {
  const [method = '', path = ''] = route.split(' ');
  return { route, method, pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]*')}$`) };
});

/** The route of a request as serverless.yml has it; undefined where API Gateway has none. */
export const routeOf = (method: string, path: string): string | undefined =>
  ROUTES.find((each) => each.method === method && each.pattern.test(path.split('?')[0] ?? ''))?.route;

type Answered = { readonly status: number; readonly type: string; readonly body: unknown };

/** Throws where the answer is none of the route's, or has a field too many, too few, or of another kind. */
export const mustBeDescribed = (route: string, { status, type, body }: Answered): void => {
  const { good, problems } = ANSWERS[route] ?? { good: {}, problems: [] };
  const isProblem = type.startsWith('application/problem+json');
  const isGateways = !isProblem && status >= 400;
  const isKnown = isProblem ? problems.includes(status) : isGateways || status in good;
  if (!isKnown) throw new Error(`${route} must not answer ${status} (${type})`);
  const schema = isProblem ? Problem : isGateways ? GatewayMessage : good[status];
  if (!schema) {
    if (body !== undefined) throw new Error(`${route} must answer ${status} without a body`);
    return;
  }
  const { issues = [] } = v.safeParse(schema, JSON.parse(JSON.stringify(body)));
  const faults = issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  if (faults.length > 0) throw new Error(`${route} answers ${status} otherwise than described: ${faults.join('; ')}`);
};
