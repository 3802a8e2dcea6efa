/**
 * The event in CloudEvents 1.0, JSON format (github.com/cloudevents/spec, cloudevents/formats/json-format.md). Pure.
 */
import type { OperationEvent } from '../../core/event.ts';
import type { NoticeEvent } from '../../core/notice.ts';
import type { Attempt } from '../target.ts';

export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: OperationEvent['data'] | NoticeEvent['data'];
};

/** The subject of a notice that is not about a watch. */
const subjectOf = (data: NoticeEvent['data']): string =>
  data.watch?.id ?? data.connection ?? data.target ?? data.provider ?? data.status;

/** `source` and `id` together identify an event: the watch and the webhook-id. */
export const cloudEventOf = ({ type, timestamp, data }: OperationEvent | NoticeEvent, { id }: Attempt): CloudEvent => ({
  specversion: '1.0',
  id,
  source: data.watch?.url ?? 'urn:opwatch',
  type: `opwatch.${type}`,
  subject: 'help' in data ? subjectOf(data) : data.watch.id,
  time: timestamp,
  datacontenttype: 'application/json',
  data,
});
