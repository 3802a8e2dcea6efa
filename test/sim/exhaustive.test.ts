/**
 * The whole life of a watch, from its submission to its last delivery, with one thing going wrong: every fault at every
 * single effect, and everything odd at every single chance it has. All of them, no sampling.
 */
import { describe, expect, test } from 'vitest';
import { type Effect, FAULTS, type Fault } from '../world/process.ts';
import { type Oddity, START } from '../world/world.ts';
import { COMMIT, FOLLOWER } from './holders.ts';
import { CALM, type Plan } from './plan.ts';
import { follow, type Report, type RunOptions } from './run.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

const never = { 'crash before': 0, 'crash after': 0, 'lost answer': 0, 'done twice': 0, throttled: 0, slow: 0 };
const nothingOdd = {
  'duplicated message': 0,
  'refused entry': 0,
  'lost ack': 0,
  'throttled call': 0,
  'skipped sweep': 0,
  'doubled sweep': 0,
};

/** An operation of 8 minutes that waits for a person on its way; told to a webhook, a commit and a
 * channel, and to another webhook that joins when it is over. */
const life: Plan = {
  seed: 1,
  isQuiet: false,
  operations: [
    {
      provider: 'aliyun-emr',
      fields: { RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId: 'op-1' },
      tenant: 'default',
      submittedAt: START + MINUTE,
      notify: ['chat', COMMIT, FOLLOWER],
      deadlineMs: 6 * HOUR,
      labels: { sha: 'a'.repeat(40) },
      script: [
        { at: START, state: 'running' },
        { at: START + MINUTE + 8 * SECOND, state: 'attention' },
        { at: START + 9 * MINUTE, state: 'failed' },
      ],
      again: [{ at: START + 15 * MINUTE, notify: ['https://ops.example.com/hook'] }],
    },
  ],
  faults: never,
  oddities: nothingOdd,
  ...CALM,
  callsPerSecond: 10,
};

const WEBHOOKS = 3;
/** The same of a life in which nobody looked while a person was waited for. */
const WEBHOOKS_OF_END = 2;

/** What a life without faults does, effect by effect, and what odd things could have happened on its way. */
const calm = async () => {
  const effects: string[] = [];
  const chances: Oddity[] = [];
  const note = ({ what }: Effect) => {
    effects.push(what);
    return undefined;
  };
  const report = await follow(life, {
    faults: note,
    happens: (what) => {
      chances.push(what);
      return false;
    },
  });
  return { report, effects, chances };
};

const failures = async (
  runs: readonly { readonly name: string; readonly options: RunOptions; readonly webhooks?: number }[],
): Promise<string[]> => {
  const failed: string[] = [];
  for (const { name, options, webhooks = WEBHOOKS } of runs) {
    const report: Report = await follow(life, options);
    if (report.wrong.length > 0 || report.webhooks < webhooks)
      failed.push(`${name}: ${report.wrong.join('; ')} (${report.webhooks} webhooks)`);
  }
  return failed;
};

const faultAt = (number: number, fault: Fault): RunOptions => ({
  faults: (effect) => (effect.number === number ? fault : undefined),
});

const oddAt = (number: number): RunOptions => {
  let chances = 0;
  return {
    faults: () => undefined,
    happens: () => {
      chances += 1;
      return chances === number;
    },
  };
};

/** What would be lost or told under two ids if these were not seen to (docs/reliability.md). */
const SHOWN: Readonly<Record<Fault, string>> = {
  'crash before': '[F4]',
  'crash after': '[F3] [F12] [F42]',
  'lost answer': '[F24]',
  'done twice': '[F24]',
  throttled: '[F22]',
  slow: '[F42]',
};

describe('a life', () => {
  test('without faults tells everybody once', async () => {
    const { report, effects, chances } = await calm();
    expect(report).toMatchObject({ wrong: [], watches: 1, webhooks: WEBHOOKS });
    expect(effects.length).toBeGreaterThan(150);
    expect(chances.length).toBeGreaterThan(30);
  });

  test.each(FAULTS.map((fault) => [fault, SHOWN[fault]] as const))(
    'with "%s" at any one effect ends well %s',
    async (fault) => {
      const { effects } = await calm();
      const runs = effects.map((what, i) => ({ name: `effect ${i + 1} (${what})`, options: faultAt(i + 1, fault) }));
      expect(await failures(runs)).toEqual([]);
    },
  );

  test('with any odd thing at any one time ends well [F5] [F9] [F41]', async () => {
    const { chances } = await calm();
    const runs = chances.map((what, i) => ({
      name: `${what} at chance ${i + 1}`,
      options: oddAt(i + 1),
      // Like one that is lost: the lease may last until the end.
      ...(what === 'late message' && { webhooks: WEBHOOKS_OF_END }),
    }));
    expect(await failures(runs)).toEqual([]);
  });
});
