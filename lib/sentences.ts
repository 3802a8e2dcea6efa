/**
 * opwatch's own sentences about ends and attempts, in each language. Rows, the API and webhooks keep the English; kept-sentence.ts
 * writes them in the language of a target. Pure.
 *
 * `{…}` stands for a value: a cloud's or a receiver's own word, an id, a time, or (HOLDS) another of these sentences.
 */

import { FAULTS } from './fault-sentences.ts';

export type Sentence = { readonly en: string; readonly zh: string };
export type Table = Readonly<Record<string, Sentence>>;

export type TableName = 'note' | 'reason' | 'fault' | 'term';

/** Which table the sentence in a slot is of. */
export const HOLDS: Readonly<Record<string, TableName>> = {
  heard: 'note',
  why: 'note',
  shows: 'note',
  shown: 'note',
  beside: 'note',
  begun: 'note',
  begunBefore: 'note',
  state: 'note',
  tasks: 'note',
  fault: 'reason',
  reason: 'reason',
  lack: 'fault',
  needs: 'fault',
  phase: 'term',
  kind: 'term',
  asked: 'term',
  allowed: 'term',
};

/** Slots whose values have no blanks in them. */
export const ONE_WORD: readonly string[] =
  'action api bytes code count field host id least most ms name port reference thing watch'.split(' ');

/** What a person should know about an end that is not the cloud's plain word. */
export const NOTES = {
  stopped: { en: 'Stopped on request.', zh: '已按请求停止监视。' },
  not_over: {
    en: 'The deadline passed. The last look, at {at}, found it not over: {word}.',
    zh: '期限已过。最后一次查询（{at}）时尚未结束：{word}。',
  },
  not_found: {
    en: 'The deadline passed. The last look, at {at}, did not find it: {shows}',
    zh: '期限已过。最后一次查询（{at}）未找到该操作：{shows}',
  },
  no_last_answer: {
    en: 'The deadline passed without a last answer. {heard} From {since} to {until} {why}: {code}: {fault}',
    zh: '期限已过，且未得到最后的答复。{heard}从 {since} 到 {until}，{why}：{code}：{fault}',
  },
  never_heard: { en: 'No answer of the cloud is on record.', zh: '没有云端答复的记录。' },
  last_heard: { en: 'The last answer on record, of {at}: {word}.', zh: '记录中的最后答复（{at}）：{word}。' },
  not_found_then: { en: 'not found ({shows})', zh: '未找到（{shows}）' },
  unanswered: { en: 'the cloud did not answer', zh: '云端没有答复' },
  refused: { en: 'the cloud refused', zh: '云端拒绝了请求' },
  paused: { en: 'the cloud asked for fewer calls', zh: '云端要求减少调用' },
  full: { en: 'the connection had no call to spare', zh: '该连接没有可用的调用次数' },
  no_secret: { en: 'opwatch could not read the credentials', zh: 'opwatch 无法读取凭证' },
  fault: { en: 'opwatch had a fault', zh: 'opwatch 发生故障' },
  shows_none: { en: '{api} shows no {thing} {id}', zh: '{api} 查不到 {thing} {id}' },
  ended_before: {
    en: 'EMR says that this operation ended at {at}, before it was submitted here.',
    zh: 'EMR 称该操作已于 {at} 结束，早于在此提交的时间。',
  },
  dws_untied: {
    en: '{shown}: no time that can be compared ties this end to the watched run.',
    zh: '{shown}：没有可比较的时间能将此结束状态与所监视的执行对应起来。',
  },
  ros_deleted_early: {
    en: 'The stack was deleted ({word}) before the end of its {action} was seen.',
    zh: '在看到 {action} 结束之前，资源栈已被删除（{word}）。',
  },
  ros_rollback_or_update: {
    en: 'GetStack does not tell whether the creation was rolled back or an update.',
    zh: 'GetStack 未说明回滚的是创建还是更新。',
  },
  ros_rolled_back: {
    en: 'The creation was rolled back before the stack showed {word}.',
    zh: '在资源栈显示 {word} 之前，创建已被回滚。',
  },
  ros_updated: {
    en: '{word}: ROS updates no stack whose creation has not ended well.',
    zh: '{word}：创建未成功的资源栈，ROS 不会更新。',
  },
  ros_undated: {
    en: 'GetStack does not tell when this {action} began.',
    zh: 'GetStack 未说明此次 {action} 何时开始。',
  },
  ros_moved: {
    en: 'UpdateTime has moved from {from} to {to}: by the rollback or by another update.',
    zh: 'UpdateTime 已从 {from} 变为 {to}：可能是回滚，也可能是另一次更新。',
  },
  ros_gone: {
    en: 'The stack is not known any more, after it had been seen: it has been deleted.',
    zh: '资源栈曾经存在，现已查不到：它已被删除。',
  },
  reported_run: {
    en: 'the cloud shows {word} of a run that watch {watch} has reported',
    zh: '云端显示的 {word} 属于监视 {watch} 已报告过的一次执行',
  },
  another_run: { en: 'the cloud shows {word} of another run', zh: '云端显示的 {word} 属于另一次执行' },
  begun_at: { en: 'begun at {at}', zh: '开始于 {at}' },
  begun_unknown: { en: 'of unknown age', zh: '开始时间未知' },
  ros_shows: { en: 'the stack shows {word}, {begun}: {why}', zh: '资源栈显示 {word}（{begun}）：{why}' },
  ros_end_unseen: {
    en: 'the stack shows {word}, {begun}; the end of the {action} {begunBefore} was not seen',
    zh: '资源栈显示 {word}（{begun}）；未看到 {action}（{begunBefore}）结束',
  },
  ros_end_rolled_back: {
    en: 'the stack shows {word}, {begun}; the end of the {action} {begunBefore} was not seen: it was rolled back',
    zh: '资源栈显示 {word}（{begun}）；未看到 {action}（{begunBefore}）结束：它已被回滚',
  },
  ros_no_action: { en: 'no {action} was seen', zh: '未看到 {action}' },
  ros_no_update: { en: 'no update of {at} was seen', zh: '未看到 {at} 的更新' },
  ros_no_run: {
    en: 'no run that began about when this was submitted was seen',
    zh: '未看到在提交前后开始的执行',
  },
  dws_submitted: { en: '{name} {state}, submitted {at}', zh: '{name} {state}（提交于 {at}）' },
  dws_unsubmitted: { en: '{name} {state}, without a submit time', zh: '{name} {state}（无提交时间）' },
  dws_stateless: { en: 'without a state', zh: '无状态' },
  dws_earlier: { en: '{shown}, is of an earlier run', zh: '{shown}，属于更早的一次执行' },
  dws_perhaps_earlier: { en: '{shown}, may be of an earlier run', zh: '{shown}，可能属于更早的一次执行' },
  dws_other_run: {
    en: '{shown}, is of another run: nobody saw how the watched one ended',
    zh: '{shown}，属于另一次执行：未看到所监视的执行如何结束',
  },
  dws_no_action: { en: 'no action {name}', zh: '没有操作 {name}' },
  dws_cluster: {
    en: '{shown}; the cluster is {word}, tasks: {tasks}',
    zh: '{shown}；集群状态为 {word}，任务：{tasks}',
  },
  dws_cluster_two: {
    en: '{shown}; {beside}; the cluster is {word}, tasks: {tasks}',
    zh: '{shown}；{beside}；集群状态为 {word}，任务：{tasks}',
  },
  dws_idle: { en: 'none', zh: '无' },
  dws_reasons: { en: '{shows}; failed reasons: {words}', zh: '{shows}；失败原因：{words}' },
  bps_under_way: {
    en: 'BPStudio keeps an operation for one hour and shows no Data for this one: it was under way when last seen',
    zh: 'BPStudio 只保留操作一小时，现已不显示该操作的 Data：最后一次看到时仍在进行',
  },
  bps_late: {
    en: 'BPStudio keeps an operation for one hour and shows no Data for this one: it was asked for more than an hour after it was submitted here, and never seen',
    zh: 'BPStudio 只保留操作一小时，现已不显示该操作的 Data：在此提交一小时之后才查询，从未看到过',
  },
  bps_never_seen: {
    en: 'BPStudio keeps an operation for one hour and shows no Data for this one: it was never seen, so it ended more than an hour ago or the id is none',
    zh: 'BPStudio 只保留操作一小时，现已不显示该操作的 Data：从未看到过，因此它在一小时前已结束，或该 ID 不存在',
  },
  bps_silent_under_way: {
    en: 'BPStudio keeps an operation for one hour, and after that hour it brought only {code}: {fault}. It was under way when last seen',
    zh: 'BPStudio 只保留操作一小时，此后只返回 {code}：{fault}。最后一次看到时仍在进行',
  },
  bps_silent_late: {
    en: 'BPStudio keeps an operation for one hour, and after that hour it brought only {code}: {fault}. It was never seen',
    zh: 'BPStudio 只保留操作一小时，此后只返回 {code}：{fault}。从未看到过',
  },
} as const satisfies Table;

/** Why an attempt or a look came to nothing. A receiver's own code and words stand behind, after a colon. */
export const REASONS = {
  retry: { en: 'retry: {reason}', zh: '将重试：{reason}' },
  gone: { en: 'gone: {reason}', zh: '已失效：{reason}' },
  wants_no_more: { en: 'the receiver wants no more', zh: '接收方不再接收' },
  redirected: { en: 'redirects are not followed', zh: '不跟随重定向' },
  disabled: { en: 'the target is disabled: {reason}', zh: '该目标已停用：{reason}' },
  too_late: {
    en: 'opwatch was halted before it could send the request',
    zh: 'opwatch 在发出请求之前被暂停',
  },
  unbuilt: { en: 'opwatch could not build the request', zh: 'opwatch 无法生成请求' },
  no_target: {
    en: 'opwatch.config.ts names no target {name} any more',
    zh: 'opwatch.config.ts 中已没有目标 {name}',
  },
  no_connection: {
    en: 'opwatch.config.ts names no connection {name} any more',
    zh: 'opwatch.config.ts 中已没有连接 {name}',
  },
  no_provider: { en: 'this deployment has no such provider any more', zh: '此部署已不支持该云产品' },
  no_commit: {
    en: "the watch has no label {name} with a commit's hash",
    zh: '该监视没有内容为提交哈希的标签 {name}',
  },
  unread_secret: {
    en: '{reference} cannot be read: it does not exist or this function may not read it',
    zh: '无法读取 {reference}：它不存在，或此函数无权读取',
  },
  credentials_form: {
    en: '{reference} must hold JSON with accessKeyId and secretAccessKey (and securityToken, if temporary)',
    zh: '{reference} 须为包含 accessKeyId 和 secretAccessKey（临时凭证还须有 securityToken）的 JSON',
  },
  key_short: { en: '{names} must have at least {count} characters', zh: '{names} 至少须有 {count} 个字符' },
  no_json: { en: 'no JSON object', zh: '不是 JSON 对象' },
  no_error_code: { en: 'an error without a {name}', zh: '错误中没有 {name}' },
  of_another: { en: 'Asked about {wanted}, told about {told}', zh: '查询的是 {wanted}，答复的是 {told}' },
  no_state: { en: 'The answer holds no {name}', zh: '答复中没有 {name}' },
  bad_path: { en: '"{words}" cannot be part of a path', zh: '“{words}” 不能作为路径的一部分' },
  bad_endpoint: {
    en: 'The endpoint of {name} is neither a host nor an origin: {words}',
    zh: '{name} 的接入点既不是主机名也不是来源地址：{words}',
  },
  net_dns: { en: '{host} cannot be looked up ({code})', zh: '无法解析 {host}（{code}）' },
  net_nowhere: { en: '{host} has no address', zh: '{host} 没有地址' },
  net_connect: { en: '{host} cannot be connected to ({code})', zh: '无法连接 {host}（{code}）' },
  net_tls: { en: '{host} failed at TLS ({code})', zh: '与 {host} 的 TLS 握手失败（{code}）' },
  net_protocol: { en: '{host} does not answer in HTTP/1.1 ({code})', zh: '{host} 的应答不是 HTTP/1.1（{code}）' },
  net_unanswered: {
    en: '{host} closed the connection without an answer ({code})',
    zh: '{host} 未应答即关闭了连接（{code}）',
  },
  net_cut: { en: '{host} closed the connection in mid-answer ({code})', zh: '{host} 在应答中途关闭了连接（{code}）' },
  net_timeout: {
    en: '{host} gave no full answer within {ms} ms ({phase})',
    zh: '{host} 在 {ms} 毫秒内未给出完整应答（{phase}）',
  },
  net_upgrade: { en: '{host} switched to another protocol unasked', zh: '{host} 擅自切换到其他协议' },
  net_compressed: { en: '{host} compressed its answer, though asked not to', zh: '{host} 未按要求，压缩了应答' },
  net_too_large: { en: '{host} answered with more than {bytes} bytes', zh: '{host} 的应答超过 {bytes} 字节' },
  net_unparsed: { en: 'the URL is not one of http or https', zh: '该 URL 不是 http 或 https 地址' },
  net_unfit: { en: '{host}: cannot be sent as it stands ({code})', zh: '{host}：请求无法原样发送（{code}）' },
  net_uncalled: { en: 'not called: {reason}', zh: '未调用：{reason}' },
  guard_url: { en: 'is not a valid URL', zh: '不是有效的 URL' },
  guard_https: { en: 'must be an https URL', zh: '必须是 https 地址' },
  guard_user: { en: 'must not carry a user name or password', zh: '不得包含用户名或密码' },
  guard_host: { en: '{host} is not an allowed host', zh: '{host} 不在允许的主机之列' },
  guard_self: {
    en: '{host} is this machine: only public addresses may be called',
    zh: '{host} 指向本机：只允许调用公网地址',
  },
  guard_kind: {
    en: '{host} is a {kind} address: only public addresses may be called',
    zh: '{host} 是{kind}地址：只允许调用公网地址',
  },
  guard_name: { en: '{host} is not a public name', zh: '{host} 不是公网域名' },
  guard_port: { en: 'port {port} is not open: only {words}', zh: '端口 {port} 未开放：只开放 {words}' },
  unsigned: { en: 'there is no signing secret', zh: '没有签名密钥' },
  secret_blanks: { en: 'the signing secret must not contain white space', zh: '签名密钥不得包含空白字符' },
  secret_public: {
    en: 'the signing secret is a public key (whpk_): sign with the private one (whsk_)',
    zh: '签名密钥是公钥（whpk_）：请用私钥（whsk_）签名',
  },
  secret_start: {
    en: 'the signing secret must start with whsec_ (HMAC-SHA256) or whsk_ (ed25519)',
    zh: '签名密钥必须以 whsec_（HMAC-SHA256）或 whsk_（ed25519）开头',
  },
  secret_hmac_bytes: {
    en: 'the signing secret must have {least} to {most} bytes after whsec_, not {bytes}',
    zh: '签名密钥在 whsec_ 之后须有 {least} 到 {most} 字节，而不是 {bytes}',
  },
  secret_key_bytes: {
    en: 'the signing secret must have {least} or {most} bytes after whsk_, not {bytes}',
    zh: '签名密钥在 whsk_ 之后须有 {least} 或 {most} 字节，而不是 {bytes}',
  },
  secret_base64: {
    en: 'the signing secret must be padded standard base64 after {name}',
    zh: '签名密钥在 {name} 之后须为带填充的标准 base64',
  },
  secret_halves: {
    en: 'the signing secret holds a public key that is not of its private key',
    zh: '签名密钥中的公钥与其私钥不符',
  },
  secret_no_public: {
    en: 'the signing secret has no public key: only whsk_ secrets (ed25519) have one',
    zh: '签名密钥没有公钥：只有 whsk_ 密钥（ed25519）才有',
  },
  derived_needs: {
    en: 'callbackSigning "derived" needs a whsec_ secret: whsk_ signs as v1a, for all origins alike',
    zh: 'callbackSigning "derived" 需要 whsec_ 密钥：whsk_ 以 v1a 签名，对所有来源都一样',
  },
  v1a_needs: {
    en: 'callbackSigning "v1a" needs a whsk_ secret: npm run callback-key -- new makes one',
    zh: 'callbackSigning "v1a" 需要 whsk_ 密钥：可用 npm run callback-key -- new 生成',
  },
  no_notices: { en: 'a target of type {name} cannot be told a notice', zh: '{name} 类型的目标无法接收运维通知' },
  no_edits: {
    en: 'a target of type {name} cannot change what it has sent',
    zh: '{name} 类型的目标无法修改已发送的消息',
  },
  telegram_moved: { en: "{words}; the chat's id is now {id}", zh: '{words}；群聊 ID 现为 {id}' },
  net_shut: {
    en: '{host} leads to a {kind} address: only public addresses may be called',
    zh: '{host} 指向{kind}地址：只允许调用公网地址',
  },
  no_ok: { en: 'the answer is not "ok"', zh: '应答不是 "ok"' },
  slack_no_ok: { en: 'Slack did not say "ok"', zh: 'Slack 未返回 "ok"' },
  telegram_no_ok: { en: 'Telegram did not say "ok"', zh: 'Telegram 未返回 "ok"' },
  teams_untaken: { en: 'Teams did not say that it took the message', zh: 'Teams 未表示已接收该消息' },
  discord_no_message: { en: 'Discord answered without the message', zh: 'Discord 的应答中没有该消息' },
  google_no_message: { en: 'Google Chat answered without the message', zh: 'Google Chat 的应答中没有该消息' },
  dingtalk_no_code: { en: 'DingTalk answered without an errcode', zh: '钉钉的应答中没有 errcode' },
  feishu_no_code: { en: 'Feishu answered without a code', zh: '飞书的应答中没有 code' },
  wecom_no_code: { en: 'WeCom answered without an errcode', zh: '企业微信的应答中没有 errcode' },
  pagerduty_no_success: { en: 'PagerDuty did not say "success"', zh: 'PagerDuty 未返回 "success"' },
  flow_no_success: { en: 'Flow did not say "successful"', zh: '云效 Flow 未返回 "successful"' },
  github_no_204: { en: 'GitHub did not answer 204', zh: 'GitHub 未返回 204' },
  github_no_status: {
    en: 'GitHub answered without the status that was set',
    zh: 'GitHub 的应答中没有所设置的状态',
  },
  gitlab_no_pipeline: { en: 'GitLab answered without a pipeline', zh: 'GitLab 的应答中没有流水线' },
  jenkins_no_job: { en: 'Jenkins triggered no job', zh: 'Jenkins 未触发任何任务' },
  jenkins_no_place: {
    en: 'Jenkins answered without a place in the queue',
    zh: 'Jenkins 的应答中没有队列位置',
  },
  azure_page: { en: 'a page instead of an answer', zh: '返回的是网页而不是应答' },
  eventbridge_unsaid: {
    en: 'EventBridge did not say what became of the event',
    zh: 'EventBridge 未说明事件的处理结果',
  },
  disabled_on_request: { en: 'disabled on request', zh: '已按请求停用' },
  only_failures: {
    en: 'in 24 hours at least five attempts failed and none succeeded; the last: {reason}',
    zh: '24 小时内至少五次尝试失败且无一成功；最近一次：{reason}',
  },
  sns_no_id: { en: 'SNS answered without a MessageId', zh: 'SNS 的应答中没有 MessageId' },
} as const satisfies Table;

/** Words of opwatch that stand inside a sentence. */
export const TERMS = {
  connecting: { en: 'connecting', zh: '正在连接' },
  securing: { en: 'securing', zh: '正在建立 TLS' },
  waiting: { en: 'waiting', zh: '正在等待应答' },
  reading: { en: 'reading', zh: '正在读取应答' },
  loopback: { en: 'loopback', zh: '本机' },
  metadata: { en: 'cloud metadata', zh: '云元数据' },
  link_local: { en: 'link-local', zh: '链路本地' },
  private: { en: 'private', zh: '私网' },
  reserved: { en: 'reserved', zh: '保留' },
  none: { en: 'none', zh: '无' },
  default_connection: { en: 'the default connection', zh: '默认连接' },
  default_targets: { en: 'each target that is told by default', zh: '默认通知的各个目标' },
} as const satisfies Table;

export const SENTENCES = { ...NOTES, ...REASONS, ...FAULTS, ...TERMS } as const satisfies Table;

export type SentenceCode = keyof typeof SENTENCES;
export type ReasonCode = keyof typeof REASONS;
export type Language = keyof Sentence;

type SlotsIn<T extends string> = T extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsIn<Rest> : never;
type SlotsOf<C extends SentenceCode> = SlotsIn<(typeof SENTENCES)[C]['en']>;

/** A reason that is whole as it stands, without values. */
export type WholeReason = { [C in ReasonCode]: [SlotsOf<C>] extends [never] ? C : never }[ReasonCode];

/** A template with its values. */
export const filled = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (slot, name: string) => values[name] ?? slot);

type Values<C extends SentenceCode> = [SlotsOf<C>] extends [never]
  ? []
  : [values: Readonly<Record<SlotsOf<C>, string>>];

/** A sentence in English, as it is kept and as the API has it: with a value in every slot. */
export const sentence = <C extends SentenceCode>(code: C, ...[values]: Values<C>): string =>
  filled(SENTENCES[code].en, values ?? {});
