/** Functions and the HTTP API in front of them. */
import { describe, expect, test } from 'vitest';
import { CONSUMERS, FUNCTIONS, functionOf, nameOf, ofType, type Packaged, type Resources } from './packaged.ts';

/** Names in a zip's central directory (PKWARE APPNOTE 4.3.12). */
const filesIn = (zip: Buffer): string[] => {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 46)) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  }
  return names;
};

export const functions = (dev: () => Packaged, prod: () => Packaged): void => {
  describe('the HTTP API', () => {
    const ROUTES = [
      'DELETE /watches/{id}',
      'GET /keys',
      'GET /openapi.json',
      'GET /w/{link}',
      'GET /watches',
      'GET /watches/{id}',
      'PATCH /watches/{id}',
      'POST /deliveries/dismiss',
      'POST /deliveries/resend',
      'POST /origins/disable',
      'POST /origins/enable',
      'POST /targets/{name}/enable',
      'POST /watches',
      'POST /watches/{id}/deliveries/{delivery}/dismiss',
      'POST /watches/{id}/deliveries/{delivery}/resend',
    ];
    const routesOf = (from: Resources) =>
      ofType(from, 'AWS::ApiGatewayV2::Route')
        .map(([, { RouteKey, AuthorizationType, AuthorizerId }]) => ({ RouteKey, AuthorizationType, AuthorizerId }))
        .sort((a, b) => String(a.RouteKey).localeCompare(String(b.RouteKey)));

    /** The routes without a token: a link itself lets its reader in; public keys and the description of the API are for everybody. */
    const OPEN = ['GET /keys', 'GET /openapi.json', 'GET /w/{link}'];
    const guarded = (from: Resources) => routesOf(from).filter(({ RouteKey }) => !OPEN.includes(String(RouteKey)));

    test('has these routes; only links, public keys and the description are open, with a throttle of their own [S1] [S10]', () => {
      for (const { resources } of [dev(), prod()]) {
        expect(routesOf(resources).map(({ RouteKey }) => RouteKey)).toEqual(ROUTES);
        expect(routesOf(resources).filter(({ RouteKey }) => OPEN.includes(String(RouteKey)))).toEqual(
          OPEN.map((RouteKey) => ({ RouteKey, AuthorizationType: undefined, AuthorizerId: undefined })),
        );
        const [stage] = ofType(resources, 'AWS::ApiGatewayV2::Stage').map(([, properties]) => properties);
        const throttle = { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 };
        expect(stage?.RouteSettings).toEqual(Object.fromEntries(OPEN.map((route) => [route, throttle])));
        const { DependsOn = [] } = resources.HttpApiStage as { readonly DependsOn?: readonly string[] };
        expect(DependsOn.map((id) => resources[id]?.Properties.RouteKey)).toEqual(expect.arrayContaining(OPEN));
      }
    });

    test('asks the authorizer about every other request [S1]', () => {
      const AuthorizerId = { Ref: 'HttpApiAuthorizerToken' };
      expect(guarded(dev().resources)).toEqual(
        ROUTES.filter((route) => !OPEN.includes(route)).map((RouteKey) => ({
          RouteKey,
          AuthorizationType: 'CUSTOM',
          AuthorizerId,
        })),
      );
      expect(dev().resources.HttpApiAuthorizerToken?.Properties).toMatchObject({
        AuthorizerType: 'REQUEST',
        AuthorizerPayloadFormatVersion: '2.0',
        EnableSimpleResponses: true,
        IdentitySource: ['$request.header.Authorization'],
        AuthorizerResultTtlInSeconds: 30,
      });
      expect(JSON.stringify(dev().resources.HttpApiAuthorizerToken)).toContain('AuthorizerLambdaFunction');
    });

    test('or, with auth=iam, has them signed with AWS credentials [S1]', () => {
      expect(guarded(prod().resources)).toEqual(
        ROUTES.filter((route) => !OPEN.includes(route)).map((RouteKey) => ({
          RouteKey,
          AuthorizationType: 'AWS_IAM',
          AuthorizerId: undefined,
        })),
      );
      expect(ofType(prod().resources, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
    });

    test('logs who asked for what and what came of it, for a month, and no header of theirs [S3] [S6]', () => {
      const settings = dev().resources.HttpApiStage?.Properties.AccessLogSettings;
      const { DestinationArn, Format } = settings as { DestinationArn: unknown; Format: string };
      expect(nameOf(DestinationArn)).toBe('HttpApiLogGroup');
      expect(dev().resources.HttpApiLogGroup?.Properties.RetentionInDays).toBe(30);
      expect(Object.values(JSON.parse(Format))).toEqual([
        '$context.requestTimeEpoch',
        '$context.requestId',
        '$context.identity.sourceIp',
        '$context.routeKey',
        '$context.status',
        '$context.responseLatency',
        '$context.authorizer.error',
        '$context.integrationErrorMessage',
      ]);
    });

    test('lets in so many requests a second and no more [S10]', () => {
      expect(
        ofType(dev().resources, 'AWS::ApiGatewayV2::Stage').map(([, stage]) => stage.DefaultRouteSettings),
      ).toEqual([{ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 }]);
    });
  });

  describe('functions', () => {
    test.each(FUNCTIONS)(
      '%s runs on arm64 and Node 24, keeps its log for a while, and may be stopped in a loop [F17]',
      (name) => {
        expect(functionOf(dev().resources, name)).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x' });
        expect(functionOf(dev().resources, name).RecursiveLoop).toBeUndefined();
        expect(dev().resources[`${name}LogGroup`]?.Properties.RetentionInDays).toBe(30);
      },
    );

    test.each([
      [
        'Trigger',
        'DEAD_LETTER_QUEUE_URL NOTIFY_QUEUE_URLS OPWATCH_STAGE POLL_QUEUE_URLS_ALIYUN POLL_QUEUE_URLS_HUAWEI PUBLIC_URL TABLE_NAME',
      ],
      [
        'PollerAliyun',
        'DEAD_LETTER_QUEUE_URL NOTIFY_QUEUE_URLS OPWATCH_STAGE POLL_QUEUE_URLS_ALIYUN TABLE_NAME VENDOR',
      ],
      [
        'PollerHuawei',
        'DEAD_LETTER_QUEUE_URL NOTIFY_QUEUE_URLS OPWATCH_STAGE POLL_QUEUE_URLS_HUAWEI TABLE_NAME VENDOR',
      ],
      ['Notifier', 'DEAD_LETTER_QUEUE_URL NOTIFY_QUEUE_URLS OPWATCH_STAGE PUBLIC_URL TABLE_NAME'],
      ['Sweep', 'NOTIFY_QUEUE_URLS OPWATCH_STAGE POLL_QUEUE_URLS_ALIYUN POLL_QUEUE_URLS_HUAWEI TABLE_NAME'],
      ['Api', 'NOTIFY_QUEUE_URLS OPWATCH_STAGE POLL_QUEUE_URLS_ALIYUN POLL_QUEUE_URLS_HUAWEI PUBLIC_URL TABLE_NAME'],
      ['Link', 'OPWATCH_STAGE PUBLIC_URL TABLE_NAME'],
      ['Keys', 'OPWATCH_STAGE TABLE_NAME'],
      ['Openapi', 'OPWATCH_STAGE'],
      ['Authorizer', 'OPWATCH_STAGE TABLE_NAME'],
    ])('%s is told what it uses', (name, variables) => {
      const { Variables } = functionOf(dev().resources, name).Environment as { Variables: Record<string, unknown> };
      expect(Object.keys(Variables).sort().join(' ')).toBe(variables);
    });

    test('a submission without a caller who waits, three times in vain, is kept [F4]', () => {
      expect(ofType(dev().resources, 'AWS::Lambda::EventInvokeConfig').map(([, config]) => config)).toEqual([
        {
          FunctionName: { Ref: 'TriggerLambdaFunction' },
          Qualifier: '$LATEST',
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['SubmissionDeadLetters', 'Arn'] } } },
        },
      ]);
    });

    test('each poller is told its own cloud and queue', () => {
      for (const [name, queue, dead] of CONSUMERS.slice(0, 2)) {
        const { Variables } = functionOf(dev().resources, name).Environment as { Variables: Record<string, unknown> };
        const vendor = name.replace('Poller', '').toLowerCase();
        expect(Variables).toMatchObject({
          VENDOR: vendor,
          [`POLL_QUEUE_URLS_${vendor.toUpperCase()}`]: { Ref: queue },
          DEAD_LETTER_QUEUE_URL: { Ref: dead },
        });
      }
    });

    test('the sweep comes every minute', () => {
      expect(ofType(dev().resources, 'AWS::Events::Rule').map(([, rule]) => rule.ScheduleExpression)).toEqual([
        'rate(1 minute)',
      ]);
    });

    test.each([
      ['trigger', 'trigger'],
      ['pollerAliyun', 'poller'],
      ['pollerHuawei', 'poller'],
      ['notifier', 'notifier'],
      ['sweep', 'sweep'],
      ['api', 'api'],
      ['link', 'link'],
      ['keys', 'keys'],
      ['openapi', 'openapi'],
      ['authorizer', 'authorizer'],
    ])('the artifact of %s holds its own module and nothing else', (name, module) => {
      expect(filesIn(dev().zip(name))).toEqual([`${module}.mjs`]);
      expect(
        functionOf(
          dev().resources,
          name.replace(/^./, (first) => first.toUpperCase()),
        ).Handler,
      ).toBe(`${module}.handler`);
    });
  });
};
