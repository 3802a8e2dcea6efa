/**
 * The words of Slack. Sources: docs.slack.dev, "Handling errors" of incoming webhooks; the errors of chat.postMessage
 * and chat.update. An archived channel answers 410, and a person can open it again.
 */
import { HOUR } from '../../core/schedule.ts';
import type { Manner, Vocabularies } from './judge.ts';

export const SLACK: Vocabularies & Pick<Manner, 'waitMaxMs'> = {
  // "Rate limits": all of them count by the second or the minute.
  waitMaxMs: HOUR,
  slow: { codes: ['message_limit_exceeded', 'rollup_error'], words: /rate_?limited/i },
  busy: { codes: ['service_unavailable', 'fatal_error', 'internal_error'] },
  ended: {
    codes: [
      'access_denied',
      'account_inactive',
      'action_prohibited',
      'channel_is_archived',
      'channel_not_found',
      'invalid_auth',
      'invalid_token',
      'is_archived',
      'no_active_hooks',
      'no_service',
      'no_service_id',
      'no_team',
      'not_authed',
      'not_in_channel',
      'org_login_required',
      'posting_to_general_channel_denied',
      'team_access_not_granted',
      'team_disabled',
      'team_not_found',
      'token_expired',
      'token_revoked',
    ],
  },
};
