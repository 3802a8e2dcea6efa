/**
 * opwatch's own sentences about ends and attempts, in each language: one table. Rows, the API and webhooks keep the English;
 * messages to people are written from it in the language of their target, which also reads what older rows hold. Pure.
 */

type Sentence = { readonly en: string; readonly zh: string };

/** `{…}` stands for a value: a cloud's words, a time, or another of these sentences. */
export const SENTENCES = {
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
    en: 'The deadline passed without a last answer. {heard} From {since} to {until} {why}: {words}',
    zh: '期限已过，且未得到最后的答复。{heard}从 {since} 到 {until}，{why}：{words}',
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
    en: '{action}: no time that can be compared ties this end to the watched run.',
    zh: '{action}：没有可比较的时间能将此结束状态与所监视的执行对应起来。',
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
  retry: { en: 'retry: {reason}', zh: '将重试：{reason}' },
  gone: { en: 'gone: {reason}', zh: '已失效：{reason}' },
  wants_no_more: { en: 'HTTP 410: the receiver wants no more', zh: 'HTTP 410：接收方不再接收' },
  wants_no_more_said: { en: 'HTTP 410: the receiver wants no more: {words}', zh: 'HTTP 410：接收方不再接收：{words}' },
  redirected: { en: 'redirects are not followed', zh: '不跟随重定向' },
  disabled: { en: 'the target is disabled: {reason}', zh: '该目标已停用：{reason}' },
} as const satisfies Readonly<Record<string, Sentence>>;

export type SentenceCode = keyof typeof SENTENCES;

const filled = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (slot, name: string) => values[name] ?? slot);

/** A sentence in English, as it is kept and as the API has it. */
export const sentence = (code: SentenceCode, values: Readonly<Record<string, string>> = {}): string =>
  filled(SENTENCES[code].en, values);

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Templates with the fewest values first: what is a sentence without any is taken for nothing else. */
const PATTERNS = Object.values(SENTENCES)
  .map(({ en, zh }) => {
    const parts = en.split(/\{(\w+)\}/);
    const pattern = parts.map((part, i) => (i % 2 === 0 ? literal(part) : `(?<${part}>[^]+?)`)).join('');
    return { whole: new RegExp(`^${pattern}$`), zh, slots: (parts.length - 1) / 2, size: en.length };
  })
  .sort((a, b) => a.slots - b.slots || b.size - a.size);

/** How deep sentences stand in sentences. */
const DEPTH_MAX = 3;

/** A kept sentence in a language. What is none of ours, a cloud's words above all, stays as it is. */
export const sentenceIn = (text: string, language: 'en' | 'zh', depth = DEPTH_MAX): string => {
  if (language === 'en' || depth === 0) return text;
  for (const { whole, zh } of PATTERNS) {
    const match = whole.exec(text);
    if (!match) continue;
    const values = Object.entries(match.groups ?? {}).map(([name, value]) => [
      name,
      sentenceIn(value, language, depth - 1),
    ]);
    return filled(zh, Object.fromEntries(values));
  }
  return text;
};
