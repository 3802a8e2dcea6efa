import { describe, expect, it } from 'vitest';
import { createMask } from '../../../lib/commands/probe/mask.ts';

describe('a mask', () => {
  it.each([
    ['ehpc-hz-FYUr320000', 'ehpc-hz-0000000001'],
    ['op/0123456789abcdef', 'op/0000000000000001'],
    ['op_1234_ecs_modifyInstanceType_77f1', 'op_0000_ecs_modifyInstanceType_0001'],
    ['9f76c502-fc9c-4a52-8656-65d0da6e3d57', '00000000-0000-0000-0000-000000000001'],
    ['SNAPSHOTTING', 'SNAPSHOTTING'],
    ['cn-north-4', 'cn-north-4'],
    ['ap-southeast-1', 'ap-southeast-1'],
    ['ecs', 'ecs'],
  ])('makes of the id %s a %s', (id, made) => {
    expect(createMask([], [id])(id)).toBe(made);
  });

  it.each([
    ['05f2cff45100d5112f4bc00b794ea08e', '00000000000000000000000000000001'],
    ['B2F5B0B5-BDB2-5FD2-9AD9-11D5C0F0E3AE', '00000000-0000-0000-0000-000000000001'],
    ['acs:emr:cn-hangzhou:1609982529921234:cluster/x', 'acs:emr:cn-hangzhou:0000000000000001:cluster/x'],
    ['connect to 10.20.30.40:8000', 'connect to 192.0.2.1:8000'],
    ['1795318179720', '1795318179720'],
    ['2025-05-19 09:06:18.0', '2025-05-19 09:06:18.0'],
    ['9.1.0.200', '192.0.2.1'],
    ['100.00%', '100.00%'],
  ])('makes of what looks like one, %s, a %s', (text, made) => {
    expect(createMask([], [])(text)).toBe(made);
  });

  it('makes the same of the same, wherever it stands, and something else of another', () => {
    const mask = createMask([], ['c-b933c5aac8fe0001', 'c-b933c5aac8fe0002']);
    const masked = mask({
      ClusterId: 'c-b933c5aac8fe0001',
      Request: '{"of":"c-b933c5aac8fe0001"}',
      'c-b933c5aac8fe0002': 1,
    });
    expect(masked).toEqual({
      ClusterId: 'c-0000000000000001',
      Request: '{"of":"c-0000000000000001"}',
      'c-0000000000000002': 1,
    });
    expect(mask('c-b933c5aac8fe0001')).toBe('c-0000000000000001');
  });

  it('finds an id that begins another', () => {
    expect(createMask([], ['op-12345', 'op-123456'])('op-123456 op-12345')).toBe('op-000001 op-00002');
  });

  it('leaves numbers, null and truth alone, but for account ids', () => {
    const value = { a: [1, 2.5, null, true], at: 1795318179720, uid: 1609982529921234 };
    expect(createMask([], [])(value)).toEqual({ a: [1, 2.5, null, true], at: 1795318179720, uid: 1000000000000001 });
  });

  it('takes secrets out', () => {
    expect(createMask(['s3cr3t/key'], [])({ Message: 'signed with s3cr3t/key' })).toEqual({ Message: 'signed with …' });
  });
});
