/** EventBridge PutEvents and SNS Publish. */

import { fieldsOf, formOf, json, jsonOf, listOf, no, type Receiver, textOf } from '../receiver.ts';
import { line, plainLines } from '../shown.ts';
import { sigv4Fault } from '../sigv4.ts';
import { eventShown } from './event-shown.ts';

const parsed = (text: unknown): Readonly<Record<string, unknown>> => {
  try {
    return fieldsOf(JSON.parse(textOf(text)));
  } catch {
    return {};
  }
};

const put = (failed: boolean) =>
  json(200, {
    FailedEntryCount: failed ? 1 : 0,
    Entries: [failed ? { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal failure' } : { EventId: '11710aed' }],
  });

export const eventbridge: Receiver = {
  judge: (delivery, secrets) => {
    const fault = sigv4Fault(delivery, secrets);
    if (fault) return no(fault, json(400, { __type: 'InvalidSignatureException', message: fault }));
    const [entry = {}] = listOf(jsonOf(delivery).Entries);
    const { Source, DetailType, Detail, EventBusName } = entry;
    const isWhole = [Source, DetailType, Detail, EventBusName].every((text) => textOf(text) !== '');
    if (!isWhole || delivery.headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
      return no('not an entry', json(400, { __type: 'ValidationException' }));
    }
    const { id, ...data } = parsed(Detail);
    return { id: textOf(id), answer: put(false), shown: eventShown({ id, type: DetailType, data }) };
  },
  limited: json(400, { __type: 'ThrottlingException', message: 'Rate exceeded' }),
  refused: put(true),
};

const xml = (status: number, body: string) => ({ status, headers: { 'content-type': 'text/xml' }, body });
const error = (status: number, code: string) =>
  xml(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`);

export const sns: Receiver = {
  judge: (delivery, secrets) => {
    const fault = sigv4Fault(delivery, secrets);
    if (fault) return no(fault, error(403, 'SignatureDoesNotMatch'));
    const form = formOf(delivery);
    const { default: text, email } = parsed(form.get('Message'));
    const subject = form.get('Subject') ?? '';
    if (form.get('Action') !== 'Publish' || !/^[A-Za-z0-9][\x20-\x7e]{0,99}$/.test(subject) || !text) {
      return no('not a message', error(400, 'InvalidParameter'));
    }
    const { id } = parsed(text);
    return {
      id: textOf(id),
      answer: xml(
        200,
        `<PublishResponse><PublishResult><MessageId>567910cd</MessageId></PublishResult></PublishResponse>`,
      ),
      shown: { lines: [line({ text: subject, bold: true }), ...plainLines(textOf(email))] },
    };
  },
  limited: error(400, 'Throttling'),
  refused: xml(200, '<html></html>'),
};
