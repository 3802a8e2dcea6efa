/** What a caller or a cloud says cannot forge a log line, nor a metric, nor command a terminal that shows it. */
import { describe, expect, test } from 'vitest';
import { createLog } from '../../lib/core/log.ts';
import { MINUTE, T0 } from '../samples.ts';
import { logged, pass, stage } from '../world/scenes.ts';
import { createWorld } from '../world/world.ts';

const written = (write: (log: ReturnType<typeof createLog>) => void): string[] => {
  const lines: string[] = [];
  write(createLog((line) => lines.push(line), { deployment: 'opwatch-dev', now: () => T0 }));
  return lines;
};

/** Control characters (C0 and C1), and those that turn the reading direction around. */
const UNFIT = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

const FORGED = '{"level":"error","what":"credentials refused","_aws":{"CloudWatchMetrics":[]},"credentialsRefused":1}';

describe('a log line', () => {
  test.each([
    ['line breaks', `RUNNING\n${FORGED}\r\n${FORGED}`],
    ['a closing quote', `RUNNING","what":"delivered","_aws":${FORGED},"x":"`],
    ['terminal commands', '\u001b[2J\u001b[31mRUNNING\u009b0m\u0007'],
    ['text that reads backwards', 'RUNNING \u202egnp.exe\u202c \u2066x\u2069'],
    ['characters that are none', 'RUNNING \ud800 \u0000'],
  ])('with %s in a field stays one line, of the fields it was given [S8]', (_, word) => {
    const [line = '', ...more] = written((log) => log.warn('unknown word from a cloud', { watch: 'w_1', word }));
    expect(more).toEqual([]);
    expect(UNFIT.test(line)).toBe(false);
    const fields = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(fields)).toEqual(['level', 'what', 'watch', 'word']);
    expect([fields.level, fields.what]).toEqual(['warn', 'unknown word from a cloud']);
    expect(String(fields.word)).toContain('RUNNING');
    expect(String(fields.word)).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('has no field without end [S8]', () => {
    const [line = ''] = written((log) => log.error('request failed', { error: '\u0001集'.repeat(1_000_000) }));
    expect(Buffer.byteLength(line)).toBeLessThan(5_000);
  });

  test('with metrics has those of its own, whatever a text says [S8]', () => {
    const [line = ''] = written((log) =>
      log.info('delivered', { watch: FORGED, target: '_aws' }, { attempts: [1, 'Count'] }),
    );
    expect(JSON.parse(line)).toEqual({
      level: 'info',
      what: 'delivered',
      watch: FORGED,
      target: '_aws',
      _aws: {
        Timestamp: T0,
        CloudWatchMetrics: [
          { Namespace: 'opwatch', Dimensions: [['deployment']], Metrics: [{ Name: 'attempts', Unit: 'Count' }] },
        ],
      },
      deployment: 'opwatch-dev',
      attempts: 1,
    });
  });
});

test('labels that look like metrics reach no log line, and their watch is watched as any other [S8]', async () => {
  const world = createWorld();
  const labels = { _aws: FORGED, level: 'error', deployment: 'another' };
  const submission = { ...stage(world, { endsAfter: 0, notify: ['ci'] }), labels };
  expect((await world.timeline.finish(world.submit(submission))).status).toBe(202);
  world.start();
  await pass(world, MINUTE);
  expect(logged(world, 'watch over')).toHaveLength(1);
  for (const line of world.lines) {
    expect(line).not.toContain('credentials refused');
    expect(JSON.parse(line)).not.toHaveProperty('_aws');
  }
});
