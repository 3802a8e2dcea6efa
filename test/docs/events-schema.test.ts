import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES, eventOf, isAside, type OperationEvent } from '../../lib/core/event.ts';
import { type EndStatus, STATUSES, type Watch } from '../../lib/core/watch.ts';
import { T0, watchWith } from '../samples.ts';

const schema = JSON.parse(readFileSync(new URL('../../docs/events.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({
  allErrors: true,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'date-time': (text: string) => new Date(text).toISOString() === text,
  },
});
const isValid = ajv.compile(schema);

const links = { watch: 'https://watch.example.com/watches/w', console: 'https://console.example.com/' };
const ID = `w_${'abcdefghijklmnopqrstuvwxyz'}`;

const BLOCKED = { since: T0, kind: 'not_allowed', code: 'Forbidden.RAM', message: 'not authorized' } as const;

const words = fc.string({ maxLength: 40 });
const instant = fc.integer({ min: 0, max: 4e12 });
const watches: fc.Arbitrary<Watch> = fc
  .record(
    {
      labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), words, { maxKeys: 4, noNullPrototype: true }),
      evidence: fc.constantFrom('inferred' as const, 'untied' as const),
      progress: fc.oneof(
        fc.record({ done: fc.nat(), total: fc.nat() }),
        fc.record({ percent: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      ),
      note: words,
      facts: fc.record(
        {
          operationType: words,
          startedAt: instant,
          endedAt: instant,
          reasonCode: words,
          reasonMessage: words,
          result: words,
          error: words,
          message: words,
          requestId: words,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['labels', 'facts'] },
  )
  .map((some) => watchWith({ ...some, id: ID }));

/** Every path of `value` that the schema does not describe. */
const undescribed = (value: unknown, described: Record<string, unknown>, path = ''): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const open = described.$ref === '#/$defs/texts';
  const choices = (described.oneOf as Record<string, unknown>[] | undefined) ?? [described];
  const known = Object.assign({}, ...choices.map((choice) => choice.properties ?? {}));
  return Object.entries(value).flatMap(([key, inner]) =>
    open ? [] : key in known ? undescribed(inner, known[key], `${path}/${key}`) : [`${path}/${key}`],
  );
};

describe('docs/events.schema.json', () => {
  test('names the events there are', () => {
    expect(schema.properties.type.enum).toEqual([...EVENT_TYPES]);
    expect([...schema.properties.data.properties.status.enum].sort()).toEqual([...STATUSES].sort());
  });

  test.each(EVENT_TYPES)('describes every field of %s', (type) => {
    fc.assert(
      fc.property(watches, fc.option(words, { nil: undefined }), (watch, word) => {
        const event = type.slice('operation.'.length);
        const what = isAside(event)
          ? { event, status: watch.status, ...(event === 'blocked' && { blocked: BLOCKED }) }
          : { event: event as EndStatus | 'attention' };
        const body = eventOf(watch, { ...what, at: T0, ...(word !== undefined && { word }) }, links);
        const sent = JSON.parse(JSON.stringify(body)) as OperationEvent;
        expect(isValid(sent) ? [] : isValid.errors).toEqual([]);
        expect(undescribed(sent, schema)).toEqual([]);
      }),
    );
  });

  test.each([
    ['another type', { type: 'operation.begun' }],
    ['no timestamp', { timestamp: undefined }],
    ['a time without a zone', { timestamp: '2026-01-05T08:00:00' }],
    ['no data', { data: undefined }],
  ])('refuses %s', (_, wrong) => {
    const body = eventOf(watchWith({ id: ID }), { event: 'failed', at: T0 }, links);
    expect(isValid(JSON.parse(JSON.stringify(body)))).toBe(true);
    expect(isValid(JSON.parse(JSON.stringify({ ...body, ...wrong })))).toBe(false);
  });
});
