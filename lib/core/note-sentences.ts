/** Notes explain an end that is not a plain word of the cloud. */
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
    en: 'BPStudio keeps an operation for one hour and shows no Data for this one: opwatch first asked for it more than an hour after its submission here, and never saw it',
    zh: 'BPStudio 只保留操作一小时，现已不显示该操作的 Data：在此提交一小时之后才查询，从未看到过',
  },
  bps_never_seen: {
    en: 'BPStudio keeps an operation for one hour and shows no Data for this one: opwatch never saw it, so it ended more than an hour ago or the id does not exist',
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
} as const;
