/**
 * The faults of a submission, in each language. The API answers in English. Nobody reads the answer to a schedule, so
 * opwatch sends its faults to the operators' chats, in the language of each chat. `{…}` is a slot, as in sentences.ts.
 */
export const FAULTS = {
  missing: { en: 'is missing', zh: '缺失' },
  unknown_field: { en: 'is not a known field', zh: '不是已知字段' },
  not_object: { en: 'must be an object', zh: '必须是对象' },
  not_array: { en: 'must be an array', zh: '必须是数组' },
  not_label: { en: 'must be a string, a number, true or false', zh: '必须是字符串、数字、true 或 false' },
  not_string: { en: 'must be a string', zh: '必须是字符串' },
  array_size: { en: 'an array must hold 1 to {count} submissions', zh: '数组须包含 1 到 {count} 个提交' },
  one_of: { en: 'must be one of {names}', zh: '必须是下列之一：{names}' },
  other_project: { en: 'connection {name} is for another project', zh: '连接 {name} 属于另一个项目' },
  none_allowed: { en: 'this token may use no connection of {name}', zh: '此令牌不得使用 {name} 的任何连接' },
  none_configured: { en: 'no connection of {name} is configured', zh: '未配置 {name} 的连接' },
  no_default_connection: {
    en: 'must be one of {names}: {name} has {count} connections and no default',
    zh: '必须是下列之一：{names}（{name} 有 {count} 个连接，没有默认连接）',
  },
  other_vendor: {
    en: 'is a connection of {vendor}, and {name} needs one of {needed}',
    zh: '是 {vendor} 的连接，而 {name} 需要 {needed} 的连接',
  },
  tells_nobody: {
    en: 'names no target, and the configuration has no default: name targets or https callbacks, or [] to only record',
    zh: '未指明任何目标，且配置中没有默认目标：请指明目标或 https 回调，或用 [] 表示只记录',
  },
  unknown_target: {
    en: 'is neither a configured target nor an https URL: there is no {name}, but {names}',
    zh: '既不是已配置的目标，也不是 https 地址：没有 {name}，已有：{names}',
  },
  no_such_target: {
    en: 'is neither a configured target nor an https URL',
    zh: '既不是已配置的目标，也不是 https 地址',
  },
  too_many_targets: { en: 'must name at most {count} targets', zh: '最多指明 {count} 个目标' },
  url_too_long: { en: 'must be at most {count} characters', zh: '最多 {count} 个字符' },
  url_query: {
    en: 'must not carry a query: such a URL is a secret; name it in the configuration',
    zh: '不得带有查询串：这样的地址是机密，请在配置中为其命名',
  },
  no_signing: {
    en: 'tenant {name} has no signing secret, so a callback cannot be signed: set tenants.{name}.signing',
    zh: '租户 {name} 没有签名密钥，无法为回调签名：请设置 tenants.{name}.signing',
  },
  deadline_form: {
    en: 'must be an instant with a zone (2026-11-22T02:05:00Z) or an ISO 8601 duration (PT6H)',
    zh: '必须是带时区的时刻（2026-11-22T02:05:00Z）或 ISO 8601 时长（PT6H）',
  },
  deadline_past: { en: 'must be in the future', zh: '必须晚于当前时间' },
  deadline_far: { en: 'must be at most 7 days ahead', zh: '最多为 7 天之后' },
  label_name: {
    en: 'a label name is 1 to 63 of A-Z, a-z, 0-9, "_", ".", "-", "/"',
    zh: '标签名须为 1 到 63 个字符，只能用 A-Z、a-z、0-9、"_"、"."、"-"、"/"',
  },
  label_reserved: { en: 'must not be named {names}', zh: '不得使用这些名称：{names}' },
  label_bytes: { en: 'must be at most {bytes} bytes of UTF-8', zh: '最多 {bytes} 字节（UTF-8）' },
  label_control: {
    en: 'must not hold control or direction characters',
    zh: '不得包含控制字符或文字方向字符',
  },
  too_many_labels: { en: 'must hold at most {count} labels', zh: '最多 {count} 个标签' },
  labels_bytes: {
    en: 'must be at most {bytes} bytes of JSON, all together',
    zh: '合计最多 {bytes} 字节（JSON）',
  },
  commit_hash: {
    en: 'must hold the full hash of the commit whose status is set, 40 hex digits',
    zh: '必须是要设置状态的提交的完整哈希，40 位十六进制数字',
  },
  context_field: {
    en: 'is missing: the context of its commit status contains {name}',
    zh: '缺失：其提交状态的 context 含有 {name}',
  },
  needed_by: { en: '{lack} (target {name} needs it)', zh: '{lack}（目标 {name} 需要）' },
  field_string: { en: '{name} must be a string', zh: '{name} 必须是字符串' },
  field_empty: { en: '{name} must not be empty', zh: '{name} 不得为空' },
  field_long: { en: '{name} must be at most {count} characters', zh: '{name} 最多 {count} 个字符' },
  field_printable: { en: '{name} must hold printable characters only', zh: '{name} 只能包含可打印字符' },
  field_path: { en: '{name} must not be a path', zh: '{name} 不得是路径' },
  field_region: {
    en: '{name} must be 1 to 40 of a-z, 0-9 and "-"',
    zh: '{name} 须为 1 到 40 个字符，只能用 a-z、0-9 和 "-"',
  },
  field_one_of: { en: '{name} must be one of {names}', zh: '{name} 必须是下列之一：{names}' },
  field_action: {
    en: '{name} must be the name of an action, such as SNAPSHOTTING',
    zh: '{name} 必须是操作的名称，例如 SNAPSHOTTING',
  },
  field_time: {
    en: '{name} must be the time as the cloud writes it, such as {words}',
    zh: '{name} 必须是云端所写的时间，例如 {words}',
  },
  ros_update_only: {
    en: 'UpdateTime goes with Action UPDATE or IMPORT_UPDATE',
    zh: 'UpdateTime 只能与 Action UPDATE 或 IMPORT_UPDATE 同用',
  },
  may_not_use: {
    en: 'this token may not use {asked}, only {allowed}: name an allowed one, or use a token with more rights',
    zh: '此令牌不得使用 {asked}，只允许 {allowed}：请改用允许的名称，或使用权限更大的令牌',
  },
  may_not_tell: {
    en: 'this token may not send to {asked}, only to {allowed}: name an allowed one, or use a token with more rights',
    zh: '此令牌不得通知 {asked}，只允许 {allowed}：请改用允许的目标，或使用权限更大的令牌',
  },
  watch_full: {
    en: 'watch {watch} already has {count} targets, and a watch may have {most}',
    zh: '监视 {watch} 已通知 {count} 个目标，最多 {most} 个',
  },
  watch_stands: {
    en: 'watch {watch} keeps the fields of its first submission: {needs}',
    zh: '监视 {watch} 沿用首次提交的字段：{needs}',
  },
} as const;
