/**
 * Amazon SNS Publish: queues and functions get the event as JSON, people (email, SMS) get a text. Source: SNS API
 * Reference, Publish.
 */
import * as v from 'valibot';
import type { OperationEvent } from '../core/event.ts';
import type { NoticeEvent } from '../core/notice.ts';
import type { HttpRequest } from '../net/http.ts';
import { AWS } from './kit/aws-words.ts';
import { judge } from './kit/judge.ts';
import { type Message, messageOf } from './kit/message.ts';
import { noticeMessageOf } from './kit/notice-message.ts';
import { postForm } from './kit/request.ts';
import { Base, chatEntries, word } from './kit/settings.ts';
import { awsEndpoint, Credentials, signedForAws } from './kit/sigv4.ts';
import type { Attempt, Target } from './target.ts';

const Settings = v.strictObject({
  ...chatEntries,
  topic: word(/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/, 'must be the ARN of a topic'),
  endpoint: v.optional(Base),
  credentials: Credentials,
});

type Settings = v.InferOutput<typeof Settings>;

/** 100 ASCII characters at most. The first is a letter or a digit. */
const subjectOf = ({ title }: Message): string =>
  title
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)
    .trim() || 'opwatch';

const letterOf = ({ title, why, facts, links }: Message): string =>
  [
    title,
    ...(why === undefined ? [] : ['', why]),
    '',
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    ...links.map(({ text, url }) => `${text}: ${url}`),
  ].join('\n');

/** For the filter policies of subscriptions. */
const attributesOf = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value], i) => [
      [`MessageAttributes.entry.${i + 1}.Name`, name],
      [`MessageAttributes.entry.${i + 1}.Value.DataType`, 'String'],
      [`MessageAttributes.entry.${i + 1}.Value.StringValue`, value],
    ]),
  );

type Publication = {
  readonly event: OperationEvent | NoticeEvent;
  readonly message: Message;
  readonly attributes: Readonly<Record<string, string>>;
  /** On a FIFO topic the messages of one group stay in order. */
  readonly group: string;
};

const publish = (
  publication: Publication,
  { topic, endpoint, credentials }: Settings,
  { id, at }: Attempt,
): HttpRequest => {
  const { event, message, attributes, group } = publication;
  const region = topic.split(':')[3] ?? '';
  const request = postForm(`${endpoint ?? awsEndpoint('sns', region)}/`, {
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: topic,
    Subject: subjectOf(message),
    MessageStructure: 'json',
    Message: JSON.stringify({
      default: JSON.stringify({ id, ...event }),
      email: letterOf(message),
      sms: message.title,
    }),
    ...attributesOf(attributes),
    ...(topic.endsWith('.fifo') && { MessageGroupId: group, MessageDeduplicationId: id }),
  });
  return signedForAws(request, { region, service: 'sns' }, credentials, at);
};

export const sns: Target<Settings, 'sns', v.InferInput<typeof Settings>> = {
  type: 'sns',
  settings: Settings,
  request: (event, settings, attempt) => {
    const { type, data } = event;
    const attributes = { type, status: data.status, provider: data.provider };
    const message = messageOf(event, settings.language, settings.timeZone);
    return publish({ event, message, attributes, group: data.watch.id }, settings, attempt);
  },
  notice: (event, settings, attempt) => {
    const { type, data } = event;
    const message = noticeMessageOf(event, settings.language, settings.timeZone);
    return publish(
      { event, message, attributes: { type, status: data.status }, group: 'operators' },
      settings,
      attempt,
    );
  },
  verdict: judge({
    name: 'SNS',
    isDelivered: ({ body }) => /<MessageId>[\w-]+<\/MessageId>/.test(body),
    otherwise: 'sns_no_id',
    ...AWS,
  }),
};
