/** Makes the OpenAPI document. It is the same for every deployment of a release, so it names no host. */
import { RELEASE } from '../lib/core/release.ts';
import type { Json } from './convert.ts';
import { webhooks } from './events.ts';
import { paths } from './paths.ts';
import { HEADERS, sharedResponses } from './responses.ts';
import { schemas } from './schemas.ts';

const DESCRIPTION = `opwatch watches operations of Alibaba Cloud and Huawei Cloud, and tells people and CI systems when these operations are over.

A token belongs to a tenant. It can see and change only the items of this tenant. A token has scopes: \`submit\` (submit, stop and extend watches), \`read\` (read and list them), \`operate\` (send deliveries again, dismiss them, enable targets, disable and enable origins). The security requirement of each operation names the scope that it needs.

A deployment with \`auth=iam\` takes requests that are signed with AWS credentials (Signature Version 4, service \`execute-api\`) in place of tokens.

opwatch refuses a request with \`application/problem+json\` (RFC 9457). API Gateway receives each request first. It refuses a request with \`application/json\` and a \`message\`.

docs/api.md has the details.`;

export const openApi = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'opwatch',
    version: RELEASE,
    summary: 'From "accepted, here is an operation id" to one signed webhook when the operation is over',
    description: DESCRIPTION,
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'The deployment that this document comes from' }],
  tags: [
    { name: 'watches', description: 'The operations that opwatch watches' },
    { name: 'deliveries', description: 'The events that opwatch owes to targets' },
    { name: 'targets', description: 'The receivers: named targets, and origins of callbacks' },
    { name: 'open', description: 'Routes that need no token' },
    { name: 'webhooks', description: 'Requests that opwatch makes' },
  ],
  security: [],
  paths: paths(),
  webhooks: webhooks(),
  components: {
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'opw_<id>_<secret>',
        description: 'npm run token -- create',
      },
    },
    headers: HEADERS,
    responses: sharedResponses(),
    schemas: schemas(),
  },
});

/** Returns the text of docs/openapi.json. */
export const written = (): string => `${JSON.stringify(openApi(), null, 1)}\n`;
