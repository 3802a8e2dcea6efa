import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it, test } from 'vitest';
import { sampleEvent } from '../../lib/commands/sample-events.ts';
import { fillTemplate, Template } from '../../lib/targets/kit/template.ts';
import { AT, anyEvent, failed } from './events.ts';
import { ATTEMPT } from './stand-in.ts';

const fill = (template: unknown, event = failed) => fillTemplate(template, event, ATTEMPT, 'en');

describe('a placeholder', () => {
  test.for([
    ['{{id}}', ATTEMPT.id],
    ['{{ data.status }}', 'failed'],
    ['{{data.version}}', 1],
    ['{{data.operation}}', failed.data.operation],
    ['{{data.operation.RegionId}}', 'cn-hangzhou'],
    ['{{data.watch.labels.sample}}', 'sent by opwatch notify-test'],
    ['{{data.watch.labels.team/owner.name}}', 'data'],
    ['{{data.progress.done}}', null],
    ['{{data.operation.constructor}}', null],
    ['{{title}}', '❌ aliyun-emr RESIZE_CLUSTER failed after 12 min 3 s'],
    ['{{type}} of {{data.provider}} ({{data.progress.done}})', 'operation.failed of aliyun-emr ()'],
    ['v{{data.version}} {{data.reason}}', `v1 ${JSON.stringify(failed.data.reason)}`],
    ['no {placeholder} {{}', 'no {placeholder} {{}'],
  ] as const)('%s becomes %j', ([text, value]) => {
    const event = sampleEvent('operation.failed', AT, { 'team/owner.name': 'data' });
    expect(fill(text, event)).toEqual(value);
  });

  it('is filled anywhere in the template but in names', () => {
    const template = { '{{id}}': [{ text: '{{data.status}}', n: 1, no: null, yes: true }, '{{data.providerStatus}}'] };
    expect(fill(template)).toEqual({ '{{id}}': [{ text: 'failed', n: 1, no: null, yes: true }, 'FAILED'] });
  });
});

describe('a template', () => {
  const faults = (template: unknown) => v.safeParse(Template, template).issues?.map(({ message }) => message);

  test.for([{ a: '{{data.watch.labels.team}}' }, [], 'x', 7, null, { deep: [[['{{text}}']]] }])('%j is taken', (one) =>
    expect(faults(one)).toBeUndefined(),
  );
  test.for(['{{data.secret}}', '{{data.watch.tenant}}', '{{}}', '{{ids}}', '{{data.reason.stack}}', '{{constructor}}'])(
    '%s is refused',
    (text) =>
      expect(faults({ a: [text] })).toEqual(['holds a placeholder that no event has: docs/targets.md lists them']),
  );
  it('is JSON, and not too much of it', () => {
    for (const one of [undefined, () => 1, Number.NaN, { a: undefined }, 1n, 'x'.repeat(8_192)]) {
      expect(faults(one)).toEqual(['must be a JSON value of at most 8192 bytes']);
    }
  });
});

it('keeps its shape whatever is filled in', () => {
  const template = { msg: 'why: {{data.reason.message}}', list: ['{{data.watch.labels.team}}'], on: true };
  fc.assert(
    fc.property(anyEvent, (event) => {
      const filled = fill(template, event);
      expect(JSON.parse(JSON.stringify(filled))).toEqual({
        msg: `why: ${event.data.reason?.message ?? ''}`,
        list: [event.data.watch.labels.team ?? null],
        on: true,
      });
    }),
  );
});
