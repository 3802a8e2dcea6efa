/** SQS as such: what opwatch relies on when it hides, counts and buries messages. */
import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { HOUR, hideSeconds } from '../../../lib/core/schedule.ts';
import { createQueue, type SqsRecord } from '../../../lib/store/queue.ts';
import { type Check, verdict } from '../check.ts';
import { askUntil, type Site } from '../site.ts';

const RECEIVE_SECONDS = 20;

const send = async ({ sqs }: Site, QueueUrl: string, Entries: SendMessageBatchRequestEntry[]) =>
  (await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Failed ?? [];

/** Waits for the message with this body, and takes no notice of others; undefined when it does not come. */
const receive = async (site: Site, QueueUrl: string, body: string, seconds = RECEIVE_SECONDS) => {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 1,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  const ask = async () => (await site.sqs.send(command)).Messages?.find(({ Body }) => Body === body);
  return askUntil(site, seconds, ask, (message) => message !== undefined);
};

/** Sends a message of its own to the plain queue and receives it. */
const oneInHand = async (site: Site): Promise<Message> => {
  const body = randomUUID();
  await send(site, site.queues.plain, [{ Id: '0', MessageBody: body }]);
  const message = await receive(site, site.queues.plain, body);
  if (!message) throw new Error('a message that was sent did not come');
  return message;
};

/** Whether SQS takes such a hide: it may refuse the entry or the whole request. */
const takes = async ({ sqs, queues }: Site, { ReceiptHandle }: Message, VisibilityTimeout: number) => {
  const Entries = [{ Id: '0', ReceiptHandle, VisibilityTimeout }];
  return sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queues.plain, Entries })).then(
    ({ Failed = [] }) => Failed.length === 0,
    () => false,
  );
};

const remove = ({ sqs, queues }: Site, { ReceiptHandle }: Message) =>
  sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queues.plain, Entries: [{ Id: '0', ReceiptHandle }] }));

/** Looks at one message again and again, making it visible at once in between. */
const looks = async (site: Site, count: number): Promise<readonly Message[]> => {
  const seen = [await oneInHand(site)];
  while (seen.length < count) {
    const last = seen.at(-1) ?? {};
    await takes(site, last, 0);
    const again = await receive(site, site.queues.plain, last.Body ?? '');
    if (!again) throw new Error(`made visible, a message did not come back after ${seen.length} receipts`);
    seen.push(again);
  }
  await remove(site, seen.at(-1) ?? {});
  return seen;
};

const HIDE_MAX = 12 * 3_600;

export const queueChecks: readonly Check[] = [
  {
    name: 'twelve-hours-at-most',
    run: async (site) => {
      const message = await oneInHand(site);
      const longest = hideSeconds(site.now() + 24 * HOUR, site.now());
      const wrong = [
        ...((await takes(site, message, HIDE_MAX + 1)) ? [`${HIDE_MAX + 1} s were taken`] : []),
        ...((await takes(site, message, longest)) ? [] : [`${longest} s, opwatch’s longest, were refused`]),
      ];
      await remove(site, message);
      return verdict(wrong, `${HIDE_MAX + 1} s refused, ${longest} s taken`);
    },
  },
  {
    name: 'twelve-hours-from-receipt',
    differsOffline: 'fauxqs counts each hide from now',
    run: async (site) => {
      const message = await oneInHand(site);
      await site.pause(3_000);
      const wrong = (await takes(site, message, HIDE_MAX)) ? [`3 s after the receipt ${HIDE_MAX} s were taken`] : [];
      await remove(site, message);
      return verdict(wrong, `${HIDE_MAX} s refused 3 s after the receipt`);
    },
  },
  {
    name: 'a-thousand-receives',
    run: async (site) => {
      const command = new GetQueueAttributesCommand({ QueueUrl: site.queues.plain, AttributeNames: ['All'] });
      const { Attributes = {} } = await site.sqs.send(command);
      const max = Number(JSON.parse(Attributes.RedrivePolicy ?? '{}').maxReceiveCount);
      const counts = (await looks(site, 4)).map(({ Attributes: given }) => given?.ApproximateReceiveCount);
      const wrong = [
        ...(max === 1_000 ? [] : [`maxReceiveCount is ${max}`]),
        ...(Attributes.MessageRetentionPeriod === '1209600' ? [] : ['14 days of retention were not kept']),
        ...(counts.join() === '1,2,3,4' ? [] : [`four receipts were counted ${counts.join(', ')}`]),
      ];
      return verdict(wrong, `maxReceiveCount ${max}, 14 days; four receipts counted ${counts.join(', ')}`);
    },
  },
  {
    name: 'sent-timestamp-stays',
    run: async (site) => {
      const times = (await looks(site, 3)).map(({ Attributes }) => Attributes?.SentTimestamp);
      const isSame = times[0] !== undefined && new Set(times).size === 1;
      return verdict(isSame ? [] : [`it changed: ${times.join(', ')}`], `${times[0]} at all of three receipts`);
    },
  },
  {
    name: 'one-bad-handle-spares-the-rest',
    run: async (site) => {
      const message = await oneInHand(site);
      const hides = [
        { receiptHandle: 'AQEBnobody', seconds: 1 },
        { receiptHandle: message.ReceiptHandle ?? '', seconds: 1 },
      ];
      const said = await createQueue(site.sqs)
        .hide(site.queues.plain, hides)
        .then(
          () => [],
          (error: Error) => [`the whole batch was refused: ${error.name}`],
        );
      // The queue's own 30 s would bring it back later.
      const back = await receive(site, site.queues.plain, message.Body ?? '', 10);
      if (back) await remove(site, back);
      return verdict([...said, ...(back ? [] : ['the good one was not hidden for 1 s'])], 'the good one was hidden');
    },
  },
  {
    name: 'answers-name-what-was-not-sent',
    differsOffline: 'fauxqs takes a delay of any length',
    run: async (site) => {
      const body = randomUUID();
      const failed = await send(site, site.queues.plain, [
        { Id: 'good', MessageBody: body },
        { Id: 'bad', MessageBody: body, DelaySeconds: 901 },
      ]);
      const message = await receive(site, site.queues.plain, body);
      if (message) await remove(site, message);
      const ids = failed.map(({ Id }) => Id).join();
      const wrong = [
        ...(ids === 'bad' ? [] : [`Failed names ${ids || 'nothing'}`]),
        ...(message ? [] : ['its neighbor did not come']),
      ];
      return verdict(wrong, 'a batch with a delay of 901 s: Failed names that entry, its neighbor came');
    },
  },
  {
    name: 'dead-letters-keep-the-reason',
    run: async (site) => {
      const message = await oneInHand(site);
      const record: SqsRecord = {
        messageId: message.MessageId ?? '',
        receiptHandle: message.ReceiptHandle ?? '',
        body: message.Body ?? '',
        attributes: message.Attributes as SqsRecord['attributes'],
        eventSourceARN: '',
      };
      await createQueue(site.sqs).deadLetter(site.queues.deadLetters, record, 'not JSON');
      await remove(site, message);
      const letter = await receive(site, site.queues.deadLetters, record.body);
      const reason = letter?.MessageAttributes?.reason?.StringValue;
      return verdict(
        reason === 'not JSON' ? [] : [`the reason is ${reason}`],
        'body and reason came back as they were',
      );
    },
  },
  {
    name: 'hidden-messages-120000',
    never: 'it takes 120,000 messages in flight; the quota is the vendor’s word',
  },
  { name: 'fourteen-days', never: 'it takes 14 days; the setting is checked by a-thousand-receives' },
];
