/** Makes one sample event of each type. The samples look like real events and serve to try targets. */
import {
  EVENT_TYPES,
  type EventType,
  eventOf,
  isAside,
  type Links,
  type OperationEvent,
  type ProgressEvent,
  progressOf,
} from '../core/event.ts';
import { type Notice, type NoticeEvent, noticeEventOf } from '../core/notice.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import type { EndStatus, Watch } from '../core/watch.ts';

const TOOK_MS = 12 * MINUTE + 3 * SECOND;

type Sample = Pick<Watch, 'facts'> & { readonly word: string; readonly note?: string };

/**
 * The words of the cloud in each sample. An EMR cluster gives the reason of the failure when its zone has no instances
 * left.
 */
const SAMPLES: Readonly<Record<EndStatus | 'attention', Sample>> = {
  succeeded: { word: 'COMPLETED', facts: {} },
  partial: {
    word: 'PARTIAL_COMPLETED',
    facts: { reasonCode: 'PartialNodes', reasonMessage: '3 of 5 nodes were added.' },
  },
  failed: {
    word: 'FAILED',
    facts: {
      reasonCode: 'OperationDenied.NoStock',
      reasonMessage: 'The resource is out of stock in the specified zone. 请更换可用区后重试。',
    },
  },
  canceled: { word: 'TERMINATED', facts: {} },
  lost: {
    word: 'IN_PROGRESS',
    facts: {},
    note: sentence('shows_none', { api: 'GetOperation', thing: 'operation', id: 'op-13c37a77c5050001' }),
  },
  timed_out: {
    word: 'IN_PROGRESS',
    facts: {},
    note: sentence('not_over', { at: '2026-11-22T02:05:42.000Z', word: 'IN_PROGRESS' }),
  },
  stopped: { word: 'IN_PROGRESS', facts: {}, note: sentence('stopped') },
  attention: { word: 'HUMAN_PROCESSING', facts: {} },
};

/** The links of messages without a public link: for a target with `link: none`, or without configured keys. */
export const UNLINKED: Links = {
  watch: 'https://opwatch.example.com/watches/w_sample',
  console:
    'https://emr-next.console.aliyun.com/#/region/cn-hangzhou/resource/all/ecs/detail/c-b933c5aac8fe0001/overview',
};

export const LINKED: Links = { ...UNLINKED, link: 'https://opwatch.example.com/w/sample' };

type Labels = Readonly<Record<string, string>>;

const BLOCKED = {
  kind: 'not_allowed',
  code: 'Forbidden.RAM',
  message: 'User not authorized to operate on the specified resource, or this API does not support RAM.',
} as const;

const watchAt = (status: EndStatus | 'attention' | 'running', at: number, labels: Labels): Watch => {
  const { word, facts, note }: Sample = status === 'running' ? { word: 'IN_PROGRESS', facts: {} } : SAMPLES[status];
  return {
    id: 'w_sample',
    tenant: 'default',
    provider: 'aliyun-emr',
    connection: 'aliyun',
    operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe0001', OperationId: 'op-13c37a77c5050001' },
    generation: 1,
    labels: { sample: 'sent by opwatch notify-test', ...labels },
    notify: [],
    submittedAt: at - TOOK_MS,
    deadline: at + MINUTE,
    status,
    word,
    facts: { operationType: 'RESIZE_CLUSTER', requestId: 'F3A2A1B0-0000-5C62-8E5F-000000000000', ...facts },
    memo: {},
    misses: 0,
    ...(note !== undefined && { note }),
    history: [],
    looks: 14,
    nextLookAt: at,
    owed: [],
  };
};

/** Returns the sample event of one type, at `at` (epoch ms). `labels` are added to its own labels. */
export const sampleEvent = (type: EventType, at: number, labels: Labels = {}, links = LINKED): OperationEvent => {
  const event = type.slice('operation.'.length);
  if (isAside(event)) {
    const watch = watchAt('running', at, labels);
    const blocked = event === 'blocked' && { blocked: { since: at - 2 * MINUTE, ...BLOCKED } };
    return eventOf(watch, { event, at, status: watch.status, word: 'IN_PROGRESS', ...blocked }, links);
  }
  const status = event as EndStatus | 'attention';
  const watch = watchAt(status, at, labels);
  return eventOf(watch, { event: status, at, ...(watch.word !== undefined && { word: watch.word }) }, links);
};

/** Returns a sample of progress, for targets that follow the progress. */
export const sampleProgress = (at: number, labels: Labels = {}, links = LINKED): ProgressEvent =>
  progressOf({ ...watchAt('running', at, labels), progress: { done: 2, total: 5 } }, at, links);

/** Returns a sample notice of each kind. */
export const sampleNotices = (at: number): readonly NoticeEvent[] => {
  const reason = 'a sample, sent by opwatch notify-test';
  const notices: readonly Notice[] = [
    { event: 'credentials_refused', at, connection: 'aliyun', code: 'InvalidAccessKeyId.NotFound', message: reason },
    { event: 'watch_blocked', at, connection: 'aliyun', provider: 'aliyun-emr', watch: 'w_sample', ...BLOCKED },
    { event: 'unknown_word', at, provider: 'aliyun-emr', word: 'HIBERNATING', watch: 'w_sample' },
    { event: 'target_disabled', at, target: 'sample', reason },
    { event: 'target_ended', at, target: 'sample', watch: 'w_sample', delivery: 'msg_sample', reason },
    { event: 'delivery_parked', at, target: 'sample', watch: 'w_sample', delivery: 'msg_sample', reason },
    { event: 'submission_refused', at, submission: '{"provider":"aliyun-emr"}', reason },
  ];
  return notices.map((notice) => noticeEventOf(notice, () => UNLINKED.watch));
};

/** Returns the samples of all types, one second apart. */
export const sampleEvents = (at: number, labels: Labels = {}, links = LINKED): readonly OperationEvent[] =>
  EVENT_TYPES.map((type, i) => sampleEvent(type, at + i * SECOND, labels, links));
