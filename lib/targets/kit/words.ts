/** The words of chat messages in each language. opwatch never translates the words of a cloud. */

import { type BlockedKind, CURES } from '../../core/blocked.ts';
import type { Notice } from '../../core/notice.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/schedule.ts';
import type { Aside, Status } from '../../core/watch.ts';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

type Words = {
  readonly status: Readonly<Record<Status, string>>;
  /** The events that do not change the status. */
  readonly asides: Readonly<Record<Aside['event'], string>>;
  /** The advice for a person when a watch is blocked. */
  readonly cures: Readonly<Record<BlockedKind, string>>;
  /** The word for an operation whose kind the cloud did not name. */
  readonly operation: string;
  /** The event with the length of the operation. */
  readonly after: (what: string, duration: string, kind: Status | Aside['event']) => string;
  readonly inferred: string;
  readonly untied: string;
  readonly of: (done: number, total: number) => string;
  readonly digest: (count: number, tally: readonly string[]) => string;
  /** The events without a line in a digest. */
  readonly more: (count: number, tally: readonly string[]) => string;
  readonly facts: Readonly<
    Record<'providerStatus' | 'words' | 'progress' | 'connection' | 'labels' | 'requestId' | 'time', string>
  >;
  readonly links: Readonly<Record<'console' | 'watch', string>>;
  /** For the people who run opwatch. */
  readonly notices: {
    readonly titles: Readonly<Record<Notice['event'], (about: string) => string>>;
    /** The title of several notices in one message, and the number of notices without a line. */
    readonly several: (count: number) => string;
    readonly more: (count: number) => string;
    /** The advice for a person when a target is gone for good. */
    readonly ended: string;
    /** The advice for a person when an origin of callbacks is disabled. */
    readonly disabled: string;
    readonly facts: Readonly<
      Record<'provider' | 'target' | 'tenant' | 'expires' | 'submission' | 'watch' | 'delivery' | 'help', string>
    >;
  };
  /** Days, hours, minutes, seconds. */
  readonly units: readonly [string, string, string, string];
};

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    status: {
      pending: 'has not begun',
      running: 'is running',
      attention: 'waits for a person',
      succeeded: 'succeeded',
      partial: 'ended with only part of it done',
      failed: 'failed',
      canceled: 'was canceled',
      lost: 'is no longer known to its cloud',
      timed_out: 'was not over by its deadline',
      stopped: 'is no longer watched',
    },
    asides: {
      resumed: 'continues and no longer waits for a person',
      blocked: 'cannot be checked: the cloud refuses the request',
      unblocked: 'can be checked again',
    },
    cures: CURES,
    operation: 'operation',
    after: (what, duration, kind) =>
      kind === 'timed_out' ? `was not over after ${duration}, when its deadline passed` : `${what} after ${duration}`,
    inferred: '(inferred)',
    untied: '(perhaps of another run)',
    of: (done, total) => `${done} of ${total}`,
    digest: (count, tally) => `${count} operations: ${tally.join(', ')}`,
    more: (count, tally) => `and ${count} more: ${tally.join(', ')}`,
    facts: {
      providerStatus: 'In the cloud’s words',
      words: 'The cloud adds',
      progress: 'Progress',
      connection: 'Connection',
      labels: 'Labels',
      requestId: 'Request id',
      time: 'Time',
    },
    links: { console: 'Console', watch: 'Watch' },
    notices: {
      titles: {
        credentials_refused: (connection) =>
          `A cloud refuses the credentials of connection ${connection}: its watches wait`,
        watch_blocked: (connection) => `A cloud refuses looks through connection ${connection}: a watch is blocked`,
        unknown_word: (provider) =>
          `${provider} answers with a word that is not documented: opwatch reads it as "still running"`,
        target_disabled: (target) => `${target} wants no more messages: opwatch has disabled it`,
        target_ended: (target) => `${target} says that it does not exist any more: a person must act`,
        origin_disabled: (origin) => `opwatch has disabled ${origin}: all callbacks there have failed`,
        delivery_parked: (target) => `opwatch could not send to ${target}: it has parked deliveries`,
        submission_refused: () =>
          'opwatch has refused a submission by schedule or direct invoke: it does not watch the operation',
        notices_left_out: (tenant) =>
          `Tenant ${tenant} has caused more notices than opwatch sends in an hour: the log has the others`,
        token_expires: (token) => `The token ${token} expires soon: make a new one for its users`,
        credentials_expire: (connection) => `The credentials of connection ${connection} expire soon: replace them`,
      },
      several: (count) => `${count} notices`,
      more: (count) => `and ${count} more: the log has them`,
      facts: {
        provider: 'Provider',
        target: 'Target',
        tenant: 'Tenant',
        expires: 'Expires',
        submission: 'Submission',
        watch: 'Watch',
        delivery: 'Delivery',
        help: 'What to do',
      },
      ended:
        'opwatch continues its attempts. Give the target a new address or key, or remove it from opwatch.config.ts. Then send the parked deliveries again.',
      disabled:
        'Deliveries wait. Repair the receiver, then enable the origin (POST /origins/enable). opwatch then sends them at once. Otherwise it parks each delivery after three days.',
    },
    units: ['d', 'h', 'min', 's'],
  },
  zh: {
    status: {
      pending: '尚未开始',
      running: '正在进行',
      attention: '等待人工处理',
      succeeded: '成功',
      partial: '仅部分完成',
      failed: '失败',
      canceled: '已取消',
      lost: '云端已查不到',
      timed_out: '超过期限仍未结束',
      stopped: '已停止监视',
    },
    asides: {
      resumed: '已继续进行，不再等待人工处理',
      blocked: '无法查询：请求被拒绝',
      unblocked: '已可重新查询',
    },
    cures: {
      not_allowed:
        '云端接受该凭证，但不允许此调用。请为其授予相应权限（所需调用见 docs/providers.md）。opwatch 会继续查询，授权后自动恢复。',
      misconfigured:
        '云端不接受此请求，重复查询也无济于事。请检查操作的各字段以及连接的地域和接入点。如某字段有误，请停止此监视并重新提交该操作。',
      not_configured: 'opwatch.config.ts 中没有该连接，或此部署不支持该云产品。请恢复配置，或停止此监视。',
    },
    operation: '操作',
    after: (what, duration, kind) => (kind === 'timed_out' ? `历时 ${duration}，${what}` : `${what}，历时 ${duration}`),
    inferred: '（推断）',
    untied: '（可能属于另一次执行）',
    of: (done, total) => `${done}/${total}`,
    digest: (count, tally) => `${count} 个操作：${tally.join('，')}`,
    more: (count, tally) => `另有 ${count} 个：${tally.join('，')}`,
    facts: {
      providerStatus: '云端状态',
      words: '云端附言',
      progress: '进度',
      connection: '连接',
      labels: '标签',
      requestId: '请求 ID',
      time: '时间',
    },
    links: { console: '控制台', watch: '查看详情' },
    notices: {
      titles: {
        credentials_refused: (connection) => `连接 ${connection} 的凭证被拒绝，其监视均在等待`,
        watch_blocked: (connection) => `通过连接 ${connection} 的查询被拒绝，有监视受阻`,
        unknown_word: (provider) => `${provider} 返回了文档中没有的状态，暂按“仍在进行”处理`,
        target_disabled: (target) => `${target} 不再接收通知，已停用`,
        target_ended: (target) => `${target} 表示已永久失效，需要人工处理`,
        origin_disabled: (origin) => `${origin} 已停用：发往该处的回调全部失败`,
        delivery_parked: (target) => `无法通知 ${target}，投递已搁置`,
        submission_refused: () => '定时或直接调用的提交被拒绝，未监视任何操作',
        notices_left_out: (tenant) => `租户 ${tenant} 在一小时内引发的运维通知过多，其余见日志`,
        token_expires: (token) => `令牌 ${token} 即将到期：请为其使用者另行创建`,
        credentials_expire: (connection) => `连接 ${connection} 的凭证即将到期：请更换`,
      },
      several: (count) => `${count} 条运维通知`,
      more: (count) => `另有 ${count} 条，见日志`,
      ended:
        '投递仍会重试。请为该目标配置新的地址或密钥，或将其从 opwatch.config.ts 中移除，然后重新投递已搁置的消息。',
      disabled:
        '投递正在等待。请修复接收方，然后启用该来源（POST /origins/enable），投递会立即发送；否则在开始三天后搁置。',
      facts: {
        provider: '云产品',
        target: '通知目标',
        tenant: '租户',
        expires: '到期时间',
        submission: '提交内容',
        watch: '监视编号',
        delivery: '投递 ID',
        help: '处理方法',
      },
    },
    units: ['天', '小时', '分', '秒'],
  },
};

/** Returns a duration in its two largest units: `2 h 5 min`. Less than a second is `0 s`. */
export const durationIn = (ms: number, language: Language): string => {
  const sizes = [DAY, HOUR, MINUTE, SECOND];
  const counts = sizes.map((size, i) => Math.floor((i === 0 ? ms : ms % (sizes[i - 1] ?? ms)) / size));
  const first = Math.max(
    counts.findIndex((count) => count > 0),
    0,
  );
  const { units } = WORDS[language];
  const parts = counts.map((count, i) => `${count} ${units[i]}`);
  if (counts.every((count) => count === 0)) return `0 ${units[3]}`;
  return parts.filter((_, i) => i >= first && i <= first + 1 && (counts[i] ?? 0) > 0).join(' ');
};
