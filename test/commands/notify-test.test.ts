import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { targetTypes } from '../../lib/targets/index.ts';
import { everyTarget } from '../../offline/inbox/targets.ts';
import { createInbox, type Inbox } from '../../offline/inbox.ts';

const TOKEN = randomBytes(24).toString('hex');
const SIGN = `SEC${randomBytes(32).toString('hex')}`;
const SIGNING = `whsec_${randomBytes(32).toString('base64')}`;
const SHA = '6dcb09b5b57875f334f61aebed695e2e4193db5e';

let inbox: Inbox;
beforeEach(async () => {
  inbox = await createInbox({ secrets: [TOKEN, SIGN, SIGNING] });
});
afterEach(() => inbox.close());

const COMMAND = new URL('../../lib/commands/notify-test.ts', import.meta.url).pathname;

/** `npm run notify-test`, with the local stack's configuration. */
const run = async (asked: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  const env = {
    OPWATCH_INBOX_URL: inbox.url,
    STAND_IN_TOKEN: TOKEN,
    STAND_IN_SIGN: SIGN,
    STAND_IN_SIGNING_SECRET: SIGNING,
    STAND_IN_LINK_KEYS: 'env:STAND_IN_LINK_KEY',
    ...more,
  };
  const options = { env };
  return promisify(execFile)(process.execPath, ['--conditions=offline', COMMAND, ...asked], options).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }) as { code: number; stdout: string; stderr: string },
  );
};

describe('notify-test', () => {
  it('tells a target of each type over the wire, and each shows it', async () => {
    const { code, stdout } = await run(['--all', '--event', 'operation.failed', '--label', `sha=${SHA}`]);
    const types = Object.values(everyTarget('', '')).map(({ type }) => type);
    expect(types).toEqual(targetTypes);
    for (const type of types)
      expect(stdout).toMatch(new RegExp(`^.*\\(${type}\\)\\n  operation\\.failed +delivered$`, 'm'));
    expect(code).toBe(0);
    expect(stdout).toContain('EventBridge also accepts events for a bus that does not exist');
    expect(inbox.received().filter(({ verified }) => !verified)).toEqual([]);
    // Copies are for reading: what gave their sender a right is masked in them.
    const copies = JSON.stringify(inbox.received());
    expect(copies).toContain('"routing_key":"…"');
    for (const secret of [TOKEN, SIGN, SIGNING]) expect(copies.includes(secret)).toBe(false);
    const shown = inbox.received().filter((message) => message.shown);
    expect(shown.length).toBe(types.length - 1);
    for (const { shown: seen, to } of shown) {
      const text = seen?.lines.flatMap(({ runs }) => runs.map((one) => one.text)).join('');
      expect([to, text]).toEqual([to, expect.stringMatching(/failed|失败/)]);
    }
  });

  it('shows a link where real messages have one, and none where the target or the configuration has none', async () => {
    const only = ['--event', 'operation.failed', '--label', `sha=${SHA}`];
    const linked = async (more: Readonly<Record<string, string>> = {}) => {
      await run(['slack', 'github-status', ...only], more);
      const told = inbox
        .received()
        .map(({ to, body }) => [to.split('/')[0], JSON.stringify(body).includes('/w/sample')]);
      return Object.fromEntries(told.slice(-2));
    };
    expect(await linked()).toEqual({ slack: true, 'github-status': false });
    expect(await linked({ STAND_IN_LINK_KEYS: '' })).toEqual({ slack: false, 'github-status': false });
  });

  it('sends each event in turn, and says what a receiver has against it', async () => {
    const { code, stdout } = await run(['webhook', 'aliyun-flow'], { STAND_IN_TOKEN: 'another' });
    expect(stdout.match(/^ {2}operation\.\w+ +delivered$/gm)?.length).toBe(11);
    // What leaves the status as it is starts no run.
    expect(stdout.match(/^ {2}operation\.\w+ +retry: Flow/gm)?.length).toBe(8);
    expect(stdout).toContain('operation.failed       retry: Flow did not say "successful"');
    expect(stdout).toContain('HTTP 200 {"successful":false,"errorMsg":"webhook not found"}');
    expect(code).toBe(1);
  });

  it.each([
    [['carrier-pigeon'], 'opwatch.config.ts names no target carrier-pigeon: it has webhook, slack'],
    [[], 'which target?'],
    [['slack', '--event', 'operation.begun'], 'slack does not receive operation.begun'],
  ])('%j is not understood', async (asked, words) => {
    const { code, stderr } = await run(asked);
    expect(stderr).toContain(words);
    expect(stderr).toContain('usage:');
    expect(code).toBe(1);
  });

  it('names a secret that is missing', async () => {
    const { code, stdout } = await run(['slack-bot', '--event', 'operation.failed'], { STAND_IN_TOKEN: '' });
    expect(stdout).toContain('env:STAND_IN_TOKEN cannot be read');
    expect(code).toBe(1);
  });
});
