/** GitLab, Jenkins, Azure Pipelines and Alibaba Cloud Flow: what starts a job. */
import { createHmac } from 'node:crypto';
import { fieldsOf, formOf, json, jsonOf, no, type Receiver, textOf, webPage } from '../receiver.ts';
import { bold, line, type Shown } from '../shown.ts';
import { eventShown } from './event-shown.ts';

const parametersShown = (title: string, fields: URLSearchParams, name: (key: string) => string): Shown => ({
  lines: [
    line(bold(title)),
    ...[...fields]
      .filter(([key]) => /^OPWATCH_/.test(name(key)) && name(key) !== 'OPWATCH_EVENT')
      .map(([key, value]) => line({ text: `${name(key)} `, code: true }, { text: value })),
  ],
});

export const gitlabTrigger: Receiver = {
  judge: (delivery, secrets) => {
    const form = formOf(delivery);
    if (!secrets.includes(form.get('token') ?? '')) return no('unknown token', json(404, { message: '404 Not Found' }));
    if (!form.get('ref')) return no('no ref', json(400, { message: { base: ['Reference not found'] } }));
    const inside = (key: string) => /^variables\[(\w+)\]$/.exec(key)?.[1] ?? '';
    return {
      id: form.get('variables[OPWATCH_ID]') ?? '',
      answer: json(201, { id: 81, ref: form.get('ref'), status: 'created' }),
      shown: parametersShown(`Pipeline on ${form.get('ref')}`, form, inside),
    };
  },
  limited: { status: 429, headers: { 'retry-after': '60' } },
  refused: webPage(200),
  perMinute: 25,
};

const jobs = (triggered: boolean) =>
  json(200, {
    jobs: { deploy: { regexpFilterExpression: '', triggered, id: triggered ? 7 : 0 } },
    message: 'Triggered jobs.',
  });

export const jenkinsGeneric: Receiver = {
  judge: (delivery, secrets) => {
    if (!secrets.includes(delivery.headers.token ?? '')) {
      return no('no job has this token', json(404, { jobs: null, message: 'Did not find any jobs' }));
    }
    const id = delivery.headers['webhook-id'] ?? '';
    return { id, answer: jobs(true), shown: eventShown({ id, ...jsonOf(delivery) }) };
  },
  limited: { status: 503, headers: { 'retry-after': '30' } },
  refused: jobs(false),
};

export const jenkinsBuild: Receiver = {
  judge: (delivery, secrets) => {
    const [, token = ''] = Buffer.from((delivery.headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    if (!secrets.includes(token)) return no('wrong user or token', webPage(401));
    if (delivery.path.at(-1) !== 'buildWithParameters') return no('no such page', webPage(404));
    const form = formOf(delivery);
    return {
      id: form.get('OPWATCH_ID') ?? '',
      answer: { status: 201, headers: { location: 'http://127.0.0.1/queue/item/17/' } },
      shown: parametersShown(`Build of ${delivery.path.at(-2)}`, form, (key) => key),
    };
  },
  limited: { status: 503, headers: { 'retry-after': '30' } },
  refused: webPage(200),
};

export const azurePipelines: Receiver = {
  judge: (delivery, secrets) => {
    const { headers, body } = delivery;
    const digests = secrets.map((secret) => createHmac('sha1', secret).update(body).digest('hex'));
    const given = Object.values(headers).map((value) => value.replace(/^sha1=/, ''));
    if (!digests.some((digest) => given.includes(digest))) {
      return no('no checksum, or a wrong one', json(500, { typeKey: 'RequiredHeaderSignatureNotFound' }));
    }
    const event = jsonOf(delivery);
    return { id: textOf(event.id), answer: { status: 200 }, shown: eventShown(event) };
  },
  limited: { status: 429, headers: { 'retry-after': '30' } },
  refused: webPage(203),
};

export const aliyunFlow: Receiver = {
  judge: (delivery, secrets) => {
    const event = jsonOf(delivery);
    if (!secrets.includes(delivery.path.at(-1) ?? '')) {
      return no('unknown webhook', json(200, { successful: false, errorMsg: 'webhook not found' }));
    }
    if (!fieldsOf(event.data).status) return no('no event', json(200, { successful: false, errorMsg: 'bad body' }));
    return { id: textOf(event.id), answer: json(200, { successful: true, object: 17 }), shown: eventShown(event) };
  },
  limited: { status: 429 },
  refused: json(200, { successful: false, errorMsg: 'pipeline is disabled' }),
};
