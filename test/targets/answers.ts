/**
 * What each vendor is known to answer, and what it comes to: the words for a refusal in a 2xx and in a 4xx, for a rate limit in
 * every form it is known in, and for "gone for good". Sources stand beside the vocabularies in lib/targets.
 */
import type { HttpAnswer } from '../../lib/net/http.ts';

export const CASES = [
  'success',
  'refusal in 2xx',
  'refusal in 4xx',
  'rate limit',
  'gone',
  'too long',
  'injection',
] as const;
/** The cases of answers; too long and injection are those of requests. */
export type Case = Exclude<(typeof CASES)[number], 'too long' | 'injection'>;

export type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };

export type Row = readonly [type: string, about: Case, told: Reply, verdict: string];

export const answerOf = ({ status = 200, headers = {}, body = '' }: Reply): HttpAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  cut: false,
});

/** Our clock, by which instants count. */
export const NOW = Date.UTC(2026, 10, 28, 12, 0, 0);
const DATE = 'Sat, 28 Nov 2026 12:00:30 GMT';
const RESET = String(NOW / 1_000 + 40);

const xml = (code: string, message: string): string =>
  `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

const TEAMS = (status: number): string =>
  `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=msgapi..`;
const teamsSays = (status: number): string => `Teams HTTP ${status}: ${TEAMS(status)}`;

export const ROWS: readonly Row[] = [
  // Thirty seconds in milliseconds, by mistake: no limit of these vendors lasts for eight hours.
  ...(
    [
      'slack',
      'slack-bot',
      'google-chat',
      'pagerduty',
      'github-dispatch',
      'github-status',
      'azure-pipelines',
      'dingtalk',
      'wecom',
      'feishu',
    ] as const
  ).map(
    (type): Row => [
      type,
      'rate limit',
      { status: 429, headers: { 'retry-after': '30000' } },
      'retry: HTTP 429, slow, after 3600000 ms',
    ],
  ),
  ...['discord', 'webhook', 'telegram', 'slack'].flatMap((type): Row[] => [
    [type, 'rate limit', { status: 429, headers: { 'retry-after': RESET } }, 'retry: HTTP 429, slow, after 40000 ms'],
    [
      type,
      'rate limit',
      { status: 429, headers: { 'retry-after': `5, ${NOW + 50_000}` } },
      'retry: HTTP 429, slow, after 50000 ms',
    ],
    [type, 'rate limit', { status: 429, headers: { 'retry-after': DATE } }, 'retry: HTTP 429, slow, after 30000 ms'],
  ]),
  [
    'slack',
    'refusal in 4xx',
    { status: 503, headers: { 'retry-after': '7200' } },
    'retry: HTTP 503, slow, after 7200000 ms',
  ],
  ['feishu', 'success', { body: { StatusCode: '0', StatusMessage: 'success' } }, 'delivered'],
  ['wecom', 'success', { body: { errcode: '0', errmsg: 'ok' } }, 'delivered'],
  [
    'azure-pipelines',
    'refusal in 2xx',
    { body: { $id: '1', typeKey: 'WebHookException', message: 'not triggered' } },
    'retry: Azure WebHookException: not triggered',
  ],
  ['feishu', 'gone', { status: 410, body: 'Gone' }, 'gone: HTTP 410: the receiver wants no more: Feishu Gone'],
  ['webhook', 'success', { status: 202, body: 'later' }, 'delivered'],
  ['webhook', 'refusal in 4xx', { status: 422, body: { error: 'unknown event' } }, 'retry: HTTP 422: unknown event'],
  [
    'webhook',
    'rate limit',
    { status: 429, headers: { 'retry-after': '5, 60' } },
    'retry: HTTP 429, slow, after 60000 ms',
  ],
  ['webhook', 'rate limit', { status: 503, headers: { 'retry-after': DATE } }, 'retry: HTTP 503, slow, after 30000 ms'],
  [
    'webhook',
    'rate limit',
    { status: 429, headers: { 'retry-after': RESET } },
    'retry: HTTP 429, slow, after 40000 ms',
  ],
  [
    'webhook',
    'gone',
    { status: 410, body: 'unsubscribed' },
    'gone: HTTP 410: the receiver wants no more: unsubscribed',
  ],

  ['slack', 'success', { body: 'ok' }, 'delivered'],
  ['slack', 'refusal in 2xx', { body: 'invalid_blocks' }, 'retry: Slack invalid_blocks'],
  ['slack', 'refusal in 4xx', { status: 400, body: 'invalid_payload' }, 'retry: HTTP 400: Slack invalid_payload'],
  [
    'slack',
    'rate limit',
    { status: 429, headers: { 'retry-after': '30' }, body: 'ratelimited' },
    'retry: HTTP 429: Slack ratelimited, slow, after 30000 ms',
  ],
  ['slack', 'rate limit', { status: 400, body: 'rate_limited' }, 'retry: HTTP 400: Slack rate_limited, slow'],
  ['slack', 'rate limit', { status: 500, body: 'rollup_error' }, 'retry: HTTP 500: Slack rollup_error, slow'],
  ['slack', 'gone', { status: 404, body: 'no_service' }, 'retry: HTTP 404: Slack no_service, ended'],
  ['slack', 'gone', { status: 404, body: 'no_team' }, 'retry: HTTP 404: Slack no_team, ended'],
  [
    'slack',
    'gone',
    { status: 410, body: 'channel_is_archived' },
    'retry: HTTP 410: the receiver wants no more: Slack channel_is_archived, ended',
  ],
  ['slack', 'gone', { status: 403, body: 'action_prohibited' }, 'retry: HTTP 403: Slack action_prohibited, ended'],

  ['slack-bot', 'success', { body: { ok: true, channel: 'C1', ts: '1.2' } }, 'delivered'],
  ['slack-bot', 'refusal in 2xx', { body: { ok: false, error: 'msg_too_long' } }, 'retry: Slack msg_too_long'],
  [
    'slack-bot',
    'refusal in 4xx',
    { status: 400, body: { ok: false, error: 'invalid_blocks' } },
    'retry: HTTP 400: Slack invalid_blocks',
  ],
  [
    'slack-bot',
    'rate limit',
    { body: { ok: false, error: 'rate_limited' }, headers: { 'retry-after': '12' } },
    'retry: Slack rate_limited, slow, after 12000 ms',
  ],
  [
    'slack-bot',
    'rate limit',
    { body: { ok: false, error: 'message_limit_exceeded' } },
    'retry: Slack message_limit_exceeded, slow',
  ],
  ['slack-bot', 'gone', { body: { ok: false, error: 'is_archived' } }, 'retry: Slack is_archived, ended'],
  ['slack-bot', 'gone', { body: { ok: false, error: 'token_revoked' } }, 'retry: Slack token_revoked, ended'],
  ['slack-bot', 'gone', { body: { ok: false, error: 'account_inactive' } }, 'retry: Slack account_inactive, ended'],

  ['teams', 'success', { status: 202 }, 'delivered'],
  ['teams', 'success', { body: '1' }, 'delivered'],
  ['teams', 'success', { body: { received: true } }, 'delivered'],
  [
    'teams',
    'refusal in 2xx',
    { body: 'Summary or Text is required.' },
    'retry: Teams did not say that it took the message: Summary or Text is required.',
  ],
  ['teams', 'refusal in 2xx', { body: TEAMS(413) }, `retry: ${teamsSays(413)}`],
  [
    'teams',
    'refusal in 2xx',
    { body: { error: { code: 'BadRequest', message: 'no card' } } },
    'retry: Teams BadRequest: no card',
  ],
  [
    'teams',
    'refusal in 4xx',
    { status: 400, body: 'Bad payload received by generic incoming webhook.' },
    'retry: HTTP 400: Bad payload received by generic incoming webhook.',
  ],
  ['teams', 'rate limit', { body: TEAMS(429) }, `retry: ${teamsSays(429)}, slow`],
  [
    'teams',
    'rate limit',
    { body: 'Throttled: too many requests' },
    'retry: Teams did not say that it took the message: Throttled: too many requests, slow',
  ],
  [
    'teams',
    'rate limit',
    { status: 403, body: { error: { code: 'WorkflowRunThrottled', message: 'Rate limit is exceeded.' } } },
    'retry: HTTP 403: Teams WorkflowRunThrottled: Rate limit is exceeded., slow',
  ],
  [
    'teams',
    'refusal in 2xx',
    { status: 202, body: { error: { code: 'InvalidRequestContent', message: 'no card' } } },
    'retry: HTTP 202: Teams InvalidRequestContent: no card',
  ],
  ['teams', 'success', { status: 202, body: { error: null, id: 'run-1' } }, 'delivered'],
  [
    'teams',
    'gone',
    {
      status: 401,
      body: {
        error: { code: 'DirectApiAuthorizationRequired', message: 'The request must be authenticated only by OAuth.' },
      },
    },
    'retry: HTTP 401: Teams DirectApiAuthorizationRequired: The request must be authenticated only by OAuth., ended',
  ],
  ['teams', 'gone', { body: TEAMS(404) }, `retry: ${teamsSays(404)}, ended`],
  ['teams', 'gone', { status: 403, body: 'Forbidden' }, 'retry: HTTP 403: Teams Forbidden, ended'],
  [
    'teams',
    'gone',
    { status: 404, body: { error: { code: 'WorkflowNotFound', message: 'The workflow could not be found.' } } },
    'retry: HTTP 404: Teams WorkflowNotFound: The workflow could not be found., ended',
  ],
  [
    'teams',
    'gone',
    { status: 400, body: { error: { code: 'WorkflowTriggerIsNotEnabled', message: 'off' } } },
    'retry: HTTP 400: Teams WorkflowTriggerIsNotEnabled: off, ended',
  ],

  ['discord', 'success', { body: { id: '1' } }, 'delivered'],
  ['discord', 'refusal in 2xx', { status: 204 }, 'retry: HTTP 204: Discord answered without the message'],
  [
    'discord',
    'refusal in 4xx',
    { status: 400, body: { code: 50_035, message: 'Invalid Form Body' } },
    'retry: HTTP 400: Discord 50035: Invalid Form Body',
  ],
  [
    'discord',
    'rate limit',
    {
      status: 429,
      headers: { 'retry-after': '43323', 'x-ratelimit-reset-after': '43.323' },
      body: { retry_after: 43_323 },
    },
    'retry: HTTP 429, slow, after 43323 ms',
  ],
  [
    'discord',
    'rate limit',
    { status: 429, headers: { 'retry-after': '43323' }, body: { retry_after: 43_323 } },
    'retry: HTTP 429, slow, after 43323 ms',
  ],
  [
    'discord',
    'rate limit',
    { status: 429, headers: { 'retry-after': '200000' } },
    'retry: HTTP 429, slow, after 200000 ms',
  ],
  [
    'discord',
    'rate limit',
    { status: 429, headers: { 'retry-after': '999999999' } },
    'retry: HTTP 429, slow, after 3600000 ms',
  ],
  [
    'discord',
    'rate limit',
    { status: 429, headers: { 'retry-after': '1' }, body: { retry_after: 1.4 } },
    'retry: HTTP 429, slow, after 1400 ms',
  ],
  [
    'discord',
    'rate limit',
    { status: 400, body: { code: 30_046, message: 'Maximum number of edits' } },
    'retry: HTTP 400: Discord 30046: Maximum number of edits, slow',
  ],
  [
    'discord',
    'rate limit',
    { status: 400, body: { code: 20_028, message: 'write rate limit' } },
    'retry: HTTP 400: Discord 20028: write rate limit, slow',
  ],
  [
    'discord',
    'gone',
    { status: 404, body: { code: 10_015, message: 'Unknown Webhook' } },
    'gone: HTTP 404: Discord 10015: Unknown Webhook',
  ],
  [
    'discord',
    'gone',
    { status: 401, body: { code: 50_027, message: 'Invalid Webhook Token' } },
    'retry: HTTP 401: Discord 50027: Invalid Webhook Token, ended',
  ],
  [
    'discord',
    'gone',
    { status: 400, body: { code: 10_003, message: 'Unknown Channel' } },
    'retry: HTTP 400: Discord 10003: Unknown Channel, ended',
  ],

  ['dingtalk', 'success', { body: { errcode: 0, errmsg: 'ok' } }, 'delivered'],
  [
    'dingtalk',
    'refusal in 2xx',
    { body: { errcode: 310_000, errmsg: '关键词不匹配' } },
    'retry: DingTalk 310000: 关键词不匹配',
  ],
  [
    'dingtalk',
    'refusal in 4xx',
    { status: 400, body: { errcode: 40_035, errmsg: '不合法的参数' } },
    'retry: HTTP 400: DingTalk 40035: 不合法的参数',
  ],
  [
    'dingtalk',
    'rate limit',
    { body: { errcode: 410_100, errmsg: '发送速度太快而限流' } },
    'retry: DingTalk 410100: 发送速度太快而限流, slow, after 600000 ms',
  ],
  [
    'dingtalk',
    'rate limit',
    { body: { errcode: 90_030, errmsg: 'webhook over limit' } },
    'retry: DingTalk 90030: webhook over limit, slow, after 600000 ms',
  ],
  [
    'dingtalk',
    'rate limit',
    { body: { errcode: '302033', errmsg: 'send too fast, exceed 20 times per minute' } },
    'retry: DingTalk 302033: send too fast, exceed 20 times per minute, slow, after 600000 ms',
  ],
  [
    'dingtalk',
    'rate limit',
    { status: 403, body: { status: 1_111, wait: 5, punish: 'deny' } },
    'retry: HTTP 403: DingTalk 1111: throttled, slow, after 5000 ms',
  ],
  [
    'dingtalk',
    'rate limit',
    {
      body: {
        status: 1_111,
        wait: 5,
        source: 'x5',
        punish: 'deny',
        errcode: 130_101,
        errmsg: 'send too fast, exceed 20 times per minute',
      },
    },
    'retry: DingTalk 130101: send too fast, exceed 20 times per minute, slow, after 600000 ms',
  ],
  [
    'dingtalk',
    'rate limit',
    { headers: { 'retry-after': '7' }, body: { status: 1_111, wait: '30', punish: 'deny' } },
    'retry: DingTalk 1111: throttled, slow, after 30000 ms',
  ],
  [
    'dingtalk',
    'gone',
    { body: { errcode: 400_013, errmsg: '群已被解散' } },
    'retry: DingTalk 400013: 群已被解散, ended',
  ],
  [
    'dingtalk',
    'gone',
    { body: { errcode: 400_102, errmsg: '机器人已停用' } },
    'retry: DingTalk 400102: 机器人已停用, ended',
  ],

  ['feishu', 'success', { body: { code: 0, msg: 'success' } }, 'delivered'],
  [
    'feishu',
    'refusal in 2xx',
    { body: { code: 19_021, msg: 'sign match fail or timestamp is not within one hour' } },
    'retry: Feishu 19021: sign match fail or timestamp is not within one hour',
  ],
  [
    'feishu',
    'refusal in 4xx',
    { status: 400, body: { code: 9_499, msg: 'Bad Request', data: {} } },
    'retry: HTTP 400: Feishu 9499 (body): Bad Request',
  ],
  [
    'feishu',
    'rate limit',
    { status: 400, body: { code: 9_499, msg: 'too many request', data: {} } },
    'retry: HTTP 400: Feishu 9499: too many request, slow',
  ],
  ['feishu', 'rate limit', { status: 400, body: { code: 9_499 } }, 'retry: HTTP 400: Feishu 9499, slow'],
  [
    'feishu',
    'rate limit',
    { status: 400, body: { code: 11_232, msg: 'create message trigger rate limit' } },
    'retry: HTTP 400: Feishu 11232: create message trigger rate limit, slow',
  ],
  [
    'feishu',
    'rate limit',
    {
      status: 400,
      headers: { 'x-ogw-ratelimit-reset': '7' },
      body: { code: 99_991_400, msg: 'request trigger frequency limit' },
    },
    'retry: HTTP 400: Feishu 99991400: request trigger frequency limit, slow, after 7000 ms',
  ],
  [
    'feishu',
    'gone',
    { body: { code: 19_001, msg: 'param invalid: incoming webhook access token invalid' } },
    'retry: Feishu 19001: param invalid: incoming webhook access token invalid, ended',
  ],
  [
    'feishu',
    'rate limit',
    { body: { StatusCode: 0, StatusMessage: '', code: 9_499, msg: 'too many request' } },
    'retry: Feishu 9499: too many request, slow',
  ],
  ['feishu', 'gone', { body: { code: 19_007, msg: 'Bot Not Enabled' } }, 'retry: Feishu 19007: Bot Not Enabled, ended'],
  [
    'feishu',
    'gone',
    { status: 400, body: { code: 230_002, msg: 'The bot can not be outside the group.' } },
    'retry: HTTP 400: Feishu 230002: The bot can not be outside the group., ended',
  ],

  ['wecom', 'success', { body: { errcode: 0, errmsg: 'ok' } }, 'delivered'],
  [
    'wecom',
    'refusal in 2xx',
    { body: { errcode: 40_058, errmsg: 'markdown.content exceed max length 4096' } },
    'retry: WeCom 40058: markdown.content exceed max length 4096',
  ],
  [
    'wecom',
    'refusal in 4xx',
    { status: 400, body: { errcode: 44_004, errmsg: 'empty content' } },
    'retry: HTTP 400: WeCom 44004: empty content',
  ],
  [
    'wecom',
    'rate limit',
    { status: 400, body: { errcode: 45_009, errmsg: 'api freq out of limit' } },
    'retry: HTTP 400: WeCom 45009: api freq out of limit, slow, after 60000 ms',
  ],
  [
    'wecom',
    'rate limit',
    { body: { errcode: 45_033, errmsg: 'concurrent limit' } },
    'retry: WeCom 45033: concurrent limit, slow, after 60000 ms',
  ],
  [
    'wecom',
    'gone',
    { body: { errcode: 93_000, errmsg: 'invalid webhook url' } },
    'retry: WeCom 93000: invalid webhook url, ended',
  ],
  [
    'wecom',
    'gone',
    { body: { errcode: 93_004, errmsg: 'robot is disabled' } },
    'retry: WeCom 93004: robot is disabled, ended',
  ],

  ['telegram', 'success', { body: { ok: true, result: { message_id: 1 } } }, 'delivered'],
  [
    'telegram',
    'refusal in 2xx',
    { body: { ok: false, error_code: 400, description: "Bad Request: can't parse entities" } },
    "retry: Telegram 400: Bad Request: can't parse entities",
  ],
  [
    'telegram',
    'refusal in 4xx',
    { status: 400, body: { ok: false, error_code: 400, description: 'Bad Request: message is too long' } },
    'retry: HTTP 400: Telegram 400: Bad Request: message is too long',
  ],
  [
    'telegram',
    'rate limit',
    {
      status: 429,
      body: {
        ok: false,
        error_code: 429,
        description: 'Too Many Requests: retry after 35',
        parameters: { retry_after: 35 },
      },
    },
    'retry: HTTP 429: Telegram 429: Too Many Requests: retry after 35, slow, after 35000 ms',
  ],
  [
    'telegram',
    'rate limit',
    {
      body: {
        ok: false,
        error_code: 429,
        description: 'Too Many Requests: retry after 35',
        parameters: { retry_after: 35 },
      },
    },
    'retry: Telegram 429: Too Many Requests: retry after 35, slow, after 35000 ms',
  ],
  [
    'telegram',
    'gone',
    {
      status: 400,
      body: {
        ok: false,
        error_code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
        parameters: { migrate_to_chat_id: -1_001_234 },
      },
    },
    "retry: HTTP 400: Telegram 400: Bad Request: group chat was upgraded to a supergroup chat; the chat's id is now -1001234, ended",
  ],
  [
    'telegram',
    'gone',
    {
      status: 403,
      body: { ok: false, error_code: 403, description: 'Forbidden: bot was kicked from the supergroup chat' },
    },
    'retry: HTTP 403: Telegram 403: Forbidden: bot was kicked from the supergroup chat, ended',
  ],
  [
    'telegram',
    'gone',
    { status: 404, body: { ok: false, error_code: 404, description: 'Not Found' } },
    'retry: HTTP 404: Telegram 404: Not Found, ended',
  ],

  ['google-chat', 'success', { body: { name: 'spaces/A/messages/B' } }, 'delivered'],
  [
    'google-chat',
    'refusal in 2xx',
    { body: { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'too long' } } },
    'retry: Google Chat INVALID_ARGUMENT: too long',
  ],
  [
    'google-chat',
    'refusal in 4xx',
    {
      status: 400,
      body: { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Invalid JSON payload received.' } },
    },
    'retry: HTTP 400: Google Chat INVALID_ARGUMENT: Invalid JSON payload received.',
  ],
  [
    'google-chat',
    'rate limit',
    {
      status: 429,
      body: {
        error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted (e.g. check quota).' },
      },
    },
    'retry: HTTP 429: Google Chat RESOURCE_EXHAUSTED: Resource has been exhausted (e.g. check quota)., slow',
  ],
  [
    'google-chat',
    'rate limit',
    {
      status: 403,
      body: { error: { code: 403, message: 'Rate Limit Exceeded', errors: [{ reason: 'rateLimitExceeded' }] } },
    },
    'retry: HTTP 403: Google Chat 403: Rate Limit Exceeded, slow',
  ],
  [
    'google-chat',
    'rate limit',
    {
      status: 429,
      headers: { 'retry-after': '3' },
      body: {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'quota',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '37.5s' }, { reason: 'x' }],
        },
      },
    },
    'retry: HTTP 429: Google Chat RESOURCE_EXHAUSTED: quota, slow, after 37500 ms',
  ],
  [
    'google-chat',
    'rate limit',
    { body: '<html><head><title>Error 429 (Too Many Requests)!!1</title></head></html>' },
    'retry: Google Chat answered without the message: Error 429 (Too Many Requests)!!1, slow',
  ],
  [
    'google-chat',
    'gone',
    { status: 404, body: { error: { code: 404, status: 'NOT_FOUND', message: 'Space not found.' } } },
    'retry: HTTP 404: Google Chat NOT_FOUND: Space not found., ended',
  ],

  ['pagerduty', 'success', { status: 202, body: { status: 'success', message: 'Event processed' } }, 'delivered'],
  [
    'pagerduty',
    'refusal in 2xx',
    { body: { status: 'invalid event', message: 'Event object is invalid' } },
    'retry: PagerDuty invalid event: Event object is invalid',
  ],
  [
    'pagerduty',
    'refusal in 4xx',
    {
      status: 400,
      body: {
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: ["'payload.source' is missing or blank"],
      },
    },
    "retry: HTTP 400: PagerDuty invalid event: Event object is invalid: 'payload.source' is missing or blank",
  ],
  [
    'pagerduty',
    'rate limit',
    {
      status: 429,
      body: {
        status: 'throttle exceeded',
        message: 'Requests for this service are arriving too quickly.  Please retry later.',
      },
    },
    'retry: HTTP 429: PagerDuty throttle exceeded: Requests for this service are arriving too quickly. Please retry later., slow',
  ],
  [
    'pagerduty',
    'rate limit',
    { status: 403, body: { status: 'throttle exceeded', message: 'slow down' } },
    'retry: HTTP 403: PagerDuty throttle exceeded: slow down, slow',
  ],
  [
    'pagerduty',
    'gone',
    {
      status: 400,
      body: { status: 'invalid event', message: 'Event object is invalid', errors: ["'routing_key' is invalid"] },
    },
    "retry: HTTP 400: PagerDuty invalid event: Event object is invalid: 'routing_key' is invalid, ended",
  ],

  ...(['github-dispatch', 'github-status'] as const).flatMap((type): Row[] => [
    [
      type,
      'refusal in 4xx',
      { status: 422, body: { message: 'Validation Failed', errors: [{ code: 'custom', message: 'No commit found' }] } },
      'retry: HTTP 422: Validation Failed: custom, No commit found',
    ],
    [
      type,
      'rate limit',
      {
        status: 403,
        body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
      },
      'retry: HTTP 403: You have exceeded a secondary rate limit. Please wait a few minutes before you try again., slow, after 60000 ms',
    ],
    [
      type,
      'rate limit',
      { status: 403, headers: { 'retry-after': '90' }, body: { message: 'You have exceeded a secondary rate limit.' } },
      'retry: HTTP 403: You have exceeded a secondary rate limit., slow, after 90000 ms',
    ],
    [
      type,
      'rate limit',
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': RESET },
        body: { message: 'API rate limit exceeded for user ID 1.' },
      },
      'retry: HTTP 403: API rate limit exceeded for user ID 1., slow, after 40000 ms',
    ],
    [
      type,
      'rate limit',
      { status: 403, body: { message: 'You have triggered an abuse detection mechanism.' } },
      'retry: HTTP 403: You have triggered an abuse detection mechanism., slow, after 60000 ms',
    ],
    [
      type,
      'rate limit',
      { status: 429, body: { message: 'too many' } },
      'retry: HTTP 429: too many, slow, after 60000 ms',
    ],
    [type, 'gone', { status: 404, body: { message: 'Not Found' } }, 'retry: HTTP 404: Not Found, ended'],
    [type, 'gone', { status: 401, body: { message: 'Bad credentials' } }, 'retry: HTTP 401: Bad credentials, ended'],
    [
      type,
      'gone',
      { status: 403, body: { message: 'Repository was archived so is read-only.' } },
      'retry: HTTP 403: Repository was archived so is read-only., ended',
    ],
    [
      type,
      'gone',
      { status: 410, body: { message: 'This endpoint is gone' } },
      'gone: HTTP 410: the receiver wants no more: This endpoint is gone',
    ],
  ]),
  ['github-dispatch', 'success', { status: 204 }, 'delivered'],
  ['github-dispatch', 'refusal in 2xx', { body: '{}' }, 'retry: GitHub did not answer 204: {}'],
  ['github-status', 'success', { status: 201, body: { state: 'success' } }, 'delivered'],
  [
    'github-status',
    'refusal in 2xx',
    { status: 202, body: '' },
    'retry: HTTP 202: GitHub answered without the status that was set',
  ],

  ['gitlab-trigger', 'success', { status: 201, body: { id: 7 } }, 'delivered'],
  ['gitlab-trigger', 'refusal in 2xx', { body: { message: 'no' } }, 'retry: GitLab answered without a pipeline: no'],
  [
    'gitlab-trigger',
    'refusal in 4xx',
    { status: 400, body: { message: { base: ['No stages / jobs for this pipeline.'] } } },
    'retry: HTTP 400: No stages / jobs for this pipeline.',
  ],
  [
    'gitlab-trigger',
    'rate limit',
    { status: 400, body: { message: { base: ['Too many pipelines created in the last minute. Try again later.'] } } },
    'retry: HTTP 400: Too many pipelines created in the last minute. Try again later., slow, after 60000 ms',
  ],
  [
    'gitlab-trigger',
    'rate limit',
    { status: 429, body: 'Retry later\n', headers: { 'retry-after': '17' } },
    'retry: HTTP 429: Retry later, slow, after 17000 ms',
  ],
  [
    'gitlab-trigger',
    'rate limit',
    { status: 429, body: { message: { error: 'This endpoint has been requested too many times. Try again later.' } } },
    'retry: HTTP 429: This endpoint has been requested too many times. Try again later., slow, after 60000 ms',
  ],
  [
    'gitlab-trigger',
    'gone',
    { status: 404, body: { message: '404 Project Not Found' } },
    'retry: HTTP 404: 404 Project Not Found, ended',
  ],
  [
    'gitlab-trigger',
    'gone',
    { status: 400, body: { message: { base: ['Reference not found'] } } },
    'retry: HTTP 400: Reference not found, ended',
  ],

  ['jenkins-generic', 'success', { body: { jobs: { a: { triggered: true } } } }, 'delivered'],
  [
    'jenkins-generic',
    'refusal in 2xx',
    { body: { jobs: { a: { triggered: false } } } },
    'retry: Jenkins triggered no job',
  ],
  [
    'jenkins-generic',
    'refusal in 4xx',
    { status: 403, body: '<html><head><title>Error 403 No valid crumb</title></head></html>' },
    'retry: HTTP 403: Error 403 No valid crumb',
  ],
  [
    'jenkins-generic',
    'rate limit',
    { status: 503, headers: { 'retry-after': '10' } },
    'retry: HTTP 503, slow, after 10000 ms',
  ],
  [
    'jenkins-generic',
    'gone',
    { status: 404, body: { jobs: null, message: 'Did not find any jobs with GenericTrigger configured!' } },
    'retry: HTTP 404: Did not find any jobs with GenericTrigger configured!, ended',
  ],

  [
    'jenkins-build',
    'success',
    { status: 201, headers: { location: 'https://ci.example.com/queue/item/12/' } },
    'delivered',
  ],
  [
    'jenkins-build',
    'success',
    { status: 303, headers: { location: 'https://ci.example.com/queue/item/12/' } },
    'delivered',
  ],
  ['jenkins-build', 'success', { status: 201, headers: { location: 'queue/item/12/' } }, 'delivered'],
  ['jenkins-build', 'success', { status: 302, headers: { location: '/queue/item/12' } }, 'delivered'],
  [
    'jenkins-build',
    'success',
    { status: 200, headers: { location: 'https://ci.example.com/queue/item/12/' } },
    'delivered',
  ],
  [
    'jenkins-build',
    'refusal in 2xx',
    { body: '<html><head><title>Sign in [Jenkins]</title></head></html>' },
    'retry: Jenkins answered without a place in the queue: Sign in [Jenkins]',
  ],
  [
    'jenkins-build',
    'refusal in 4xx',
    { status: 303, headers: { location: 'https://ci.example.com/login' } },
    'retry: redirects are not followed',
  ],
  [
    'jenkins-build',
    'refusal in 4xx',
    { status: 400, body: '<html><body><h1>Bad Request</h1><p>Nothing is submitted</p></body></html>' },
    'retry: HTTP 400: Bad Request: Nothing is submitted',
  ],
  ['jenkins-build', 'rate limit', { status: 429, body: 'rate limit' }, 'retry: HTTP 429: rate limit, slow'],
  [
    'jenkins-build',
    'gone',
    { status: 404, body: '<html><head><title>Not Found [Jenkins]</title></head></html>' },
    'retry: HTTP 404: Not Found [Jenkins], ended',
  ],
  [
    'jenkins-build',
    'gone',
    { status: 409, body: '<html><head><title>Error 409 deploy is not buildable</title></head></html>' },
    'retry: HTTP 409: Error 409 deploy is not buildable, ended',
  ],

  ['azure-pipelines', 'success', { status: 200 }, 'delivered'],
  [
    'azure-pipelines',
    'refusal in 2xx',
    { status: 203, body: '<html><head><title>Azure DevOps Services | Sign In</title></head></html>' },
    'retry: HTTP 203: a page instead of an answer: Azure DevOps Services | Sign In',
  ],
  [
    'azure-pipelines',
    'refusal in 4xx',
    { status: 400, body: { typeKey: 'InvalidChecksum', message: 'the checksum does not match' } },
    'retry: HTTP 400: Azure InvalidChecksum: the checksum does not match',
  ],
  [
    'azure-pipelines',
    'rate limit',
    {
      status: 503,
      headers: { 'retry-after': '4' },
      body: {
        message:
          "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Count' in namespace ''.",
      },
    },
    "retry: HTTP 503: TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Count' in namespace ''., slow, after 4000 ms",
  ],
  [
    'azure-pipelines',
    'rate limit',
    { status: 400, body: { message: 'TF400733: blocked' } },
    'retry: HTTP 400: TF400733: blocked, slow',
  ],
  [
    'azure-pipelines',
    'gone',
    {
      status: 500,
      body: {
        $id: '1',
        message: 'Cannot find webhook for the given webHookId opwatch. Try enabling CD trigger for this artifact.',
        typeName: 'Microsoft.TeamFoundation.DistributedTask.WebApi.WebHookException',
        typeKey: 'WebHookException',
      },
    },
    'retry: HTTP 500: Azure WebHookException: Cannot find webhook for the given webHookId opwatch. Try enabling CD trigger for this artifact., ended',
  ],
  [
    'azure-pipelines',
    'gone',
    { status: 404, body: '<html><head><title>Azure DevOps Services | 404 Not Found</title></head></html>' },
    'retry: HTTP 404: Azure DevOps Services | 404 Not Found, ended',
  ],

  ['aliyun-flow', 'success', { body: { successful: true } }, 'delivered'],
  [
    'aliyun-flow',
    'refusal in 2xx',
    { body: { successful: false, errorCode: 'BadParam', errorMsg: '参数错误' } },
    'retry: Flow BadParam: 参数错误',
  ],
  ['aliyun-flow', 'refusal in 4xx', { status: 400, body: { errorMsg: 'bad body' } }, 'retry: HTTP 400: bad body'],
  [
    'aliyun-flow',
    'rate limit',
    { body: { successful: false, errorCode: 'Throttling.User', errorMsg: '请求过于频繁' } },
    'retry: Flow Throttling.User: 请求过于频繁, slow',
  ],
  [
    'aliyun-flow',
    'gone',
    { status: 404, body: { successful: false, errorMsg: '流水线不存在' } },
    'retry: HTTP 404: 流水线不存在, ended',
  ],

  ['eventbridge', 'success', { body: { FailedEntryCount: 0, Entries: [{ EventId: '1' }] } }, 'delivered'],
  [
    'eventbridge',
    'refusal in 2xx',
    {
      body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }] },
    },
    'retry: EventBridge MalformedDetail: Detail is malformed.',
  ],
  [
    'eventbridge',
    'refusal in 4xx',
    { status: 400, body: { __type: 'ValidationException', message: 'bad' } },
    'retry: HTTP 400: EventBridge ValidationException: bad',
  ],
  [
    'eventbridge',
    'rate limit',
    { status: 400, body: { __type: 'com.amazonaws.events#ThrottlingException', message: 'Rate exceeded' } },
    'retry: HTTP 400: EventBridge com.amazonaws.events#ThrottlingException: Rate exceeded, slow',
  ],
  [
    'eventbridge',
    'rate limit',
    { body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }] } },
    'retry: EventBridge ThrottlingException: Rate exceeded, slow',
  ],
  [
    'eventbridge',
    'rate limit',
    { status: 400, body: { __type: 'RequestLimitExceeded' } },
    'retry: HTTP 400: EventBridge RequestLimitExceeded, slow',
  ],
  [
    'eventbridge',
    'gone',
    { status: 400, body: { __type: 'ResourceNotFoundException', message: 'Endpoint does not exist.' } },
    'retry: HTTP 400: EventBridge ResourceNotFoundException: Endpoint does not exist., ended',
  ],
  [
    'eventbridge',
    'gone',
    { body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'AccessDeniedException', ErrorMessage: 'no' }] } },
    'retry: EventBridge AccessDeniedException: no, ended',
  ],

  [
    'sns',
    'success',
    { body: '<PublishResponse><PublishResult><MessageId>a-1</MessageId></PublishResult></PublishResponse>' },
    'delivered',
  ],
  ['sns', 'refusal in 2xx', { body: xml('InternalError', 'again') }, 'retry: SNS InternalError: again'],
  [
    'sns',
    'refusal in 4xx',
    { status: 400, body: xml('InvalidParameter', 'Invalid parameter: Subject') },
    'retry: HTTP 400: SNS InvalidParameter: Invalid parameter: Subject',
  ],
  [
    'sns',
    'rate limit',
    { status: 429, body: xml('Throttled', 'Rate exceeded') },
    'retry: HTTP 429: SNS Throttled: Rate exceeded, slow',
  ],
  [
    'sns',
    'rate limit',
    { status: 400, body: xml('KMSThrottling', 'The request was denied due to request throttling.') },
    'retry: HTTP 400: SNS KMSThrottling: The request was denied due to request throttling., slow',
  ],
  [
    'sns',
    'gone',
    { status: 404, body: xml('NotFound', 'Topic does not exist') },
    'retry: HTTP 404: SNS NotFound: Topic does not exist, ended',
  ],
  [
    'sns',
    'gone',
    { status: 400, body: xml('KMSDisabled', 'key is disabled') },
    'retry: HTTP 400: SNS KMSDisabled: key is disabled, ended',
  ],
];
