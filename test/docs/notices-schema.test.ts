import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { NOTICES } from '../../lib/core/notice.ts';
import { noticesWith } from '../targets/events.ts';

const schema = JSON.parse(readFileSync(new URL('../../docs/notices.schema.json', import.meta.url), 'utf8'));
const formats = {
  uri: (text: string) => URL.canParse(text),
  'date-time': (text: string) => new Date(text).toISOString() === text,
};
const isValid = new Ajv2020({ allErrors: true, formats }).compile(schema);

describe('docs/notices.schema.json', () => {
  test('names the notices there are', () => {
    expect(schema.properties.type.enum).toEqual(NOTICES.map((name) => `operator.${name}`));
    expect(schema.properties.data.properties.status.enum).toEqual([...NOTICES]);
    expect(noticesWith('x').map(({ data }) => data.status)).toEqual([...NOTICES]);
  });

  test.each(noticesWith('x').map((notice) => [notice.type, notice] as const))('describes %s', (_, notice) => {
    expect(isValid(notice) ? [] : isValid.errors).toEqual([]);
    expect(Object.keys(schema.properties.data.properties)).toEqual(expect.arrayContaining(Object.keys(notice.data)));
  });

  test.each([
    ['another type', { type: 'operator.bored' }],
    ['no data', { data: undefined }],
  ])('refuses %s', (_, wrong) => {
    expect(isValid({ ...noticesWith('x')[0], ...wrong })).toBe(false);
  });
});
